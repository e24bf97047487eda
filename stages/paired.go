package stages

import (
	"sprout/core/autograd"
	"sprout/core/backend"
	"sprout/core/nn"
	"sprout/core/parallel"
	"sprout/core/tensor"
)

// answers are what an objective on pairs sees of P recorded pairs, [P] each.
type answers struct {
	// chosen and rejected are what the model says of the two answers: log π,
	// summed over the tokens, or a reward.
	chosen, rejected tensor.Tensor
	// The same log-probabilities under the frozen reference.
	refChosen, refRejected tensor.Tensor
	// 1/|y|, one over the number of an answer's tokens.
	perChosen, perRejected tensor.Tensor
	// label is the probability that chosen is the better one.
	label tensor.Tensor
}

// averaged are the answers with means over their tokens in place of sums.
func (a answers) averaged(t *autograd.Tape) answers {
	for _, x := range []struct {
		of  *tensor.Tensor
		per tensor.Tensor
	}{{&a.chosen, a.perChosen}, {&a.refChosen, a.perChosen}, {&a.rejected, a.perRejected}, {&a.refRejected, a.perRejected}} {
		*x.of = t.Emit("mul", nil, *x.of, x.per)[0]
	}
	return a
}

// pairLoss gives the loss of each pair, [P].
type pairLoss func(t *autograd.Tape, k *constants, a answers) tensor.Tensor

// constants are settings on a tape, written once.
type constants struct {
	at     []tensor.Tensor
	values []float64
}

// number declares a setting: [1].
func (k *constants) number(t *autograd.Tape, value float64) tensor.Tensor {
	x := t.Input(tensor.F32, 1)
	k.at, k.values = append(k.at, x), append(k.values, value)
	return x
}

func (k *constants) ready(be backend.Backend, plan *autograd.Plan) error {
	for i, x := range k.at {
		if err := be.Write(plan.At(x), []float32{float32(k.values[i])}); err != nil {
			return err
		}
	}
	return nil
}

// paired is an objective on pairs of answers.
type paired struct {
	T    int // tokens of an answer with all that comes before it, at most
	head nn.Head
	// alone says that nothing but the head is learned.
	alone bool
	loss  pairLoss
}

// pairSums are the sums that an objective on pairs measures, in this order: of
// the loss, and of what the model says of the better and of the worse answers.
const (
	sumLoss = iota
	sumChosen
	sumRejected
)

// replica puts the objective on a model. A row of its batch is a pair, chosen
// before rejected, so that both stay in one shard:
//
//	ints:   tokens [2,W], targets [2,W]
//	floats: mask [2,W], reference [2], 1/|y| [2], weight [1], label [1]
//
// The mask marks the targets that belong to an answer. For rewards it marks its
// last token among the inputs instead. The weight is 1, and 0 in the rows that
// fill up a shard, whose loss would not be 0 by itself. A batch's width W is what its
// longest conversation needs (see width); what stands behind the end of one is seen
// by nothing before it and has no loss, so the width changes no more than rounding.
func (o paired) replica(p *nn.Params) parallel.Replica {
	be := p.Backend()
	r := parallel.Replica{Backend: be, Slab: p.Slab, Width: o.T}
	for _, q := range p.List {
		if !o.alone || q.Head {
			r.Params = append(r.Params, q.In(p.Slab))
		}
	}
	r.Record = func(t *autograd.Tape, pairs, width int) parallel.Graph {
		seq := newSequences(t, 2*pairs, width)
		reference := t.Input(tensor.F32, pairs, 2)
		perToken := t.Input(tensor.F32, pairs, 2)
		weight := t.Input(tensor.F32, pairs)
		label := t.Input(tensor.F32, pairs)
		split, k := newSplit(t, pairs), &constants{}

		said := o.read(t, p, seq)
		a := answers{label: label}
		a.chosen, a.rejected = split.apply(t, said)
		a.refChosen, a.refRejected = split.apply(t, reference)
		a.perChosen, a.perRejected = split.apply(t, perToken)
		g := parallel.Graph{
			Ints:   []tensor.Tensor{seq.tokens, seq.targets},
			Floats: []tensor.Tensor{seq.mask, reference, perToken, weight, label},
		}
		for _, x := range []tensor.Tensor{o.loss(t, k, a), a.chosen, a.rejected} {
			x = t.Emit("mul", nil, x, weight)[0]
			g.Sums = append(g.Sums, t.Emit("sum", nil, x)[0])
		}
		g.Ready = func(plan *autograd.Plan) error {
			if err := seq.ready(be, plan); err != nil {
				return err
			}
			if err := split.ready(be, plan); err != nil {
				return err
			}
			return k.ready(be, plan)
		}
		return g
	}
	return r
}

// widthStep keeps the widths of batches few: each is recorded by itself.
const widthStep = 16

// width is that of a batch whose longest conversation has so many tokens.
func (o paired) width(longest int) int {
	return min(o.T, (longest+widthStep-1)/widthStep*widthStep)
}

// read is what the model says of each sequence, [rows]: the log-probability of
// its answer, or the reward at its end.
func (o paired) read(t *autograd.Tape, p *nn.Params, seq sequences) tensor.Tensor {
	if o.head != "" {
		return rewardsOf(t, p, o.head, seq)
	}
	return answerLogProbs(t, p, seq)
}

// answerLogProbs is log π(y|x) of each sequence, [rows]: the sum over the tokens
// that the mask marks. Prompt and padding are not in it.
func answerLogProbs(t *autograd.Tape, p *nn.Params, seq sequences) tensor.Tensor {
	N := seq.tokens.Len()
	logits := p.Forward(t, seq.in, nn.Options{}).Logits
	losses := t.Emit("cross_entropy", nil, logits, seq.targets.Reshape(N), seq.mask.Reshape(N))[0]
	sums := t.Emit("sum_rows", nil, losses.Reshape(seq.tokens.Shape...))[0]
	return t.Emit("neg", nil, sums)[0]
}

// rewardsOf is what a head says of each sequence at the one position that the
// mask marks, [rows], without the bias.
func rewardsOf(t *autograd.Tape, p *nn.Params, h nn.Head, seq sequences) tensor.Tensor {
	final := p.Forward(t, seq.in, nn.Options{NoHead: true}).Final
	all := p.Read(t, h, final).Reshape(seq.mask.Shape...)
	return t.Emit("sum_rows", nil, t.Emit("mul", nil, all, seq.mask)[0])[0]
}

// split takes what belongs to the better and to the worse answers out of values
// of pairs, as rows of a table.
type split struct {
	pairs            int
	chosen, rejected tensor.Tensor // i32 [P], the places of the answers
}

func newSplit(t *autograd.Tape, pairs int) split {
	return split{pairs, t.Input(tensor.I32, pairs), t.Input(tensor.I32, pairs)}
}

// apply takes x, 2·P values, chosen and rejected in turn, apart: [P] each.
func (s split) apply(t *autograd.Tape, x tensor.Tensor) (chosen, rejected tensor.Tensor) {
	x = x.Reshape(2*s.pairs, 1)
	chosen = t.Emit("embedding", nil, x, s.chosen)[0].Reshape(s.pairs)
	rejected = t.Emit("embedding", nil, x, s.rejected)[0].Reshape(s.pairs)
	return chosen, rejected
}

func (s split) ready(be backend.Backend, plan *autograd.Plan) error {
	for i, at := range []tensor.Tensor{s.chosen, s.rejected} {
		places := make([]int32, s.pairs)
		for j := range places {
			places[j] = int32(2*j + i)
		}
		if err := be.WriteInts(plan.At(at), places); err != nil {
			return err
		}
	}
	return nil
}
