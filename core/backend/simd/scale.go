package simd

import "sprout/core/op"

func init() {
	register("scale", func(be *Backend, c *op.Call) {
		scaleRow(be.f32(c.Out[0]), be.f32(c.In[0]), be.scalar(c.In[1]))
	})
}
