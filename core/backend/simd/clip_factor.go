package simd

import "sprout/core/op"

func init() {
	register("clip_factor", func(be *Backend, c *op.Call) {
		sumsq, limit := be.scalar(c.In[0]), be.scalar(c.In[1])
		norm, factor := sqrt1(sumsq), float32(1)
		if limit > 0 && norm > limit {
			factor = limit / norm
		}
		be.f32(c.Out[0])[0] = factor
		be.f32(c.Out[1])[0] = norm
	})
}
