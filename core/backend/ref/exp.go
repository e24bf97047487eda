package ref

func init() { register("exp", exponential[float32], exponential[float64]) }

func exponential[F Float](_ any, in, out []view[F]) {
	for i, x := range in[0].f {
		out[0].f[i] = exp(x)
	}
}
