package ref

func init() {
	register("mul", mul[float32], mul[float64])
}

func mul[F Float](_ any, in, out []view[F]) {
	x, y := in[0].f, in[1].f
	for i := range x {
		out[0].f[i] = x[i] * y[i%len(y)]
	}
}
