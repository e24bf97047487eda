package webgpu

import (
	"sprout/core/op"
)

// Edges of the tiles of C that a workgroup computes. The large tile does more
// work per number read; the small one keeps a GPU busy where C is small.
const (
	largeTile = 64
	smallTile = 16
	fewTiles  = 32
)

func init() {
	register("matmul", func(e *encoder, c *op.Call) {
		p := c.Params.(op.MatMul)
		m, n, k, _ := p.Dims(c.In[0], c.In[1])
		shader, tile := "matmul large", largeTile
		if ceil(m, tile)*ceil(n, tile) < fewTiles {
			shader, tile = "matmul small", smallTile
		}
		e.dispatch(shader, [3]int{ceil(n, tile), ceil(m, tile), 1},
			[]uint32{uint32(m), uint32(n), uint32(k), flag(p.TransA), flag(p.TransB)},
			e.in(c.In[0]), e.in(c.In[1]), e.out(c.Out[0]))
	})
}
