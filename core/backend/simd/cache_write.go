package simd

import "sprout/core/op"

func init() {
	register("cache_write", func(be *Backend, c *op.Call) {
		cache, x, start := be.f32(c.Out[0]), be.f32(c.In[1]), be.i32(c.In[2])
		rows, width := c.In[0].Shape[1], c.In[0].Shape[2]
		t := c.In[1].Shape[1]
		for b, s := range start {
			if s < 0 || int(s)+t > rows {
				op.Panic(c.Kind, c.In, "start lies outside the cache")
			}
			copy(cache[(b*rows+int(s))*width:], x[b*t*width:(b+1)*t*width])
		}
	})
}
