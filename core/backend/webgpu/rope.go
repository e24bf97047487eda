package webgpu

import "sprout/core/op"

func init() {
	register("rope", func(e *encoder, c *op.Call) {
		p, n, d := c.Params.(op.RoPE), c.In[0].Len()/2, c.In[2].Shape.Last()
		e.dispatch("rope main", threads(n), []uint32{uint32(n), uint32(p.Heads), uint32(d / 2), flag(p.Inverse)},
			e.in(c.In[0]), e.in(c.In[1]), e.in(c.In[2]), e.out(c.Out[0]))
	})
}
