package simd

import "sprout/core/op"

func init() {
	register("sum_squares", func(be *Backend, c *op.Call) {
		be.f32(c.Out[0])[0] = blockwise(be.f32(c.In[0]), func(x []float32) float32 { return dot(x, x) })
	})
}
