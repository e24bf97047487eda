package ref

func init() {
	register("sigmoid", logistic[float32], logistic[float64])
	register("sigmoid_grad", logisticGrad[float32], logisticGrad[float64])
}

func logistic[F Float](_ any, in, out []view[F]) {
	for i, x := range in[0].f {
		out[0].f[i] = sigmoid(x)
	}
}

func logisticGrad[F Float](_ any, in, out []view[F]) {
	for i, d := range in[0].f {
		y := in[1].f[i]
		out[0].f[i] = d * y * (1 - y)
	}
}
