package ref

func init() {
	register("jsd", jsd[float32], jsd[float64])
	register("jsd_grad", jsdGrad[float32], jsdGrad[float64])
}

func jsd[F Float](_ any, in, out []view[F]) {
	beta := in[3].f[0]
	for n := range out[0].f {
		lp, lq := logDistributions(in[0], in[1], in[2].f[0], n)
		var sum F
		for c := range lp {
			p, q := exp(lp[c]), exp(lq[c])
			if m := F(beta*p) + F((1-beta)*q); m > 0 {
				sum += F(beta*p*(lp[c]-ln(m))) + F((1-beta)*q*(lq[c]-ln(m)))
			}
		}
		out[0].f[n] = sum
	}
}

func jsdGrad[F Float](_ any, in, out []view[F]) {
	invT, beta := in[3].f[0], in[4].f[0]
	for n, dy := range in[0].f {
		lp, lq := logDistributions(in[1], in[2], invT, n)
		dx := out[0].row(n)
		var sum F // Σ q·ln(q/m)
		for c := range lp {
			q := exp(lq[c])
			dx[c] = 0
			if m := F(beta*exp(lp[c])) + F((1-beta)*q); m > 0 {
				dx[c] = lq[c] - ln(m)
			}
			sum += F(q * dx[c])
		}
		for c := range lp {
			dx[c] = dy * invT * (1 - beta) * exp(lq[c]) * (dx[c] - sum)
		}
	}
}
