package simd

import "sprout/core/op"

func init() {
	register("swiglu", func(be *Backend, c *op.Call) {
		gate, up, y := be.f32(c.In[0]), be.f32(c.In[1]), be.f32(c.Out[0])
		i := 0
		for ; i+4 <= len(gate); i += 4 {
			g := load(quadAt(gate, i))
			store(quadAt(y, i), g.Mul(sigmoid4(g)).Mul(load(quadAt(up, i))))
		}
		if i < len(gate) {
			g := tail(gate[i:], 0)
			putTail(y[i:], g.Mul(sigmoid4(g)).Mul(tail(up[i:], 0)))
		}
	})
	register("swiglu_grad", func(be *Backend, c *op.Call) {
		dY, gate, up := be.f32(c.In[0]), be.f32(c.In[1]), be.f32(c.In[2])
		dGate, dUp := be.f32(c.Out[0]), be.f32(c.Out[1])
		i := 0
		for ; i+4 <= len(gate); i += 4 {
			a, b := swigluGrad4(load(quadAt(dY, i)), load(quadAt(gate, i)), load(quadAt(up, i)))
			store(quadAt(dGate, i), a)
			store(quadAt(dUp, i), b)
		}
		if i < len(gate) {
			a, b := swigluGrad4(tail(dY[i:], 0), tail(gate[i:], 0), tail(up[i:], 0))
			putTail(dGate[i:], a)
			putTail(dUp[i:], b)
		}
	})
}

// swigluGrad4 is dGate = dY·up·σ·(1 + gate·(1 − σ)) and dUp = dY·gate·σ.
func swigluGrad4(dY, gate, up vec) (vec, vec) {
	one := splat(1)
	s := sigmoid4(gate)
	return dY.Mul(up).Mul(s).Mul(one.Add(gate.Mul(one.Sub(s)))), dY.Mul(gate.Mul(s))
}
