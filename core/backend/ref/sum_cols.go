package ref

func init() {
	register("sum_cols", sumCols[float32], sumCols[float64])
	register("sum_cols_grad", sumColsGrad[float32], sumColsGrad[float64])
}

func sumCols[F Float](_ any, in, out []view[F]) {
	clear(out[0].f)
	for n := range in[0].rows() {
		for c, x := range in[0].row(n) {
			out[0].f[c] += x
		}
	}
}

func sumColsGrad[F Float](_ any, in, out []view[F]) {
	for n := range out[0].rows() {
		copy(out[0].row(n), in[0].f)
	}
}
