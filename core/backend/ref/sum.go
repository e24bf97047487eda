package ref

func init() {
	register("sum", sum[float32], sum[float64])
	register("sum_grad", sumGrad[float32], sumGrad[float64])
}

func sum[F Float](_ any, in, out []view[F]) {
	out[0].f[0] = 0
	for _, x := range in[0].f {
		out[0].f[0] += x
	}
}

func sumGrad[F Float](_ any, in, out []view[F]) {
	for i := range out[0].f {
		out[0].f[i] = in[0].f[0]
	}
}
