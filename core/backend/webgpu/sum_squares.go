package webgpu

import "sprout/core/op"

func init() {
	register("sum_squares", func(e *encoder, c *op.Call) {
		total(e, "sum_squares main", e.in(c.In[0]), e.out(c.Out[0]))
	})
}
