package ref

import "math"

func init() {
	register("log_sigmoid", logSigmoid[float32], logSigmoid[float64])
	register("log_sigmoid_grad", logSigmoidGrad[float32], logSigmoidGrad[float64])
}

func logSigmoid[F Float](_ any, in, out []view[F]) {
	for i, x := range in[0].f {
		out[0].f[i] = min(x, 0) - F(math.Log1p(math.Exp(-math.Abs(float64(x)))))
	}
}

func logSigmoidGrad[F Float](_ any, in, out []view[F]) {
	for i, d := range in[0].f {
		out[0].f[i] = d * sigmoid(-in[1].f[i])
	}
}
