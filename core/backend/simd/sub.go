package simd

func init() {
	broadcast("sub", func(z, x, y []float32) {
		map2(z, x, y, func(x, y vec) vec { return x.Sub(y) })
	})
}
