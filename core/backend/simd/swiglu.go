package simd

import "sprout/core/op"

func init() {
	register("swiglu", func(be *Backend, c *op.Call) {
		swiglu(be.f32(c.Out[0]), be.f32(c.In[0]), be.f32(c.In[1]))
	})
	register("swiglu_grad", func(be *Backend, c *op.Call) {
		swigluGrad(be.f32(c.Out[0]), be.f32(c.Out[1]), be.f32(c.In[0]), be.f32(c.In[1]), be.f32(c.In[2]))
	})
}

// swiglu computes y = gate·σ(gate)·up, with σ(gate) = 1/(1 + exp(−gate)).
func swiglu(y, gate, up []float32) {
	one := splat(1)
	i := 0
	for ; i+8 <= len(gate); i += 8 {
		p, q, o := (*[8]float32)(gate[i:]), (*[8]float32)(up[i:]), (*[8]float32)(y[i:])
		g, h := load((*quad)(p[0:])), load((*quad)(p[4:]))
		u, v := g.Neg(), h.Neg()
		n, r := expSplit(u)
		m, t := expSplit(v)
		e := one.Add(expJoin(expSeries(r), n, u))
		f := one.Add(expJoin(expSeries(t), m, v))
		store((*quad)(o[0:]), g.Div(e).Mul(load((*quad)(q[0:]))))
		store((*quad)(o[4:]), h.Div(f).Mul(load((*quad)(q[4:]))))
	}
	for ; i < len(gate); i += 4 {
		w := min(4, len(gate)-i)
		g := tail(gate[i:i+w], 0)
		putTail(y[i:i+w], g.Div(one.Add(exp4(g.Neg()))).Mul(tail(up[i:i+w], 0)))
	}
}

// swigluGrad computes dGate = dY·up·σ·(1 + gate·(1 − σ)) and dUp = dY·gate·σ.
func swigluGrad(dGate, dUp, dY, gate, up []float32) {
	one := splat(1)
	i := 0
	for ; i+4 <= len(gate); i += 4 {
		g := load(quadAt(gate, i))
		u := g.Neg()
		n, r := expSplit(u)
		s := one.Div(one.Add(expJoin(expSeries(r), n, u)))
		d := load(quadAt(dY, i)).Mul(s)
		store(quadAt(dGate, i), d.Mul(load(quadAt(up, i))).Mul(one.Add(g.Mul(one.Sub(s)))))
		store(quadAt(dUp, i), d.Mul(g))
	}
	if i < len(gate) {
		g := tail(gate[i:], 0)
		s := sigmoid4(g)
		d := tail(dY[i:], 0).Mul(s)
		putTail(dGate[i:], d.Mul(tail(up[i:], 0)).Mul(one.Add(g.Mul(one.Sub(s)))))
		putTail(dUp[i:], d.Mul(g))
	}
}
