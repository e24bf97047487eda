package ref

func init() {
	register("clip_factor", clipFactor[float32], clipFactor[float64])
}

func clipFactor[F Float](_ any, in, out []view[F]) {
	norm, limit := sqrt(in[0].f[0]), in[1].f[0]
	factor := F(1)
	if limit > 0 && norm > limit {
		factor = limit / norm
	}
	out[0].f[0], out[1].f[0] = factor, norm
}
