package ref

func init() {
	register("neg", neg[float32], neg[float64])
}

func neg[F Float](_ any, in, out []view[F]) {
	for i, x := range in[0].f {
		out[0].f[i] = -x
	}
}
