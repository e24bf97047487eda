package ref

func init() {
	register("clip", clip[float32], clip[float64])
	register("clip_grad", clipGrad[float32], clipGrad[float64])
}

func clip[F Float](_ any, in, out []view[F]) {
	lo, hi := in[1].f[0], in[2].f[0]
	for i, x := range in[0].f {
		out[0].f[i] = min(max(x, lo), hi)
	}
}

func clipGrad[F Float](_ any, in, out []view[F]) {
	lo, hi := in[2].f[0], in[3].f[0]
	for i, x := range in[1].f {
		out[0].f[i] = 0
		if lo <= x && x <= hi {
			out[0].f[i] = in[0].f[i]
		}
	}
}
