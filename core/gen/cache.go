package gen

import (
	"sprout/core/autograd"
	"sprout/core/backend"
	"sprout/core/nn"
	"sprout/core/tensor"
)

// pass is a recorded forward pass over B rows of T tokens that writes the KV
// cache and gives one row of logits per sequence.
type pass struct {
	be                       backend.Backend
	plan                     *autograd.Plan
	tokens, pos, start, last tensor.Tensor // i32 [B,T], [B,T], [B], [B]
	logits                   tensor.Tensor // [B,V]

	hostTokens, hostPos, hostStart, hostLast []int32
}

// record compiles a pass. One of T = 1 decodes at every position.
func record(p *nn.Params, kv []nn.KV, linear nn.Linear, B, T int) (*pass, error) {
	t := autograd.NewTape()
	in := nn.Input{
		Tokens: t.Input(tensor.I32, B, T), Pos: t.Input(tensor.I32, B, T),
		Start: t.Input(tensor.I32, B), Cache: kv,
	}
	opt := nn.Options{Linear: linear}
	if T > 1 {
		opt.Last = t.Input(tensor.I32, B)
	}
	out := p.Forward(t, in, opt)
	plan, err := t.Compile(p.Backend(), out.Logits)
	if err != nil {
		return nil, err
	}
	r := &pass{
		be: p.Backend(), plan: plan,
		tokens: plan.At(in.Tokens), pos: plan.At(in.Pos), start: plan.At(in.Start), logits: plan.At(out.Logits),
		hostTokens: make([]int32, B*T), hostPos: make([]int32, B*T), hostStart: make([]int32, B),
	}
	if T > 1 {
		r.last, r.hostLast = plan.At(opt.Last), make([]int32, B)
	}
	return r, nil
}

// run sends the host's arrays, replays and reads the logits.
func (r *pass) run(logits []float32) error {
	for _, w := range []struct {
		t   tensor.Tensor
		src []int32
	}{{r.tokens, r.hostTokens}, {r.pos, r.hostPos}, {r.start, r.hostStart}, {r.last, r.hostLast}} {
		if w.t.IsNone() {
			continue
		}
		if err := r.be.WriteInts(w.t, w.src); err != nil {
			return err
		}
	}
	if err := r.plan.Run(); err != nil {
		return err
	}
	return r.be.Read(logits, r.logits)
}

// newCache reserves keys and values of all layers for B rows.
func newCache(p *nn.Params, B int) ([]nn.KV, error) {
	be, shape := p.Backend(), p.Config.CacheShape(B, p.Config.Context)
	kv := make([]nn.KV, p.Config.Layers)
	for l := range kv {
		for _, t := range []*tensor.Tensor{&kv[l].Keys, &kv[l].Values} {
			buf, err := be.Alloc(tensor.F32, shape.Len())
			if err != nil {
				freeCache(be, kv)
				return nil, err
			}
			*t = tensor.Tensor{Buf: buf, DType: tensor.F32, Shape: shape}
		}
	}
	return kv, nil
}

// firstRows are the caches of the first B rows.
func firstRows(kv []nn.KV, B int) []nn.KV {
	out := make([]nn.KV, len(kv))
	for l, c := range kv {
		for _, t := range []struct{ to, of *tensor.Tensor }{{&out[l].Keys, &c.Keys}, {&out[l].Values, &c.Values}} {
			*t.to = *t.of
			t.to.Shape = tensor.Shape{B, t.of.Shape[1], t.of.Shape[2]}
		}
	}
	return out
}

// move puts chosen rows of a cache into its first places.
type move struct {
	be   backend.Backend
	plan *autograd.Plan
	rows tensor.Tensor // i32 [B], where they lie

	from []int32
	stay []int // what the caller knows of them
}

// newMove records a move of B rows, tensor by tensor: each is gathered elsewhere
// before it is written.
func newMove(be backend.Backend, kv []nn.KV, B int) (*move, error) {
	t := autograd.NewTape()
	rows, start := t.Input(tensor.I32, B), t.Input(tensor.I32, B) // start stays 0
	to := firstRows(kv, B)
	for l, c := range kv {
		for _, x := range [][2]tensor.Tensor{{c.Keys, to[l].Keys}, {c.Values, to[l].Values}} {
			from, dst := x[0], x[1]
			gathered := t.Emit("embedding", nil, from.Reshape(from.Shape[0], from.Shape[1]*from.Shape[2]), rows)[0]
			t.Emit("cache_write", nil, dst, gathered.Reshape(dst.Shape...), start)
		}
	}
	plan, err := t.Compile(be)
	if err != nil {
		return nil, err
	}
	return &move{be: be, plan: plan, rows: plan.At(rows), from: make([]int32, B), stay: make([]int, B)}, nil
}

func (m *move) run() error {
	if err := m.be.WriteInts(m.rows, m.from); err != nil {
		return err
	}
	return m.plan.Run()
}

func freeCache(be backend.Backend, kv []nn.KV) {
	for _, c := range kv {
		for _, t := range []tensor.Tensor{c.Keys, c.Values} {
			if !t.IsNone() {
				be.Free(t.Buf)
			}
		}
	}
}
