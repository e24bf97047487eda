package ref

func init() {
	register("max", maximum[float32], maximum[float64])
	register("max_grad", maximumGrad[float32], maximumGrad[float64])
}

func maximum[F Float](_ any, in, out []view[F]) {
	x, y := in[0].f, in[1].f
	for i := range x {
		out[0].f[i] = max(x[i], y[i%len(y)])
	}
}

func maximumGrad[F Float](_ any, in, out []view[F]) {
	x, y := in[1].f, in[2].f
	for i, d := range in[0].f {
		share := F(0)
		switch yi := y[i%len(y)]; {
		case x[i] > yi:
			share = 1
		case x[i] == yi:
			share = 0.5
		}
		out[0].f[i], out[1].f[i] = d*share, d*(1-share)
	}
}
