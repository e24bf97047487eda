package simd

import "sprout/core/op"

func init() {
	register("jsd", func(be *Backend, c *op.Call) {
		y, beta := be.f32(c.Out[0]), be.scalar(c.In[3])
		be.divergence(c, 0, func(n int, d *distributions) {
			lnMixture(d.lnM, d, beta)
			excess(d.terms, d.p, d.lnP, d.lnM)
			teacher := sumOf(d.terms)
			excess(d.terms, d.q, d.lnQ, d.lnM)
			y[n] = float32(beta*teacher) + float32((1-beta)*sumOf(d.terms))
		})
	})
	register("jsd_grad", func(be *Backend, c *op.Call) {
		dY, dS := be.f32(c.In[0]), be.f32(c.Out[0])
		invT, beta := be.scalar(c.In[3]), be.scalar(c.In[4])
		be.divergence(c, 1, func(n int, d *distributions) {
			row := dS[n*len(d.p) : (n+1)*len(d.p)]
			lnMixture(d.lnM, d, beta)
			excess(row, d.q, d.lnQ, d.lnM)
			addScaledRow(row, d.q, -sumOf(row))
			scaleRow(row, row, float32(float32(dY[n]*invT)*(1-beta)))
		})
	})
}

// lnMixture computes ln(β·p + (1−β)·q), and 0 where that is ln 0: whatever
// stands beside it is then 0 too, and so is the summand.
func lnMixture(out []float32, d *distributions, beta float32) {
	scaleRow(out, d.q, 1-beta)
	addScaledRow(out, d.p, beta)
	map1(out, out, func(m vec) vec {
		zero := splat(0)
		return ifEqual(m, zero, zero, log4(m))
	})
}
