package simd

import (
	"unsafe"

	"sprout/core/op"
)

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
	i := len(p) &^ 7
	s.steps(p[:i], g[:i], m[:i], v[:i])
	if i < len(p) {
		var tp, tg, tm, tv [8]float32
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

// steps updates slices of one length, a multiple of eight: two vectors a turn,
// since each waits long for its root and its quotient.
func (s *adamState) steps(p, g, m, v []float32) {
	turns := len(p) / 8
	if turns == 0 {
		return
	}
	keep, scale, rate, bias2, eps := s.keep, s.scale, s.rate, s.bias2, s.eps
	beta1, gain1, beta2, gain2 := s.beta1, s.gain1, s.beta2, s.gain2
	pp, pg, pm, pv, o := unsafe.Pointer(&p[0]), unsafe.Pointer(&g[0]), unsafe.Pointer(&m[0]), unsafe.Pointer(&v[0]), uintptr(0)
	for {
		ps, gs := (*[2]quad)(unsafe.Add(pp, o)), (*[2]quad)(unsafe.Add(pg, o))
		ms, vs := (*[2]quad)(unsafe.Add(pm, o)), (*[2]quad)(unsafe.Add(pv, o))
		g0, g1 := load(&gs[0]).Mul(scale), load(&gs[1]).Mul(scale)
		v0 := load(&vs[0]).Mul(beta2).Add(g0.Mul(g0).Mul(gain2))
		v1 := load(&vs[1]).Mul(beta2).Add(g1.Mul(g1).Mul(gain2))
		m0 := load(&ms[0]).Mul(beta1).Add(g0.Mul(gain1))
		m1 := load(&ms[1]).Mul(beta1).Add(g1.Mul(gain1))
		v0.StoreArray(&vs[0])
		v1.StoreArray(&vs[1])
		m0.StoreArray(&ms[0])
		m1.StoreArray(&ms[1])
		d0 := m0.Mul(rate).Div(v0.Mul(bias2).Sqrt().Add(eps))
		d1 := m1.Mul(rate).Div(v1.Mul(bias2).Sqrt().Add(eps))
		load(&ps[0]).Mul(keep).Sub(d0).StoreArray(&ps[0])
		load(&ps[1]).Mul(keep).Sub(d1).StoreArray(&ps[1])
		o += 8 * floatBytes
		if turns--; turns == 0 {
			return
		}
	}
}
