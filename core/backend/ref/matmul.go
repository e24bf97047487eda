package ref

import "sprout/core/op"

func init() {
	register("matmul", matmul[float32], matmul[float64])
}

func matmul[F Float](params any, in, out []view[F]) {
	p, a, b, c := params.(op.MatMul), in[0], in[1], out[0]
	m, n := c.rows(), c.cols()
	k := a.cols()
	if p.TransA {
		k = a.rows()
	}
	for i := range m {
		for j := range n {
			var sum F
			for l := range k {
				x, y := i*k+l, l*n+j
				if p.TransA {
					x = l*m + i
				}
				if p.TransB {
					y = j*k + l
				}
				sum += F(a.f[x] * b.f[y])
			}
			c.f[i*n+j] = sum
		}
	}
}
