package simd

import "sprout/core/op"

func init() {
	register("log_probs", func(be *Backend, c *op.Call) {
		logits, targets, y := be.f32(c.In[0]), be.i32(c.In[1]), be.f32(c.Out[0])
		cols := c.In[0].Shape.Last()
		be.arena.reset()
		room := be.arena.take(cols)
		for n, t := range targets {
			y[n] = 0
			if t < 0 {
				continue
			}
			row := logits[n*cols : (n+1)*cols]
			y[n] = row[target(c, t, cols)] - logSumExp(row, room)
		}
	})
	register("log_probs_grad", func(be *Backend, c *op.Call) {
		dY, logits, targets, y := be.f32(c.In[0]), be.f32(c.In[1]), be.i32(c.In[2]), be.f32(c.In[3])
		dLogits := be.f32(c.Out[0])
		cols := c.In[1].Shape.Last()
		for n, t := range targets {
			d := dLogits[n*cols : (n+1)*cols]
			if t < 0 {
				clear(d)
				continue
			}
			row, i := logits[n*cols:(n+1)*cols], target(c, t, cols)
			expShifted(d, row, 1, row[i]-y[n])
			d[i]--
			scaleRow(d, d, -dY[n])
		}
	})
}
