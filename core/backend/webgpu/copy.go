package webgpu

import "sprout/core/op"

func init() {
	register("copy", func(e *encoder, c *op.Call) {
		to, from := e.out(c.Out[0]), e.in(c.In[0])
		if to.buf == from.buf { // a device copies between two buffers only
			t := e.temp(to.n)
			e.copy(t, from)
			from = t
		}
		e.copy(to, from)
	})
}
