package webgpu

import "sprout/core/op"

func init() {
	register("cache_write", func(e *encoder, c *op.Call) {
		x, n := c.In[1], c.In[1].Len()
		e.dispatch("cache_write main", threads(n),
			[]uint32{uint32(n), uint32(x.Shape[1]), uint32(c.Out[0].Shape[1]), uint32(x.Shape[2])},
			e.out(c.Out[0]), e.in(x), e.in(c.In[2]))
	})
}
