package ref

func init() {
	register("sub", sub[float32], sub[float64])
}

func sub[F Float](_ any, in, out []view[F]) {
	x, y := in[0].f, in[1].f
	for i := range x {
		out[0].f[i] = x[i] - y[i%len(y)]
	}
}
