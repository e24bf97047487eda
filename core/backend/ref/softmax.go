package ref

func init() {
	register("softmax", softmax[float32], softmax[float64])
	register("softmax_grad", softmaxGrad[float32], softmaxGrad[float64])
}

func softmax[F Float](_ any, in, out []view[F]) {
	for n := range in[0].rows() {
		x, y := in[0].row(n), out[0].row(n)
		lse := logSumExp(x)
		for c, v := range x {
			y[c] = exp(v - lse)
		}
	}
}

func softmaxGrad[F Float](_ any, in, out []view[F]) {
	for n := range in[0].rows() {
		dy, y, dx := in[0].row(n), in[1].row(n), out[0].row(n)
		sum := dot(dy, y, len(y))
		for c := range y {
			dx[c] = y[c] * (dy[c] - sum)
		}
	}
}
