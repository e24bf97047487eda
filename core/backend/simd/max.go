package simd

import "sprout/core/op"

func init() {
	// Written with comparisons: processors differ in what max makes of a NaN.
	broadcast("max", func(z, x, y []float32) {
		map2(z, x, y, func(x, y vec) vec { return ifLess(x, y, y, ifEqual(y, y, x, y)) })
	})
	pickedGrad("max_grad", func(x, y vec) vec {
		one := splat(1)
		return ifLess(y, x, one, ifEqual(x, y, splat(0.5), splat(0)))
	})
}

// pickedGrad registers the gradient of min or max: share is the part of dZ
// that goes to x.
func pickedGrad(k op.Kind, share func(x, y vec) vec) {
	register(k, func(be *Backend, c *op.Call) {
		dZ, x := be.f32(c.In[0]), be.f32(c.In[1])
		dX, dYx := be.f32(c.Out[0]), be.f32(c.Out[1])
		be.spread(dX, x, be.f32(c.In[2]), func(part, x, y []float32) { map2(part, x, y, share) })
		mulRow(dX, dX, dZ)
		map2(dYx, dZ, dX, vec.Sub)
	})
}
