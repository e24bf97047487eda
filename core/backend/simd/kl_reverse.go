package simd

import "sprout/core/op"

func init() {
	register("kl_reverse", func(be *Backend, c *op.Call) {
		y := be.f32(c.Out[0])
		be.divergence(c, 0, func(n int, d *distributions) {
			y[n] = klOf(d, d.q, d.lnQ, d.p, d.lnP)
		})
	})
	register("kl_reverse_grad", func(be *Backend, c *op.Call) {
		dY, dS, invT := be.f32(c.In[0]), be.f32(c.Out[0]), be.scalar(c.In[3])
		be.divergence(c, 1, func(n int, d *distributions) {
			row := dS[n*len(d.p) : (n+1)*len(d.p)]
			excess(row, d.q, d.lnQ, d.lnP)
			addScaledRow(row, d.q, -sumOf(row))
			scaleRow(row, row, float32(dY[n]*invT))
		})
	})
}
