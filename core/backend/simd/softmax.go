package simd

import "sprout/core/op"

func init() {
	register("softmax", func(be *Backend, c *op.Call) {
		x, y := be.f32(c.In[0]), be.f32(c.Out[0])
		for cols := c.In[0].Shape.Last(); len(x) > 0; x, y = x[cols:], y[cols:] {
			sum := expShifted(y[:cols], x[:cols], 1, maxOf(x[:cols]))
			scaleRow(y[:cols], y[:cols], 1/sum)
		}
	})
	register("softmax_grad", func(be *Backend, c *op.Call) {
		dY, y, dX := be.f32(c.In[0]), be.f32(c.In[1]), be.f32(c.Out[0])
		for cols := c.In[0].Shape.Last(); len(y) > 0; dY, y, dX = dY[cols:], y[cols:], dX[cols:] {
			addNumber(dX[:cols], dY[:cols], -dot(dY[:cols], y[:cols]))
			mulRow(dX[:cols], dX[:cols], y[:cols])
		}
	})
}

// addNumber computes y = x + s.
func addNumber(y, x []float32, s float32) {
	v := splat(s)
	i := 0
	for ; i+4 <= len(x); i += 4 {
		store(quadAt(y, i), load(quadAt(x, i)).Add(v))
	}
	if i < len(x) {
		putTail(y[i:], tail(x[i:], 0).Add(v))
	}
}
