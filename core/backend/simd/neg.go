package simd

func init() {
	unary("neg", func(x vec) vec { return x.Neg() })
}
