package ref

func init() {
	register("log_probs", logProbs[float32], logProbs[float64])
	register("log_probs_grad", logProbsGrad[float32], logProbsGrad[float64])
}

func logProbs[F Float](_ any, in, out []view[F]) {
	for n, target := range in[1].i {
		out[0].f[n] = 0
		if target >= 0 {
			out[0].f[n] = in[0].row(n)[target] - logSumExp(in[0].row(n))
		}
	}
}

func logProbsGrad[F Float](_ any, in, out []view[F]) {
	for n, target := range in[2].i {
		logits, dLogits := in[1].row(n), out[0].row(n)
		if target < 0 {
			clear(dLogits)
			continue
		}
		lse := logits[target] - in[3].f[n]
		for c, z := range logits {
			p := exp(z - lse)
			if c == int(target) {
				p--
			}
			dLogits[c] = -in[0].f[n] * p
		}
	}
}
