package ref

func init() {
	register("sum_rows", sumRows[float32], sumRows[float64])
	register("sum_rows_grad", sumRowsGrad[float32], sumRowsGrad[float64])
}

func sumRows[F Float](_ any, in, out []view[F]) {
	for n := range out[0].f {
		out[0].f[n] = 0
		for _, x := range in[0].row(n) {
			out[0].f[n] += x
		}
	}
}

func sumRowsGrad[F Float](_ any, in, out []view[F]) {
	for n, d := range in[0].f {
		row := out[0].row(n)
		for c := range row {
			row[c] = d
		}
	}
}
