package stages

import (
	"math"
	"slices"

	"sprout/core/gen"
	"sprout/core/nn"
	"sprout/core/tensor"
	"sprout/core/text"
)

// identicalAnswers are compared token by token.
const identicalAnswers = 16

// identical is 1 where the model under the adapter is its parent to the bit, and
// says the same with the same log-probabilities when the adapter is left out,
// else 0.
func (g *skillGauge) identical() (float64, error) {
	t, same := g.t, true
	parent := named(t.Parent, "")
	err := t.model.Dump(func(name string, _ tensor.Shape, data []float32) {
		same = same && slices.EqualFunc(data, parent(name), sameBits)
	})
	if err != nil || !same || len(g.questions) == 0 {
		return indicator(same), err
	}
	be, err := t.NewBackend()
	if err != nil {
		return 0, err
	}
	defer be.Close()
	p, err := nn.NewParams(be, t.cfg) // with the run's context
	if err != nil {
		return 0, err
	}
	defer p.Close()
	if err := p.Load(parent); err != nil {
		return 0, err
	}
	fresh := newServices(p)
	defer fresh.close()
	var asked [][]int32
	for _, q := range spread(g.questions, identicalAnswers) {
		asked = append(asked, g.tok.ChatPrompt([]text.Turn{{Role: text.RoleUser, Content: q.Text}}))
	}
	o := gen.Options{Sampling: gen.Sampling{Temperature: 1}, MaxTokens: answerTokens, Seed: g.seed}
	want, err := fresh.rollout(asked, o)
	if err != nil {
		return 0, err
	}
	have, err := t.plainRollout(asked, o)
	if err != nil {
		return 0, err
	}
	same = slices.EqualFunc(have, want, func(a, b gen.Sequence) bool {
		return slices.Equal(a.Tokens, b.Tokens) && slices.Equal(a.LogProbs, b.LogProbs)
	})
	return indicator(same), nil
}

func sameBits(a, b float32) bool { return math.Float32bits(a) == math.Float32bits(b) }

func indicator(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}
