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
	i := len(p) &^ 3
	s.steps(p[:i], g[:i], m[:i], v[:i])
	if i < len(p) {
		var tp, tg, tm, tv quad
		copy(tp[:], p[i:])
		copy(tg[:], g[i:])
		copy(tm[:], m[i:])
		copy(tv[:], v[i:])
		s.steps(tp[:], tg[:], tm[:], tv[:])
		copy(p[i:], tp[:])
		copy(m[i:], tm[:])
		copy(v[i:], tv[:])
	}
}

// adamState holds the numbers of one call in all lanes.
type adamState struct{ keep, scale, beta1, gain1, beta2, gain2, rate, bias2, eps vec }

// steps updates whole quads.
func (s *adamState) steps(p, g, m, v []float32) {
	keep, scale, rate, bias2, eps := s.keep, s.scale, s.rate, s.bias2, s.eps
	beta1, gain1, beta2, gain2 := s.beta1, s.gain1, s.beta2, s.gain2
	for len(p) >= 4 && len(g) >= 4 && len(m) >= 4 && len(v) >= 4 {
		grad := load((*quad)(g)).Mul(scale)
		m1 := load((*quad)(m)).Mul(beta1).Add(grad.Mul(gain1))
		v1 := load((*quad)(v)).Mul(beta2).Add(grad.Mul(grad).Mul(gain2))
		store((*quad)(m), m1)
		store((*quad)(v), v1)
		down := m1.Mul(rate).Div(v1.Mul(bias2).Sqrt().Add(eps))
		store((*quad)(p), load((*quad)(p)).Mul(keep).Sub(down))
		p, g, m, v = p[4:], g[4:], m[4:], v[4:]
	}
}
