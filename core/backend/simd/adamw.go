package simd

import "sprout/core/op"

func init() { register("adamw", adamW) }

func adamW(be *Backend, c *op.Call) {
	p, g, m, v := be.f32(c.Out[0]), be.f32(c.In[1]), be.f32(c.Out[1]), be.f32(c.Out[2])
	h := be.f32(c.In[4])
	lr := h[op.HyperLR]
	keep := float32(1)
	if c.Params.(op.AdamW).Decay {
		keep = 1 - float32(lr*h[op.HyperWeightDecay])
	}
	s := adamState{
		keep: splat(keep), scale: splat(h[op.HyperGradScale]),
		beta1: splat(h[op.HyperBeta1]), gain1: splat(1 - h[op.HyperBeta1]),
		beta2: splat(h[op.HyperBeta2]), gain2: splat(1 - h[op.HyperBeta2]),
		rate: splat(lr / h[op.HyperBias1]), bias2: splat(1 / h[op.HyperBias2]), eps: splat(h[op.HyperEps]),
	}
	i := 0
	for ; i+4 <= len(p); i += 4 {
		s.step(quadAt(p, i), quadAt(g, i), quadAt(m, i), quadAt(v, i))
	}
	if i < len(p) {
		var tp, tg, tm, tv quad
		copy(tp[:], p[i:])
		copy(tg[:], g[i:])
		copy(tm[:], m[i:])
		copy(tv[:], v[i:])
		s.step(&tp, &tg, &tm, &tv)
		copy(p[i:], tp[:])
		copy(m[i:], tm[:])
		copy(v[i:], tv[:])
	}
}

// adamState holds the numbers of one call in all lanes.
type adamState struct{ keep, scale, beta1, gain1, beta2, gain2, rate, bias2, eps vec }

func (s *adamState) step(p, g, m, v *quad) {
	grad := load(g).Mul(s.scale)
	m1 := load(m).Mul(s.beta1).Add(grad.Mul(s.gain1))
	v1 := load(v).Mul(s.beta2).Add(grad.Mul(grad).Mul(s.gain2))
	store(m, m1)
	store(v, v1)
	down := m1.Mul(s.rate).Div(v1.Mul(s.bias2).Sqrt().Add(s.eps))
	store(p, load(p).Mul(s.keep).Sub(down))
}
