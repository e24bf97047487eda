package stages

// Iteration is what a policy has answered last, with what it is worth: all that
// its steps learn from until it answers again.
type Iteration struct {
	Number int    // counted from 1
	Step   int    // steps that were made before it
	Group  int    // answers to each prompt that are compared with one another; 1: none are
	Source string // who gives the rewards: "model", "graders" or "truth"
	Outcomes
	First    *Outcomes // of the first iteration
	Shown    []Attempt // whole groups, as many as fit
	Trackers []Tracker // one for each prompt; SPO alone has them
}

// Outcomes are numbers of an iteration's answers, one per answer.
type Outcomes struct {
	Rewards []float64 `json:"rewards"` // as they are learned from
	KL      []float64 `json:"kl"`      // log π/π_ref of the whole answer, nats
	Grades  []float64 `json:"grades"`  // the graders' score in [0,1]; empty where they cannot judge
}

// Attempt is an answer that was tried, in words.
type Attempt struct {
	Prompt, Text string
	Tokens       int
	Truncated    bool // cut at the limit
	Reward       float64
	Advantage    float64 // the mean over the tokens
	KL           float64 // log π/π_ref of the whole answer, nats
	Grade        *float64
	Correct      bool
	// Before is the prompt's tracker as it was when the answer was compared with it,
	// and After what it has learned; nil but for SPO.
	Before, After *Tracker
}

// Tracker is what SPO remembers of a prompt.
type Tracker struct {
	A, B, Value float64
	Asked       int // answers so far
}

// Bounds of what is told of an iteration.
const (
	shownAnswers = 64
	keptFirst    = 512
)

// iterating is the memory of a stage that learns from its own answers.
type iterating interface{ iteration(step int) *Iteration }

// Iteration is what was answered last; nil before that, while new answers come
// in, and in stages whose model does not learn from its own.
func (t *trainer) Iteration() *Iteration {
	if m, ok := t.memory.(iterating); ok {
		return m.iteration(t.step)
	}
	return nil
}

func (s rewardSource) String() string { return [...]string{"model", "graders", "truth"}[s] }

func (p *practice) iteration(step int) *Iteration {
	m := &p.memory
	if p.work != nil || len(m.Attempts) == 0 {
		return nil
	}
	out := &Iteration{
		Number: m.Iteration, Step: step - m.At, Group: p.learner.group(), Source: p.source.String(),
		Outcomes: p.outcomes(m.Attempts), First: m.First,
	}
	for i := range m.Attempts[:p.shown()] {
		out.Shown = append(out.Shown, p.inWords(&m.Attempts[i]))
	}
	for _, tr := range m.Trackers {
		out.Trackers = append(out.Trackers, tr.told())
	}
	return out
}

// shown is how many answers are told in words: whole groups, at least one.
func (p *practice) shown() int {
	G := p.learner.group()
	return min(len(p.memory.Attempts), max(G, shownAnswers/G*G))
}

func (p *practice) outcomes(all []attempt) Outcomes {
	o := Outcomes{Rewards: rewardsIn(all)}
	for i := range all {
		a := &all[i]
		o.KL = append(o.KL, sequenceKL(wide(a.LogProbs), wide(a.Reference)))
		if p.train[a.Task].question != nil {
			o.Grades = append(o.Grades, a.Grade)
		}
	}
	return o
}

func (p *practice) inWords(a *attempt) Attempt {
	out := Attempt{
		Prompt: p.train[a.Task].shown, Text: words(p.Setup.Tokenizer, a.Tokens),
		Tokens: len(a.Tokens), Truncated: a.Truncated, Reward: a.Reward, Correct: a.Correct,
		KL: sequenceKL(wide(a.LogProbs), wide(a.Reference)),
	}
	for _, x := range a.Advantages {
		out.Advantage += x / float64(len(a.Advantages))
	}
	if p.train[a.Task].question != nil {
		out.Grade = &a.Grade
	}
	if a.Before != nil {
		before, after := a.Before.told(), p.memory.Trackers[a.Task].told()
		out.Before, out.After = &before, &after
	}
	return out
}

func (tr promptTracker) told() Tracker {
	return Tracker{A: tr.A, B: tr.B, Value: tr.value(), Asked: tr.Asked}
}
