package stages

import (
	"sprout/core/autograd"
	"sprout/core/nn"
	"sprout/core/parallel"
	"sprout/core/tensor"
)

// policyOutput is what a policy says of recorded answers, [N] each but for the logits.
type policyOutput struct {
	logits   tensor.Tensor // [N,V], of the distribution that was sampled
	logprobs tensor.Tensor // 0 where mask is 0
	values   tensor.Tensor // the critic's; None without one
	mask     tensor.Tensor // 1 for the tokens of the answers
}

// learner is what the stages differ in that learn from their own answers.
type learner interface {
	// clips is how far the ratio may go.
	clips() clipRange
	// loss of recorded answers, a sum, [1], and behind it sums over the tokens that
	// are shown under the names of measures.
	loss(t *autograd.Tape, k *constants, s policyOutput, x experience) []tensor.Tensor
	measures() []string
	// choose the tasks of an iteration that begins; each is answered group times.
	choose(p *practice) []int
	group() int
	// skips says of a group's rewards that other tasks are to take its place.
	skips(rewards []float64) bool
	// credit settles the advantages of all answers of an iteration, in which those
	// to one task stand together.
	credit(p *practice, t *trainer, all []attempt) error
	// minibatch gives the advantages, the weight of a token of each answer, and the
	// divisor of the loss, of the answers of one step.
	minibatch(p *practice, all []*attempt) (advantages [][]float64, perToken []float64, divisor float64)
}

// Sums over the tokens of a step that every learner measures, behind the loss.
const (
	sumClipped  = iota + 1 // tokens whose clip took something away
	sumDrift               // k3 from the policy that sampled
	sumRatio               // ρ
	sumEntropy             // nats
	learnerSums            // the learner's own from here on
)

// policyReplica puts the objective of a learner on a model. A row of its batch is
// an answer behind its prompt:
//
//	ints:   tokens [T], targets [T]
//	floats: mask [T], log π_old [T], log π_ref [T], advantages [T], weights [T],
//	        and with a critic V_old [T], returns [T]
func policyReplica(p *nn.Params, l learner, T int, temperature float64, critic bool) parallel.Replica {
	r := trained(p)
	r.Record = func(t *autograd.Tape, rows, _ int) parallel.Graph {
		N, k, seq := rows*T, &constants{}, newSequences(t, rows, T)
		g := parallel.Graph{Ints: []tensor.Tensor{seq.tokens, seq.targets}, Floats: []tensor.Tensor{seq.mask}}
		x := experience{}
		fields := []*tensor.Tensor{&x.old, &x.ref, &x.advantages, &x.weights}
		if critic {
			fields = append(fields, &x.values, &x.returns)
		}
		for _, f := range fields {
			in := t.Input(tensor.F32, rows, T)
			g.Floats, *f = append(g.Floats, in), in.Reshape(N)
		}
		out := p.Forward(t, seq.in, nn.Options{})
		s := policyOutput{logits: tempered(t, k, out.Logits, temperature), mask: seq.mask.Reshape(N)}
		s.logprobs = tokenLogProbs(t, s.logits, seq.targets.Reshape(N), s.mask)
		if critic {
			s.values = valuesOf(t, p, out.Final)
		}
		sums := l.loss(t, k, s, x)
		clipped, drift := policyDrift(t, k, s.logprobs, x, s.mask, l.clips())
		ratio := t.Emit("exp", nil, t.Emit("sub", nil, s.logprobs, x.old)[0])[0]
		ratio = t.Emit("sum", nil, t.Emit("mul", nil, ratio, s.mask)[0])[0]
		g.Sums = append([]tensor.Tensor{sums[0], clipped, drift, ratio, entropyBonus(t, s.logits, s.mask)}, sums[1:]...)
		g.Ready = func(plan *autograd.Plan) error {
			if err := k.ready(p.Backend(), plan); err != nil {
				return err
			}
			return seq.ready(p.Backend(), plan)
		}
		return g
	}
	return r
}

// experienceRows are the floats of a step beside the mask, [n,T] each.
type experienceRows struct {
	attemptRows
	floats [][]float32
}

// fill writes the answers of a step into a batch.
func (r *experienceRows) fill(p *practice, all []*attempt, b *parallel.Batch) {
	r.resize(len(all))
	if r.floats == nil {
		n := 4
		if p.critic {
			n = 6
		}
		r.floats = make([][]float32, n)
	}
	for i := range r.floats {
		if cap(r.floats[i]) < r.n*r.T {
			r.floats[i] = make([]float32, r.n*r.T)
		}
		r.floats[i] = r.floats[i][:r.n*r.T]
		clear(r.floats[i])
	}
	advantages, perToken, divisor := p.learner.minibatch(p, all)
	for i, a := range all {
		r.set(i, a)
		in := func(f int) []float32 { return answerOf(&r.attemptRows, r.floats[f], i, a) }
		copy(in(0), a.LogProbs)
		copy(in(1), a.Reference)
		for j := range a.Tokens {
			in(2)[j], in(3)[j] = float32(advantages[i][j]), float32(perToken[i])
			if p.critic {
				in(4)[j], in(5)[j] = a.Values[j], float32(a.Returns[j])
			}
		}
	}
	*b = *r.batch()
	b.Floats = append(b.Floats, r.floats...)
	b.Scale = float32(1 / divisor)
}
