package simd

import (
	"sprout/core/op"
	"sprout/core/tensor"
)

// map1 computes y = f(x) element by element.
func map1(y, x []float32, f func(vec) vec) {
	i := 0
	for ; i+4 <= len(x); i += 4 {
		store(quadAt(y, i), f(load(quadAt(x, i))))
	}
	if i < len(x) {
		putTail(y[i:], f(tail(x[i:], 0)))
	}
}

// map2 computes z = f(x, y) for slices of equal length.
func map2(z, x, y []float32, f func(x, y vec) vec) {
	i := 0
	for ; i+4 <= len(x); i += 4 {
		store(quadAt(z, i), f(load(quadAt(x, i)), load(quadAt(y, i))))
	}
	if i < len(x) {
		putTail(z[i:], f(tail(x[i:], 0), tail(y[i:], 0)))
	}
}

// unary registers y = f(x).
func unary(k op.Kind, f func(vec) vec) {
	register(k, func(be *Backend, c *op.Call) {
		map1(be.f32(c.Out[0]), be.f32(c.In[0]), f)
	})
}

// binary registers z = f(x, y) on inputs of equal shape.
func binary(k op.Kind, f func(x, y vec) vec) {
	register(k, func(be *Backend, c *op.Call) {
		map2(be.f32(c.Out[0]), be.f32(c.In[0]), be.f32(c.In[1]), f)
	})
}

// broadcast registers z = f(x, y) where y is repeated over leading axes.
func broadcast(k op.Kind, f func(z, x, y []float32)) {
	register(k, func(be *Backend, c *op.Call) {
		be.spread(be.f32(c.Out[0]), be.f32(c.In[0]), be.f32(c.In[1]), f)
	})
}

// spread applies f to each stretch of x that meets all of y.
func (be *Backend) spread(z, x, y []float32, f func(z, x, y []float32)) {
	y = be.spreadable(y, len(x))
	for i := 0; i < len(x); i += len(y) {
		to := min(len(x), i+len(y))
		f(z[i:to], x[i:to], y[:to-i])
	}
}

// spreadable is y, or a stretch of copies where y is a single number that
// meets many.
func (be *Backend) spreadable(y []float32, n int) []float32 {
	const stretch = 256
	if len(y) != 1 || n <= 1 {
		return y
	}
	be.arena.reset()
	s := be.arena.take(min(n, stretch))
	for i := range s {
		s[i] = y[0]
	}
	return s
}

// scalar reads a tensor of one number.
func (be *Backend) scalar(t tensor.Tensor) float32 { return be.f32(t)[0] }
