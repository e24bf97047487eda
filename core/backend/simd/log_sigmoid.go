package simd

func init() {
	unary("log_sigmoid", logSigmoid4)
	binary("log_sigmoid_grad", func(dY, x vec) vec { return dY.Mul(sigmoid4(x.Neg())) })
}
