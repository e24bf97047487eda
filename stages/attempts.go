package stages

import (
	"sprout/core/gen"
	"sprout/core/parallel"
)

// attempt is an answer that the policy gave to a task, and what is known of it.
// Slices have one number per token.
type attempt struct {
	Task      int       `json:"task"`
	Tokens    []int32   `json:"tokens"`    // the EOS included that ended it
	LogProbs  []float32 `json:"log_probs"` // under the policy that gave it
	Reference []float32 `json:"reference"` // log π_ref
	Values    []float32 `json:"values,omitempty"`
	Truncated bool      `json:"truncated,omitempty"` // cut at the limit
	Score     float64   `json:"score"`               // as the reward's source gave it
	Reward    float64   `json:"reward"`              // of the whole answer
	Grade     float64   `json:"grade,omitempty"`     // the graders' score under all principles, where they can judge
	Correct   bool      `json:"correct,omitempty"`   // as the graders have it
	// Advantages of the tokens, and what the critic is to learn.
	Advantages []float64 `json:"advantages"`
	Returns    []float64 `json:"returns,omitempty"`
	// Before is the prompt's tracker when the answer was compared with it.
	Before *promptTracker `json:"before,omitempty"`
}

// attempted takes what a rollout says.
func attempted(task int, s gen.Sequence) attempt {
	a := attempt{Task: task, Tokens: s.Tokens, Truncated: s.Stop != gen.StopEOS}
	for _, lp := range s.LogProbs {
		a.LogProbs = append(a.LogProbs, float32(lp))
	}
	return a
}

// attemptRows are attempts as rows of T positions.
type attemptRows struct {
	tasks           []task
	T               int
	n               int
	tokens, targets []int32   // [n,T]
	mask            []float32 // [n,T], 1 where the target is a token of the answer
}

func (r *attemptRows) resize(n int) {
	r.n = n
	if cap(r.mask) < n*r.T {
		r.tokens, r.targets, r.mask = make([]int32, n*r.T), make([]int32, n*r.T), make([]float32, n*r.T)
	}
	r.tokens, r.targets, r.mask = r.tokens[:n*r.T], r.targets[:n*r.T], r.mask[:n*r.T]
	clear(r.tokens) // text.Pad
	clear(r.targets)
	clear(r.mask)
}

// first is the position whose target is the first token of an answer.
func (r *attemptRows) first(a *attempt) int { return len(r.tasks[a.Task].tokens) - 1 }

// set writes an attempt into row i. The answer's last token is an input as well:
// rewards are read there.
func (r *attemptRows) set(i int, a *attempt) {
	at := i * r.T
	prompt := r.tasks[a.Task].tokens
	copy(r.tokens[at:], prompt)
	copy(r.tokens[at+len(prompt):], a.Tokens)
	copy(r.targets[at:at+r.T], r.tokens[at+1:at+len(prompt)+len(a.Tokens)])
	first := at + len(prompt) - 1
	for j := range a.Tokens {
		r.mask[first+j] = 1
	}
}

// answer is the part of a row's numbers that belongs to its answer.
func answerOf[E any](r *attemptRows, numbers []E, i int, a *attempt) []E {
	from := i*r.T + r.first(a)
	return numbers[from : from+len(a.Tokens)]
}

// read has a service read attempts with all workers: take gets the numbers of
// each answer's tokens.
func (r *attemptRows) read(t *trainer, service string, all []attempt, take func(a *attempt, numbers []float32)) error {
	for len(all) > 0 {
		n := min(len(all), max(1, handedOut/r.T))
		r.resize(n)
		for i := range all[:n] {
			r.set(i, &all[i])
		}
		err := t.group.Serve(service, r.batch(), nil, func(first int, x parallel.Result) error {
			for i := range len(x.Floats) / r.T {
				a := &all[first+i]
				take(a, answerOf(r, x.Floats, i, a))
			}
			return nil
		})
		if err != nil {
			return err
		}
		all = all[n:]
	}
	return nil
}

// rewards has the reward model score attempts.
func (r *attemptRows) rewards(t *trainer, all []attempt) error {
	for len(all) > 0 {
		n := min(len(all), max(1, handedOut/r.T))
		r.resize(n)
		for i := range all[:n] {
			r.set(i, &all[i])
			end := i*r.T + r.first(&all[i]) + len(all[i].Tokens)
			clear(r.mask[i*r.T : (i+1)*r.T])
			r.mask[end] = 1
		}
		err := t.group.Serve(rewardsService, r.batch(), nil, func(first int, x parallel.Result) error {
			for i, score := range x.Floats {
				all[first+i].Score = float64(score)
			}
			return nil
		})
		if err != nil {
			return err
		}
		all = all[n:]
	}
	return nil
}

func (r *attemptRows) batch() *parallel.Batch {
	return &parallel.Batch{Rows: r.n, Ints: [][]int32{r.tokens, r.targets}, Floats: [][]float32{r.mask}}
}
