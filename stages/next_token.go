package stages

import (
	"cmp"
	"math"
	"slices"

	"sprout/core/autograd"
	"sprout/core/nn"
	"sprout/core/problem"
	"sprout/core/tensor"
)

// NextToken is what a teacher and its student expect after the same tokens.
type NextToken struct {
	Tokens []int32 // those that either holds likeliest at temperature 1, the teacher's first
	At     []Likeness
	Shapes [2]nn.Config // of the teacher, of the student
}

// Likeness is how alike the two are once their logits are divided by a
// temperature. Everything is over the whole vocabulary, in nats.
type Likeness struct {
	Temperature      float64
	Teacher, Student []float64  // probabilities of NextToken.Tokens
	KL               float64    // KL(teacher ‖ student)
	Entropy          [2]float64 // of the teacher, of the student
}

// NextToken reads tokens, at most as many as both models can, with both. most
// bounds the tokens that are told of each.
func (t *trainer) NextToken(tokens []int32, temperatures []float64, most int) (out NextToken, err error) {
	teacher := t.beside[teacherModel]
	if teacher == nil {
		return out, problem.New("no_teacher", nil, "The run has no teacher to compare its model with. Start a stage of distillation.")
	}
	if len(tokens) == 0 {
		panic("stages: nothing to read")
	}
	var logits [2][]float64
	for i, p := range []*nn.Params{teacher, t.model} {
		out.Shapes[i] = p.Config
		if room := p.Config.Context; len(tokens) > room {
			tokens = tokens[len(tokens)-room:]
		}
		if logits[i], err = lastLogits(p, tokens); err != nil {
			return out, err
		}
	}
	out.Tokens = likeliest(logits, most)
	for _, T := range temperatures {
		out.At = append(out.At, likeness(logits, out.Tokens, T))
	}
	return out, nil
}

// lastLogits are the logits behind the last of some tokens, [V].
func lastLogits(p *nn.Params, tokens []int32) ([]float64, error) {
	const width = 16 // passes of few lengths, so that their code is warm
	T := min(p.Config.Context, (len(tokens)+width-1)/width*width)
	V := p.Config.Vocab
	var last tensor.Tensor
	s, err := newPass(p, 1, T, V, func(t *autograd.Tape, seq sequences) tensor.Tensor {
		last = t.Input(tensor.I32, 1)
		return t.Emit("embedding", nil, p.Forward(t, seq.in, nn.Options{}).Logits, last)[0]
	})
	if err != nil {
		return nil, err
	}
	defer s.plan.Close()
	if err := s.be.WriteInts(s.plan.At(last), []int32{int32(len(tokens) - 1)}); err != nil {
		return nil, err
	}
	out := make([]float32, V)
	err = s.run(append(slices.Clone(tokens), make([]int32, T-len(tokens))...), make([]int32, T), make([]float32, T), out)
	return wide(out), err
}

// likeliest are the tokens of the largest logits of each, without repetition.
func likeliest(logits [2][]float64, most int) (out []int32) {
	for _, x := range logits {
		order := make([]int32, len(x))
		for i := range order {
			order[i] = int32(i)
		}
		slices.SortStableFunc(order, func(a, b int32) int { return cmp.Compare(x[b], x[a]) })
		for _, id := range order[:min(most, len(order))] {
			if !slices.Contains(out, id) {
				out = append(out, id)
			}
		}
	}
	return out
}

func likeness(logits [2][]float64, tokens []int32, T float64) Likeness {
	out := Likeness{Temperature: T}
	var lp [2][]float64
	for i, x := range logits {
		lp[i] = logSoftmax(x, T)
		for _, l := range lp[i] {
			out.Entropy[i] -= math.Exp(l) * l
		}
	}
	for i, l := range lp[0] {
		out.KL += math.Exp(l) * (l - lp[1][i])
	}
	out.KL = max(0, out.KL) // rounding
	for _, id := range tokens {
		out.Teacher = append(out.Teacher, math.Exp(lp[0][id]))
		out.Student = append(out.Student, math.Exp(lp[1][id]))
	}
	return out
}

// logSoftmax of logits divided by T.
func logSoftmax(x []float64, T float64) []float64 {
	top, sum := slices.Max(x)/T, 0.0
	for _, v := range x {
		sum += math.Exp(v/T - top)
	}
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = v/T - top - math.Log(sum)
	}
	return out
}

func init() {
	problem.Register(map[string]string{
		"no_teacher": "the run has no teacher to compare its model with",
	})
}
