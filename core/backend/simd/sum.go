package simd

import "sprout/core/op"

func init() {
	register("sum", func(be *Backend, c *op.Call) {
		be.f32(c.Out[0])[0] = blockwise(be.f32(c.In[0]), sumOf)
	})
	register("sum_grad", func(be *Backend, c *op.Call) {
		fill(be.f32(c.Out[0]), be.scalar(c.In[0]))
	})
}

// blockwise adds the sums of blocks of 1024 values in double precision, so
// that a sum over a million parameters keeps its digits.
func blockwise(x []float32, sum func([]float32) float32) float32 {
	const block = 1024
	var total float64
	for len(x) > block {
		total += float64(sum(x[:block]))
		x = x[block:]
	}
	return float32(total + float64(sum(x)))
}

func fill(x []float32, value float32) {
	for i := range x {
		x[i] = value
	}
}
