//go:build !(goexperiment.simd && go1.27 && (wasm || amd64 || arm64))

package workload

const lanes = 1

// chains multiplies and adds 6 × unrolled times a turn, in registers.
func chains(turns int) float32 {
	x, y := start[0], start[1]
	a, b, c, d, e, f := start[2], start[3], start[4], start[5], start[6], start[7]
	g, h, i, j, k, l := start[8], start[9], start[10], start[11], start[12], start[13]
	for ; turns > 0; turns-- {
		for range unrolled {
			a, b, c, d, e, f = a*x, b*x, c*x, d*x, e*x, f*x
			g, h, i, j, k, l = g+y, h+y, i+y, j+y, k+y, l+y
		}
	}
	return a + b + c + d + e + f + g + h + i + j + k + l
}
