package webgpu

import "sprout/core/op"

func init() {
	register("fill_zero", func(e *encoder, c *op.Call) { e.clear(e.out(c.Out[0])) })
}
