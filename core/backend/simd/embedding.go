package simd

import "sprout/core/op"

func init() {
	register("embedding", func(be *Backend, c *op.Call) {
		w, ids, y := be.f32(c.In[0]), be.i32(c.In[1]), be.f32(c.Out[0])
		width := c.In[0].Shape.Last()
		for n, id := range ids {
			if id < 0 || int(id) >= c.In[0].Shape[0] {
				op.Panic(c.Kind, c.In, "an id lies outside the vocabulary")
			}
			copy(y[n*width:(n+1)*width], w[int(id)*width:])
		}
	})
	register("embedding_grad", func(be *Backend, c *op.Call) {
		dY, ids, dW := be.f32(c.In[0]), be.i32(c.In[1]), be.f32(c.Out[0])
		width := c.In[0].Shape.Last()
		clear(dW)
		for n, id := range ids {
			row := dW[int(id)*width : (int(id)+1)*width]
			addRow(row, row, dY[n*width:(n+1)*width])
		}
	})
}
