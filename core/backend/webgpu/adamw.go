package webgpu

import "sprout/core/op"

func init() {
	register("adamw", func(e *encoder, c *op.Call) {
		n := c.Out[0].Len()
		e.dispatch("adamw main", threads(n), []uint32{uint32(n), flag(c.Params.(op.AdamW).Decay)},
			e.out(c.Out[0]), e.in(c.In[1]), e.out(c.Out[1]), e.out(c.Out[2]), e.in(c.In[4]))
	})
}
