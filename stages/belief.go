package stages

import (
	"math"

	"sprout/core/problem"
	"sprout/core/world"
)

// Belief is how a model would end a sentence about a fact: the probabilities of
// eight endings, one of them true, among these eight.
type Belief struct {
	Prompt  string
	Endings []string // whole, a leading blank and the full stop included
	Answer  int      // index of the true one
	P       []float64
}

// Believes reads a sentence of the corpus about a fact with each of its endings.
// What no line states should be believed no more than one in eight, give or take
// a model's leanings. Problem "report_context" where it cannot read the sentence.
func (r *Reader) Believes(t *world.Town, fact int, lang world.Lang) (Belief, error) {
	var out Belief
	var q cloze
	longest := 0
	for _, c := range t.Cloze(false, lang) {
		if c.Fact != fact {
			continue
		}
		q = newCloze(r.Tokenizer, c.Prompt, c.Choices, &longest)
		out = Belief{c.Prompt, c.Choices, c.Answer, make([]float64, len(c.Choices))}
	}
	if longest > r.context {
		return out, problem.New("report_context", problem.Args{"context": r.context, "tokens": longest},
			"The model reads %d tokens at once, but a question has %d: it cannot be asked. Choose a model with a larger context.", r.context, longest)
	}
	e := newReader(r.score, nil, 0, 0, nil, nil, r.Tokenizer, 0, r.context)
	err := e.complete([]cloze{q}, longest, func(_ int, nats []float64) {
		least := math.Inf(1)
		for _, x := range nats {
			least = min(least, x)
		}
		sum := 0.0
		for i, x := range nats {
			out.P[i] = math.Exp(least - x)
			sum += out.P[i]
		}
		for i := range out.P {
			out.P[i] /= sum
		}
	})
	return out, err
}
