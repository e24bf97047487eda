package webgpu

import "sprout/core/op"

func init() {
	register("embedding", func(e *encoder, c *op.Call) {
		n := c.Out[0].Len()
		e.dispatch("embedding main", threads(n), []uint32{uint32(n), uint32(c.Out[0].Shape.Last())},
			e.in(c.In[0]), e.in(c.In[1]), e.out(c.Out[0]))
	})
	register("embedding_grad", func(e *encoder, c *op.Call) {
		vocab, width := c.Out[0].Shape.Rows(), c.Out[0].Shape.Last()
		e.dispatch("embedding gradient", [3]int{vocab, ceil(width, rowThreads), 1}, []uint32{uint32(c.In[1].Len()), uint32(width)},
			e.in(c.In[0]), e.in(c.In[1]), e.out(c.Out[0]))
	})
}
