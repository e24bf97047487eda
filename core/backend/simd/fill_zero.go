package simd

import "sprout/core/op"

func init() {
	register("fill_zero", func(be *Backend, c *op.Call) { clear(be.f32(c.Out[0])) })
}
