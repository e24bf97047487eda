package simd

import "sprout/core/op"

func init() {
	register("log_softmax", func(be *Backend, c *op.Call) {
		x, y := be.f32(c.In[0]), be.f32(c.Out[0])
		for cols := c.In[0].Shape.Last(); len(x) > 0; x, y = x[cols:], y[cols:] {
			addNumber(y[:cols], x[:cols], -logSumExp(x[:cols], y[:cols]))
		}
	})
	register("log_softmax_grad", func(be *Backend, c *op.Call) {
		dY, y, dX := be.f32(c.In[0]), be.f32(c.In[1]), be.f32(c.Out[0])
		for cols := c.In[0].Shape.Last(); len(y) > 0; dY, y, dX = dY[cols:], y[cols:], dX[cols:] {
			expShifted(dX[:cols], y[:cols], 1, 0)
			scaleRow(dX[:cols], dX[:cols], -sumOf(dY[:cols]))
			addRow(dX[:cols], dX[:cols], dY[:cols])
		}
	})
}
