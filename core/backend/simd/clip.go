package simd

import "sprout/core/op"

func init() {
	register("clip", func(be *Backend, c *op.Call) {
		x, y := be.f32(c.In[0]), be.f32(c.Out[0])
		lo, hi := splat(be.scalar(c.In[1])), splat(be.scalar(c.In[2]))
		i := 0
		for ; i+4 <= len(x); i += 4 {
			store(quadAt(y, i), clip4(load(quadAt(x, i)), lo, hi))
		}
		if i < len(x) {
			putTail(y[i:], clip4(tail(x[i:], 0), lo, hi))
		}
	})
	register("clip_grad", func(be *Backend, c *op.Call) {
		dY, x, dX := be.f32(c.In[0]), be.f32(c.In[1]), be.f32(c.Out[0])
		lo, hi := splat(be.scalar(c.In[2])), splat(be.scalar(c.In[3]))
		i := 0
		for ; i+4 <= len(x); i += 4 {
			store(quadAt(dX, i), clipGrad4(load(quadAt(dY, i)), load(quadAt(x, i)), lo, hi))
		}
		if i < len(x) {
			putTail(dX[i:], clipGrad4(tail(dY[i:], 0), tail(x[i:], 0), lo, hi))
		}
	})
}

// clip4 is min(max(x, lo), hi); a NaN stays.
func clip4(x, lo, hi vec) vec {
	x = ifLess(x, lo, lo, x)
	return ifLess(hi, x, hi, x)
}

// clipGrad4 passes dY where lo ≤ x ≤ hi.
func clipGrad4(dY, x, lo, hi vec) vec {
	zero := splat(0)
	return ifLessEqual(lo, x, ifLessEqual(x, hi, dY, zero), zero)
}
