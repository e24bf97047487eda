package optest

import (
	"sprout/core/op"
	"sprout/core/tensor"
)

// sizes are those at which kernels that work in blocks go wrong.
var sizes = []int{1, 3, 63, 65, 257}

// Cases are the conformance cases of all operations, the same on every call.
func Cases() []Case {
	g := &generator{rng: tensor.NewRNG(1)}
	g.products()
	g.rows()
	g.attention()
	g.losses()
	g.elementwise()
	g.reductions()
	g.inPlace()
	g.differences()
	return g.cases
}

type generator struct {
	rng   tensor.RNG
	cases []Case
}

func (g *generator) add(c Case) { g.cases = append(g.cases, c) }

// op adds a case whose inputs diff have gradients.
func (g *generator) op(kind op.Kind, params any, diff []int, in ...Value) {
	g.add(Case{Kind: kind, Params: params, In: in, Diff: diff})
}

func (g *generator) normal(shape ...int) Value { return normal(&g.rng, 1, shape...) }
func (g *generator) ids(n int, shape ...int) Value {
	return ids(&g.rng, n, shape...)
}

func (g *generator) products() {
	dims := [][3]int{
		{1, 1, 1},
		{2, 3, 4},
		{3, 1, 7},
		{1, 63, 65},
		{1, 257, 3},
		{3, 65, 63},
		{63, 3, 257},
		{65, 65, 1},
		{64, 64, 64},
		{5, 32, 128},
		{65, 257, 63},
		{257, 65, 129},
	}
	for _, d := range dims {
		m, n, k := d[0], d[1], d[2]
		for _, p := range []op.MatMul{{}, {TransB: true}, {TransA: true}, {TransA: true, TransB: true}} {
			a, b := g.normal(m, k), g.normal(k, n)
			if p.TransA {
				a = g.normal(k, m)
			}
			if p.TransB {
				b = g.normal(n, k)
			}
			g.op("matmul", p, []int{0, 1}, a, b)
		}
	}
	g.op("matmul", op.MatMul{TransB: true}, []int{0, 1}, g.normal(2, 3, 5), g.normal(4, 5))
	g.op("matmul", op.MatMul{TransA: true}, []int{0, 1}, g.normal(2, 3, 5), g.normal(3, 2, 4))
}

func (g *generator) rows() {
	for _, c := range sizes {
		for _, n := range []int{1, 3, 65} {
			g.op("embedding", nil, []int{0}, g.normal(7, c), g.ids(7, n))
			norm := Case{Kind: "rms_norm", Params: op.RMSNorm{Eps: 1e-5}, In: []Value{g.normal(n, c), g.normal(c)}, Diff: []int{0, 1}}
			if c == 1 {
				norm.Limit, norm.Why = 1e-4, "one channel: the gradient all but cancels"
			}
			g.add(norm)
		}
		g.op("swiglu", nil, []int{0, 1}, g.normal(3, c), g.normal(3, c))
		for _, kind := range []op.Kind{"softmax", "log_softmax"} {
			g.op(kind, nil, []int{0}, g.normal(3, c))
		}
	}
	// Repeated ids in a larger table, and two axes of ids.
	g.op("embedding", nil, []int{0}, g.normal(257, 6), g.ids(3, 2, 63))
	g.op("rms_norm", op.RMSNorm{Eps: 1e-6}, []int{0, 1}, g.normal(2, 3, 5), g.normal(5))
	zero := floats(make([]float32, 6)...).of(2, 3)
	g.add(Case{Kind: "rms_norm", Params: op.RMSNorm{Eps: 1e-5}, In: []Value{zero, g.normal(3)}, Why: "zero rows"})

	for _, h := range [][2]int{{1, 2}, {1, 6}, {3, 4}, {4, 32}, {2, 66}} {
		heads, d := h[0], h[1]
		for _, inverse := range []bool{false, true} {
			g.op("rope", op.RoPE{Heads: heads, Inverse: inverse}, []int{0},
				g.normal(5, heads*d), ints(0, 1, 7, 3, 31), ropeTable(32, d))
		}
	}
	g.op("rope", op.RoPE{Heads: 2}, []int{0}, g.normal(2, 3, 8), ints(0, 1, 2, 5, 6, 7).of(2, 3), ropeTable(8, 4))

	far := floats(-1e4, 1e4, 0, 80, -80, 88, -100, 100, 3, 104, -104, 700)
	for _, kind := range []op.Kind{"softmax", "log_softmax"} {
		g.add(Case{Kind: kind, In: []Value{far.of(2, 6)}, Diff: []int{0}, Kinks: true, Why: "far apart"})
	}
	g.add(Case{Kind: "swiglu", In: []Value{far, g.normal(12)}, Diff: []int{0, 1}, Kinks: true, Why: "far from 0"})
}

func (g *generator) attention() {
	for _, a := range []struct{ b, h, kv, tq, tk, d int }{
		{1, 1, 1, 1, 1, 2},
		{2, 2, 1, 3, 3, 3},
		{1, 2, 2, 5, 5, 4},
		{2, 4, 2, 7, 7, 2},
		{2, 6, 3, 63, 63, 16},
		{1, 4, 4, 64, 64, 32},
		{1, 4, 1, 65, 65, 33},
		{1, 1, 1, 257, 257, 8},
		{3, 4, 2, 1, 65, 32}, // decoding with a cache
		{2, 4, 4, 3, 64, 16}, // prefill behind a cached prompt
	} {
		p := op.Attention{Heads: a.h, KVHeads: a.kv}
		q := g.normal(a.b, a.tq, a.h*a.d)
		k, v := g.normal(a.b, a.tk, a.kv*a.d), g.normal(a.b, a.tk, a.kv*a.d)
		start := g.ids(a.tk-a.tq+1, a.b)
		g.op("attention", p, []int{0, 1, 2}, q, k, v, start, Value{})
		// Packed documents: keys before from are hidden; a few queries see none.
		from := ids(&g.rng, 1+a.tk/2, a.b, a.tq)
		for i := range from.I {
			visible := start.I[i/a.tq] + int32(i%a.tq)
			from.I[i] = min(from.I[i], visible)
			if i%5 == 4 {
				from.I[i] = visible + 1
			}
		}
		g.op("attention", p, []int{0, 1, 2}, q, k, v, start, from)
	}
	large := normal(&g.rng, 30, 1, 9, 8)
	g.add(Case{
		Kind: "attention", Params: op.Attention{Heads: 2, KVHeads: 2}, In: []Value{large, large, g.normal(1, 9, 8), ints(0), {}},
		Diff: []int{0, 1, 2}, Kinks: true, Limit: 1e-6, Why: "scores of thousands: exp magnifies their rounding",
	})
}

func (g *generator) losses() {
	for _, v := range sizes {
		n := 5
		logits, targets := normal(&g.rng, 2, n, v), g.ids(v, n)
		mask := floats(1, 0, 1, 0.5, 1)
		g.op("cross_entropy", nil, []int{0}, logits, targets, mask)
		hidden := targets
		hidden.I = append([]int32(nil), targets.I...)
		hidden.I[1] = -1
		g.op("log_probs", nil, []int{0}, logits, hidden)

		student := normal(&g.rng, 2, n, v)
		for _, kind := range []op.Kind{"kl_forward", "kl_reverse"} {
			g.op(kind, nil, []int{1}, logits, student, floats(1))
			g.op(kind, nil, []int{1}, logits, student, floats(0.4))
		}
		for _, beta := range []float32{0.1, 0.5, 0.9} {
			g.op("jsd", nil, []int{1}, logits, student, floats(0.7), floats(beta))
		}
		for _, beta := range []float32{0, 1} {
			g.add(Case{
				Kind: "jsd", In: []Value{logits, student, floats(0.7), floats(beta)}, Diff: []int{1},
				Abs: 2e-6, Kinks: true, Why: "nothing is mixed: 0",
			})
		}
		for _, kind := range []op.Kind{"kl_forward", "kl_reverse"} {
			g.add(Case{Kind: kind, In: []Value{logits, logits, floats(1)}, Diff: []int{1}, Abs: 2e-6, Kinks: true, Why: "equal: 0"})
		}
	}
	far := floats(300, -300, 0, 100, -1e4, 1e4, 3, 2, 1).of(3, 3)
	g.add(Case{Kind: "cross_entropy", In: []Value{far, ints(1, 2, 0), floats(1, 1, 1)}, Diff: []int{0}, Kinks: true, Why: "far apart"})
	g.add(Case{Kind: "log_probs", In: []Value{far, ints(1, 2, 0)}, Diff: []int{0}, Kinks: true, Why: "far apart"})
	g.add(Case{
		Kind: "cross_entropy", In: []Value{g.normal(3, 5), ints(-1, 99, -7), floats(0, 0, 0)},
		Diff: []int{0}, Kinks: true, Why: "all masked, targets out of range",
	})
	for _, kind := range []op.Kind{"kl_forward", "kl_reverse"} {
		g.add(Case{Kind: kind, In: []Value{far, g.normal(3, 3), floats(1)}, Diff: []int{1}, Kinks: true, Why: "teacher far apart"})
	}
	g.add(Case{Kind: "jsd", In: []Value{far, g.normal(3, 3), floats(1), floats(0.5)}, Diff: []int{1}, Kinks: true, Why: "teacher far apart"})
}

func (g *generator) elementwise() {
	for _, n := range sizes {
		for _, kind := range []op.Kind{"exp", "sigmoid", "log_sigmoid", "copy"} {
			g.op(kind, nil, []int{0}, g.normal(n))
		}
		g.op("log", nil, []int{0}, uniform(&g.rng, 0.1, 10, n))
		g.op("scale", nil, []int{0}, g.normal(2, n), floats(-1.5))
		g.op("clip", nil, []int{0}, g.normal(n), floats(-0.8), floats(1.2))
		for _, kind := range []op.Kind{"add", "mul", "min", "max"} {
			g.op(kind, nil, []int{0, 1}, g.normal(3, n), g.normal(3, n))
			g.op(kind, nil, []int{0, 1}, g.normal(3, n), g.normal(n))
			g.op(kind, nil, []int{0, 1}, g.normal(3, n), g.normal(1))
		}
	}
	for _, kind := range []op.Kind{"add", "mul", "min", "max"} {
		g.op(kind, nil, []int{0, 1}, g.normal(2, 3, 5), g.normal(3, 5))
	}
	far := floats(-104, -100, -87.4, -30, -1e-4, 0, 1e-4, 30, 87.4, 1, 2)
	for _, kind := range []op.Kind{"exp", "sigmoid", "log_sigmoid"} {
		g.add(Case{Kind: kind, In: []Value{far}, Diff: []int{0}, Kinks: true, Why: "far from 0"})
	}
	g.add(Case{Kind: "log", In: []Value{floats(1e-38, 1e-20, 0.5, 0.99999, 1, 1.00001, 2, 1e20, 3e38)}, Why: "whole range"})
	for _, kind := range []op.Kind{"min", "max"} {
		g.add(Case{Kind: kind, In: []Value{floats(1, 2, 3), floats(1, 3, 2)}, Diff: []int{0, 1}, Kinks: true, Why: "equal values"})
	}
	g.add(Case{Kind: "clip", In: []Value{floats(-2, -1, 0, 1, 2), floats(-1), floats(1)}, Diff: []int{0}, Kinks: true, Why: "at the bounds"})
}

func (g *generator) reductions() {
	for _, n := range sizes {
		for _, c := range []int{1, 5, 65} {
			// Away from 0, so that no sum cancels to nothing.
			x := uniform(&g.rng, -1, 3, n, c)
			for _, kind := range []op.Kind{"sum", "sum_rows", "sum_cols", "sum_squares"} {
				g.op(kind, nil, []int{0}, x)
			}
		}
	}
	for _, v := range [][2]float32{{9, 1}, {0.25, 1}, {0, 1}, {4, 2}, {7, 0}} {
		g.op("clip_factor", nil, nil, floats(v[0]), floats(v[1]))
	}
}

func (g *generator) inPlace() {
	for _, n := range sizes {
		g.op("fill_zero", nil, nil, g.normal(n))
		for _, decay := range []bool{false, true} {
			hyper := floats(3e-3, 0.9, 0.99, 1e-8, 0.1, 0.271, 0.0297, 0.5)
			v := uniform(&g.rng, 0, 1, n)
			g.op("adamw", op.AdamW{Decay: decay}, nil, g.normal(n), g.normal(n), g.normal(n), v, hyper)
		}
		g.op("cache_write", nil, nil, g.normal(2, 9, n), g.normal(2, 4, n), ints(5, 2))
		g.op("cache_write", nil, nil, g.normal(3, 4, n), g.normal(3, 1, n), ints(0, 3, 1))
	}
}

func (g *generator) differences() {
	for _, n := range sizes {
		g.op("neg", nil, []int{0}, g.normal(n))
		g.op("sub", nil, []int{0, 1}, g.normal(3, n), g.normal(3, n))
		g.op("sub", nil, []int{0, 1}, g.normal(3, n), g.normal(n))
		g.op("sub", nil, []int{0, 1}, g.normal(3, n), g.normal(1))
	}
	g.op("sub", nil, []int{0, 1}, g.normal(2, 3, 5), g.normal(3, 5))
}
