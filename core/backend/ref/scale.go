package ref

func init() {
	register("scale", scale[float32], scale[float64])
}

func scale[F Float](_ any, in, out []view[F]) {
	for i, x := range in[0].f {
		out[0].f[i] = in[1].f[0] * x
	}
}
