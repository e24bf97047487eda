package simd

func init() {
	unary("sigmoid", sigmoid4)
	binary("sigmoid_grad", func(dY, y vec) vec { return dY.Mul(y).Mul(splat(1).Sub(y)) })
}
