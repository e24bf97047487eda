package ref

func init() {
	register("log", logarithm[float32], logarithm[float64])
	register("log_grad", logarithmGrad[float32], logarithmGrad[float64])
}

func logarithm[F Float](_ any, in, out []view[F]) {
	for i, x := range in[0].f {
		out[0].f[i] = ln(x)
	}
}

func logarithmGrad[F Float](_ any, in, out []view[F]) {
	for i, d := range in[0].f {
		out[0].f[i] = d / in[1].f[i]
	}
}
