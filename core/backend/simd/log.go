package simd

func init() {
	unary("log", log4)
	binary("log_grad", func(dY, x vec) vec { return dY.Div(x) })
}
