package webgpu

import "sprout/core/op"

// rowThreads is the number of threads of a workgroup that shares a row, the
// shaders' ROW.
const rowThreads = 64

// chunkOf is how many of n rows are added by one thread before the sums of all
// chunks are.
func chunkOf(n int) int { return max(64, ceil(n, 64)) }

// columns adds the rows of in [n,c].
func columns(e *encoder, n, c int, in, out binding) {
	chunk := chunkOf(n)
	add := func(n, chunk int, in, out binding) {
		e.dispatch("sum_cols main", [3]int{ceil(c, rowThreads), ceil(n, chunk), 1}, []uint32{uint32(n), uint32(c), uint32(chunk)}, in, out)
	}
	if n <= chunk {
		add(n, n, in, out)
		return
	}
	t := e.temp(ceil(n, chunk) * c)
	add(n, chunk, in, t)
	add(ceil(n, chunk), ceil(n, chunk), t.read(), out)
}

func init() {
	register("sum_cols", func(e *encoder, c *op.Call) {
		s := c.In[0].Shape
		columns(e, s.Rows(), s.Last(), e.in(c.In[0]), e.out(c.Out[0]))
	})
	elementwise("sum_cols_grad", "sum_cols gradient")
}
