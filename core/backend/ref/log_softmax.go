package ref

func init() {
	register("log_softmax", logSoftmax[float32], logSoftmax[float64])
	register("log_softmax_grad", logSoftmaxGrad[float32], logSoftmaxGrad[float64])
}

func logSoftmax[F Float](_ any, in, out []view[F]) {
	for n := range in[0].rows() {
		logSoftmaxRow(out[0].row(n), in[0].row(n), 1)
	}
}

// logSoftmaxRow is y = s·x − ln Σ exp(s·x).
func logSoftmaxRow[F Float](y, x []F, s F) {
	for c, v := range x {
		y[c] = s * v
	}
	lse := logSumExp(y)
	for c := range y {
		y[c] -= lse
	}
}

func logSoftmaxGrad[F Float](_ any, in, out []view[F]) {
	for n := range in[0].rows() {
		dy, y, dx := in[0].row(n), in[1].row(n), out[0].row(n)
		var sum F
		for _, d := range dy {
			sum += d
		}
		for c := range y {
			dx[c] = dy[c] - F(exp(y[c])*sum)
		}
	}
}
