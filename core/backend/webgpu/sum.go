package webgpu

import "sprout/core/op"

// partial sums: so many elements each, and no more sums than one workgroup adds.
const (
	partLength = 4096
	mostParts  = 256
)

// total adds all elements of in that a shader entry gives, in two steps whose
// order depends on their number alone.
func total(e *encoder, shader string, in, out binding) {
	parts := min(ceil(in.n, partLength), mostParts)
	if parts == 1 {
		e.dispatch(shader, [3]int{1, 1, 1}, []uint32{uint32(in.n)}, in, out)
		return
	}
	t := e.temp(parts)
	e.dispatch(shader, [3]int{parts, 1, 1}, []uint32{uint32(in.n)}, in, t)
	e.dispatch("sum main", [3]int{1, 1, 1}, []uint32{uint32(parts)}, t.read(), out)
}

func init() {
	register("sum", func(e *encoder, c *op.Call) { total(e, "sum main", e.in(c.In[0]), e.out(c.Out[0])) })
	elementwise("sum_grad", "sum gradient")
}
