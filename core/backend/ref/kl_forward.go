package ref

func init() {
	register("kl_forward", klForward[float32], klForward[float64])
	register("kl_forward_grad", klForwardGrad[float32], klForwardGrad[float64])
}

func klForward[F Float](_ any, in, out []view[F]) {
	for n := range out[0].f {
		lp, lq := logDistributions(in[0], in[1], in[2].f[0], n)
		out[0].f[n] = klRow(lp, lq)
	}
}

func klForwardGrad[F Float](_ any, in, out []view[F]) {
	invT := in[3].f[0]
	for n, dy := range in[0].f {
		lp, lq := logDistributions(in[1], in[2], invT, n)
		for c := range lp {
			out[0].row(n)[c] = dy * invT * (exp(lq[c]) - exp(lp[c]))
		}
	}
}
