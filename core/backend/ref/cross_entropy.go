package ref

func init() {
	register("cross_entropy", crossEntropy[float32], crossEntropy[float64])
	register("cross_entropy_grad", crossEntropyGrad[float32], crossEntropyGrad[float64])
}

func crossEntropy[F Float](_ any, in, out []view[F]) {
	for n, mask := range in[2].f {
		if mask == 0 {
			out[0].f[n], out[1].f[n] = 0, 0
			continue
		}
		logits := in[0].row(n)
		lse := logSumExp(logits)
		out[0].f[n], out[1].f[n] = mask*(lse-logits[in[1].i[n]]), lse
	}
}

func crossEntropyGrad[F Float](_ any, in, out []view[F]) {
	for n, mask := range in[3].f {
		dLogits := out[0].row(n)
		if mask == 0 {
			clear(dLogits)
			continue
		}
		d, lse, target := in[0].f[n]*mask, in[4].f[n], int(in[2].i[n])
		for c, z := range in[1].row(n) {
			p := exp(z - lse)
			if c == target {
				p--
			}
			dLogits[c] = d * p
		}
	}
}
