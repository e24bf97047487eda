package simd

import "sprout/core/op"

func init() {
	register("kl_forward", func(be *Backend, c *op.Call) {
		y := be.f32(c.Out[0])
		be.divergence(c, 0, func(n int, d *distributions) {
			y[n] = klOf(d, d.p, d.lnP, d.q, d.lnQ)
		})
	})
	register("kl_forward_grad", func(be *Backend, c *op.Call) {
		dY, dS, invT := be.f32(c.In[0]), be.f32(c.Out[0]), be.scalar(c.In[3])
		be.divergence(c, 1, func(n int, d *distributions) {
			row := dS[n*len(d.p) : (n+1)*len(d.p)]
			map2(row, d.q, d.p, vec.Sub)
			scaleRow(row, row, float32(dY[n]*invT))
		})
	})
}
