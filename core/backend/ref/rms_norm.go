package ref

import "sprout/core/op"

func init() {
	register("rms_norm", rmsNorm[float32], rmsNorm[float64])
	register("rms_norm_grad", rmsNormGrad[float32], rmsNormGrad[float64])
}

func rmsNorm[F Float](params any, in, out []view[F]) {
	x, w := in[0], in[1].f
	for n := range x.rows() {
		var sum F
		for _, v := range x.row(n) {
			sum += F(v * v)
		}
		rstd := 1 / sqrt(sum/F(x.cols())+F(params.(op.RMSNorm).Eps))
		y := out[0].row(n)
		for c, v := range x.row(n) {
			y[c] = v * rstd * w[c]
		}
		out[1].f[n] = rstd
	}
}

func rmsNormGrad[F Float](_ any, in, out []view[F]) {
	dW := out[1].f
	clear(dW)
	for n := range in[0].rows() {
		dy, x, w, rstd := in[0].row(n), in[1].row(n), in[2].f, in[3].f[n]
		var mean F
		for c := range x {
			mean += F(dy[c] * w[c] * x[c] * rstd)
		}
		mean /= F(len(x))
		dx := out[0].row(n)
		for c := range x {
			xHat := x[c] * rstd
			dx[c] = rstd * (F(dy[c]*w[c]) - F(xHat*mean))
			dW[c] += F(dy[c] * xHat)
		}
	}
}
