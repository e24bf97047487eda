package stages

import (
	"sprout/core/autograd"
	"sprout/core/backend"
	"sprout/core/nn"
	"sprout/core/parallel"
	"sprout/core/tensor"
)

// sequences are the inputs of a forward pass over whole sequences of T tokens,
// [rows,T] each.
type sequences struct {
	tokens, targets tensor.Tensor // i32
	mask            tensor.Tensor // f32
	in              nn.Input
}

// newSequences declares the inputs on a tape.
func newSequences(t *autograd.Tape, rows, T int) sequences {
	s := sequences{
		tokens:  t.Input(tensor.I32, rows, T),
		targets: t.Input(tensor.I32, rows, T),
		mask:    t.Input(tensor.F32, rows, T),
	}
	s.in = nn.Input{Tokens: s.tokens, Pos: t.Input(tensor.I32, rows, T), Start: t.Input(tensor.I32, rows)}
	return s
}

// ready writes what is the same for every batch: each sequence begins at
// position 0.
func (s sequences) ready(be backend.Backend, p *autograd.Plan) error {
	rows, T := s.tokens.Shape[0], s.tokens.Shape[1]
	pos := make([]int32, rows*T)
	for i := range pos {
		pos[i] = int32(i % T)
	}
	if err := be.WriteInts(p.At(s.in.Pos), pos); err != nil {
		return err
	}
	return s.begin(be, p)
}

// begin has the keys of every row begin in this pass: there is no cache.
func (s sequences) begin(be backend.Backend, p *autograd.Plan) error {
	return be.WriteInts(p.At(s.in.Start), make([]int32, s.tokens.Shape[0]))
}

// trained is a replica whose trained weights are the model's adapter, where it
// has one, or else the model. What they are trained for is still to be recorded.
func trained(p *nn.Params) parallel.Replica {
	r, list := parallel.Replica{Backend: p.Backend(), Slab: p.Slab}, p.List
	if a := p.Adapter; a != nil {
		r.Slab, r.Frozen, list = a.Slab, []tensor.Tensor{p.Slab}, a.List
	}
	for _, q := range list {
		r.Params = append(r.Params, q.In(r.Slab))
	}
	return r
}

// languageModel is the replica of a model that learns to predict the next token
// of sequences of T tokens.
func languageModel(p *nn.Params, T int) parallel.Replica {
	r := trained(p)
	r.Record = func(t *autograd.Tape, rows, _ int) parallel.Graph {
		s := newSequences(t, rows, T)
		logits := p.Forward(t, s.in, nn.Options{}).Logits
		return parallel.Graph{
			Ints:   []tensor.Tensor{s.tokens, s.targets},
			Floats: []tensor.Tensor{s.mask},
			Sums:   []tensor.Tensor{nextTokenLoss(t, logits, s.targets.Reshape(rows*T), s.mask.Reshape(rows*T))},
			Ready:  func(plan *autograd.Plan) error { return s.ready(p.Backend(), plan) },
		}
	}
	return r
}

// conversationModel is the replica of a model that learns to answer, from
// windows of T tokens that hold several conversations. Beside the tokens a
// batch tells each one's position in its conversation and the first place of
// the window that it sees.
func conversationModel(p *nn.Params, T int) parallel.Replica {
	return windowModel(p, T, answerLoss)
}

// windowLoss gives the sum over the learned positions of windows, which is
// minimised, and that of the conversations among them, which is shown.
type windowLoss func(t *autograd.Tape, logits, next, learned, talk tensor.Tensor) (all, told tensor.Tensor)

// windowModel is conversationModel with a loss of one's own.
func windowModel(p *nn.Params, T int, loss windowLoss) parallel.Replica {
	r := trained(p)
	r.Record = func(t *autograd.Tape, rows, _ int) parallel.Graph {
		s := newSequences(t, rows, T)
		s.in.From = t.Input(tensor.I32, rows, T)
		talk := t.Input(tensor.F32, rows, T)
		logits := p.Forward(t, s.in, nn.Options{}).Logits
		N := rows * T
		all, told := loss(t, logits, s.targets.Reshape(N), s.mask.Reshape(N), talk.Reshape(N))
		return parallel.Graph{
			Ints:   []tensor.Tensor{s.tokens, s.targets, s.in.Pos, s.in.From},
			Floats: []tensor.Tensor{s.mask, talk},
			Sums:   []tensor.Tensor{all, told},
			Ready:  func(plan *autograd.Plan) error { return s.begin(p.Backend(), plan) },
		}
	}
	return r
}
