package simd

func init() {
	broadcast("min", func(z, x, y []float32) {
		map2(z, x, y, func(x, y vec) vec { return ifLess(y, x, y, ifEqual(y, y, x, y)) })
	})
	pickedGrad("min_grad", func(x, y vec) vec {
		return ifLess(x, y, splat(1), ifEqual(x, y, splat(0.5), splat(0)))
	})
}
