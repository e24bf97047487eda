package simd

import "sprout/core/op"

func init() {
	register("cross_entropy", crossEntropy)
	register("cross_entropy_grad", crossEntropyGrad)
}

func crossEntropy(be *Backend, c *op.Call) {
	logits, targets, mask := be.f32(c.In[0]), be.i32(c.In[1]), be.f32(c.In[2])
	losses, lse := be.f32(c.Out[0]), be.f32(c.Out[1])
	cols := c.In[0].Shape.Last()
	be.arena.reset()
	room := be.arena.take(cols)
	for n, weight := range mask {
		losses[n], lse[n] = 0, 0
		if weight == 0 {
			continue
		}
		row := logits[n*cols : (n+1)*cols]
		lse[n] = logSumExp(row, room)
		losses[n] = weight * (lse[n] - row[target(c, targets[n], cols)])
	}
}

func crossEntropyGrad(be *Backend, c *op.Call) {
	dLosses, logits, targets := be.f32(c.In[0]), be.f32(c.In[1]), be.i32(c.In[2])
	mask, lse, dLogits := be.f32(c.In[3]), be.f32(c.In[4]), be.f32(c.Out[0])
	cols := c.In[1].Shape.Last()
	for n, weight := range mask {
		d := dLogits[n*cols : (n+1)*cols]
		if weight == 0 {
			clear(d)
			continue
		}
		expShifted(d, logits[n*cols:(n+1)*cols], 1, lse[n])
		d[target(c, targets[n], cols)]--
		scaleRow(d, d, float32(dLosses[n]*weight))
	}
}

// target checks the index of a class.
func target(c *op.Call, t int32, classes int) int {
	if t < 0 || int(t) >= classes {
		op.Panic(c.Kind, c.In, "a target lies outside the vocabulary")
	}
	return int(t)
}
