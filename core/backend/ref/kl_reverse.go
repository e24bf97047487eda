package ref

func init() {
	register("kl_reverse", klReverse[float32], klReverse[float64])
	register("kl_reverse_grad", klReverseGrad[float32], klReverseGrad[float64])
}

func klReverse[F Float](_ any, in, out []view[F]) {
	for n := range out[0].f {
		lp, lq := logDistributions(in[0], in[1], in[2].f[0], n)
		out[0].f[n] = klRow(lq, lp)
	}
}

func klReverseGrad[F Float](_ any, in, out []view[F]) {
	invT := in[3].f[0]
	for n, dy := range in[0].f {
		lp, lq := logDistributions(in[1], in[2], invT, n)
		kl := klRow(lq, lp)
		for c := range lp {
			out[0].row(n)[c] = dy * invT * exp(lq[c]) * (lq[c] - lp[c] - kl)
		}
	}
}
