package stages

import (
	"sprout/core/backend"
	"sprout/core/checkpoint"
	"sprout/core/nn"
	"sprout/core/parallel"
	"sprout/core/problem"
	"sprout/core/text"
)

// Rewarder is a reward model that says what any answer is worth. Passes read the
// weights where they lie, so it follows a model in training.
type Rewarder struct {
	p   *nn.Params
	tok *text.Tokenizer
	s   *services
}

// LoadRewardModel puts the weights of a reward model on a backend, its head with
// them. Problems: "reward_head", and those of configurations and weights.
func LoadRewardModel(be backend.Backend, c *checkpoint.Checkpoint, tok *text.Tokenizer) (*nn.Params, error) {
	x, err := rewardCompanion(c, tok, 0)
	if err != nil {
		return nil, err
	}
	p, err := nn.NewParams(be, x.Config, x.heads()...)
	if err != nil {
		return nil, err
	}
	if err := p.Load(named(c, "")); err != nil {
		p.Close()
		return nil, err
	}
	return p, nil
}

// NewRewarder reads a model with the head for rewards, which stays the caller's.
func NewRewarder(p *nn.Params, tok *text.Tokenizer) *Rewarder {
	return &Rewarder{p, tok, newServices(p)}
}

// Close frees the recorded passes.
func (r *Rewarder) Close() { r.s.close() }

// Centred reports whether the scale has an origin: a run sets it at its end.
func (r *Rewarder) Centred() (bool, error) {
	var bias [1]float32
	err := r.p.Backend().Read(bias[:], r.p.At(nn.Score.Bias()))
	return bias[0] != 0, err
}

// Rewards are what answers to a question are worth, each read at its EOS.
// Problems: "score_empty", "score_too_long", "score_not_finite".
func (r *Rewarder) Rewards(question string, answers []string) ([]float64, error) {
	rows := make([][]int32, len(answers))
	for i, a := range answers {
		c, err := r.conversation(question, a, i+1)
		if err != nil {
			return nil, err
		}
		rows[i] = c.Tokens
	}
	return r.read(rows)
}

// Growing is what an answer would be worth if it ended behind each of its tokens,
// so the last number is the answer's own; of the first so many tokens. Problems:
// those of Rewards.
func (r *Rewarder) Growing(question, answer string, most int) (ids []int32, rewards []float64, err error) {
	c, err := r.conversation(question, answer, 1)
	if err != nil {
		return nil, nil, err
	}
	var rows [][]int32
	for i, id := range c.Tokens[:len(c.Tokens)-1] { // all but EOS
		if c.Learned[i] && len(ids) < most {
			ids = append(ids, id)
			rows = append(rows, append(append([]int32(nil), c.Tokens[:i+1]...), text.EOS))
		}
	}
	rewards, err = r.read(rows)
	return ids, rewards, err
}

// Pairs are the rewards of held-out pairs among those that a run would learn
// from: the pairs that its measurements while training take, too. rest, if not
// nil, is called now and then. Problems: those of pairs, "score_not_finite".
func (r *Rewarder) Pairs(pairs []Pair, rest func()) ([]PairGain, error) {
	all, err := newContests(r.tok, pairs)
	if err != nil {
		return nil, err
	}
	if err := checkLengths(all, r.p.Config.Context); err != nil {
		return nil, err
	}
	held, err := heldOutOf(all)
	if err != nil {
		return nil, err
	}
	_, heldOut := parted(all, held)
	var out []PairGain
	for set := spread(heldOut, quickPairs); len(set) > 0; {
		n := min(len(set), rewardedRows/2)
		rows := make([][]int32, 0, 2*n)
		for _, c := range set[:n] {
			rows = append(rows, c[0].Tokens, c[1].Tokens)
		}
		said, err := r.read(rows)
		if err != nil {
			return nil, err
		}
		for i := range n {
			out = append(out, PairGain{Chosen: said[2*i], Rejected: said[2*i+1]})
		}
		if set = set[n:]; rest != nil {
			rest()
		}
	}
	return out, nil
}

// conversation renders answer number i to a question.
func (r *Rewarder) conversation(question, answer string, i int) (Conversation, error) {
	if question == "" || answer == "" {
		return Conversation{}, problem.New("score_empty", nil, "A reward model scores an answer to a question. Write both.")
	}
	c := NewConversation(r.tok, exchange(question, answer).Turns, true)
	if most := r.p.Config.Context; len(c.Tokens) > most {
		return c, problem.New("score_too_long", problem.Args{"answer": i, "tokens": len(c.Tokens), "context": most},
			"The question has %d tokens together with answer %d, but the reward model reads no more than %d. Shorten one of them.", len(c.Tokens), i, most)
	}
	return c, nil
}

// read is the reward of each row at its last token.
func (r *Rewarder) read(rows [][]int32) ([]float64, error) {
	T := 0
	for _, row := range rows {
		T = max(T, len(row))
	}
	// Few widths are few recorded passes.
	T = min(r.p.Config.Context, (T+widthStep-1)/widthStep*widthStep)
	b := lastTokens(rows, T)
	said, err := r.s.judges.serve(b, nil)
	if err != nil {
		return nil, err
	}
	out := make([]float64, len(rows))
	for i := range out {
		if out[i] = float64(said.Floats[i]); !finite(out[i]) {
			return nil, problem.New("score_not_finite", nil,
				"What the reward model says of this is not a number. Its weights are too large: go back to a checkpoint from before the run diverged.")
		}
	}
	return out, nil
}

// lastTokens are rows of tokens as rewardsService takes them, T wide, each to be
// read at its last one.
func lastTokens(rows [][]int32, T int) *parallel.Batch {
	b := &parallel.Batch{
		Rows: len(rows), Ints: [][]int32{make([]int32, len(rows)*T), make([]int32, len(rows)*T)},
		Floats: [][]float32{make([]float32, len(rows)*T)},
	}
	for i, row := range rows {
		b.Floats[0][i*T+copy(b.Ints[0][i*T:(i+1)*T], row)-1] = 1
	}
	return b
}

func init() {
	problem.Register(map[string]string{
		"score_empty":      "a question or an answer that is to be scored is empty",
		"score_too_long":   "a question with an answer that is to be scored is longer than the reward model reads: answer, tokens, context",
		"score_not_finite": "what a reward model says of an answer is NaN or infinite",
	})
}
