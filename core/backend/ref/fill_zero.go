package ref

func init() {
	register("fill_zero", fillZero[float32], fillZero[float64])
}

func fillZero[F Float](_ any, in, out []view[F]) { clear(out[0].f) }
