package ref

import "sprout/core/op"

func init() {
	register("rope", rope[float32], rope[float64])
}

func rope[F Float](params any, in, out []view[F]) {
	p, table := params.(op.RoPE), in[2]
	half := table.cols() / 2
	for n, pos := range in[1].i {
		cs := table.row(int(pos))
		for h := range p.Heads {
			x, y := in[0].row(n)[2*half*h:], out[0].row(n)[2*half*h:]
			for d := range half {
				cos, sin := cs[d], cs[half+d]
				if p.Inverse {
					sin = -sin
				}
				x1, x2 := x[d], x[half+d]
				y[d] = F(x1*cos) - F(x2*sin)
				y[half+d] = F(x2*cos) + F(x1*sin)
			}
		}
	}
}
