package ref

func init() {
	register("swiglu", swiglu[float32], swiglu[float64])
	register("swiglu_grad", swigluGrad[float32], swigluGrad[float64])
}

func swiglu[F Float](_ any, in, out []view[F]) {
	for i, gate := range in[0].f {
		out[0].f[i] = gate * sigmoid(gate) * in[1].f[i]
	}
}

func swigluGrad[F Float](_ any, in, out []view[F]) {
	for i, dy := range in[0].f {
		gate, up := in[1].f[i], in[2].f[i]
		s := sigmoid(gate)
		out[0].f[i] = dy * up * s * (1 + F(gate*(1-s)))
		out[1].f[i] = dy * gate * s
	}
}
