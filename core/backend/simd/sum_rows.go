package simd

import "sprout/core/op"

func init() {
	register("sum_rows", func(be *Backend, c *op.Call) {
		x, y := be.f32(c.In[0]), be.f32(c.Out[0])
		cols := c.In[0].Shape.Last()
		for n := range y {
			y[n] = sumOf(x[n*cols : (n+1)*cols])
		}
	})
	register("sum_rows_grad", func(be *Backend, c *op.Call) {
		dY, dX := be.f32(c.In[0]), be.f32(c.Out[0])
		cols := c.Out[0].Shape.Last()
		for n := range dY {
			fill(dX[n*cols:(n+1)*cols], dY[n])
		}
	})
}
