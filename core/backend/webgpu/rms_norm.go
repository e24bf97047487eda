package webgpu

import "sprout/core/op"

func init() {
	register("rms_norm", func(e *encoder, c *op.Call) {
		s := c.In[0].Shape
		e.dispatch("rms_norm main", rows(s.Rows()), []uint32{uint32(s.Rows()), uint32(s.Last()), bits(c.Params.(op.RMSNorm).Eps)},
			e.in(c.In[0]), e.in(c.In[1]), e.out(c.Out[0]), e.out(c.Out[1]))
	})
	register("rms_norm_grad", func(e *encoder, c *op.Call) {
		n, width := c.In[0].Shape.Rows(), c.In[0].Shape.Last()
		dY, x, w, rstd := e.in(c.In[0]), e.in(c.In[1]), e.in(c.In[2]), e.in(c.In[3])
		e.dispatch("rms_norm gradient", rows(n), []uint32{uint32(n), uint32(width), 0}, dY, x, w, rstd, e.out(c.Out[0]))
		chunk := chunkOf(n)
		parts := e.temp(ceil(n, chunk) * width)
		e.dispatch("rms_norm weight", [3]int{ceil(width, rowThreads), ceil(n, chunk), 1},
			[]uint32{uint32(n), uint32(width), uint32(chunk)}, dY, x, rstd, parts)
		columns(e, ceil(n, chunk), width, parts.read(), e.out(c.Out[1]))
	})
}
