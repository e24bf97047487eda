//go:build goexperiment.simd && go1.27 && (wasm || amd64 || arm64)

package workload

// chains multiplies and adds 6 × unrolled times a turn, in twelve chains that
// stay in registers. Products and sums are not chained to each other: both
// latencies together would be too long for processors that start two
// multiplications and two additions per cycle.
func chains(turns int) float32 {
	x, y := spread(start[0]), spread(start[1])
	a, b, c, d, e, f := spread(start[2]), spread(start[3]), spread(start[4]), spread(start[5]), spread(start[6]), spread(start[7])
	g, h, i, j, k, l := spread(start[8]), spread(start[9]), spread(start[10]), spread(start[11]), spread(start[12]), spread(start[13])
	for {
		a, b, c, d, e, f = times(a, b, c, d, e, f, x)
		g, h, i, j, k, l = plus(g, h, i, j, k, l, y)
		a, b, c, d, e, f = times(a, b, c, d, e, f, x)
		g, h, i, j, k, l = plus(g, h, i, j, k, l, y)
		a, b, c, d, e, f = times(a, b, c, d, e, f, x)
		g, h, i, j, k, l = plus(g, h, i, j, k, l, y)
		a, b, c, d, e, f = times(a, b, c, d, e, f, x)
		g, h, i, j, k, l = plus(g, h, i, j, k, l, y)
		a, b, c, d, e, f = times(a, b, c, d, e, f, x)
		g, h, i, j, k, l = plus(g, h, i, j, k, l, y)
		a, b, c, d, e, f = times(a, b, c, d, e, f, x)
		g, h, i, j, k, l = plus(g, h, i, j, k, l, y)
		a, b, c, d, e, f = times(a, b, c, d, e, f, x)
		g, h, i, j, k, l = plus(g, h, i, j, k, l, y)
		a, b, c, d, e, f = times(a, b, c, d, e, f, x)
		g, h, i, j, k, l = plus(g, h, i, j, k, l, y)
		a, b, c, d, e, f = times(a, b, c, d, e, f, x)
		g, h, i, j, k, l = plus(g, h, i, j, k, l, y)
		a, b, c, d, e, f = times(a, b, c, d, e, f, x)
		g, h, i, j, k, l = plus(g, h, i, j, k, l, y)
		a, b, c, d, e, f = times(a, b, c, d, e, f, x)
		g, h, i, j, k, l = plus(g, h, i, j, k, l, y)
		a, b, c, d, e, f = times(a, b, c, d, e, f, x)
		g, h, i, j, k, l = plus(g, h, i, j, k, l, y)
		a, b, c, d, e, f = times(a, b, c, d, e, f, x)
		g, h, i, j, k, l = plus(g, h, i, j, k, l, y)
		a, b, c, d, e, f = times(a, b, c, d, e, f, x)
		g, h, i, j, k, l = plus(g, h, i, j, k, l, y)
		a, b, c, d, e, f = times(a, b, c, d, e, f, x)
		g, h, i, j, k, l = plus(g, h, i, j, k, l, y)
		a, b, c, d, e, f = times(a, b, c, d, e, f, x)
		g, h, i, j, k, l = plus(g, h, i, j, k, l, y)
		a, b, c, d, e, f = times(a, b, c, d, e, f, x)
		g, h, i, j, k, l = plus(g, h, i, j, k, l, y)
		a, b, c, d, e, f = times(a, b, c, d, e, f, x)
		g, h, i, j, k, l = plus(g, h, i, j, k, l, y)
		a, b, c, d, e, f = times(a, b, c, d, e, f, x)
		g, h, i, j, k, l = plus(g, h, i, j, k, l, y)
		a, b, c, d, e, f = times(a, b, c, d, e, f, x)
		g, h, i, j, k, l = plus(g, h, i, j, k, l, y)
		a, b, c, d, e, f = times(a, b, c, d, e, f, x)
		g, h, i, j, k, l = plus(g, h, i, j, k, l, y)
		a, b, c, d, e, f = times(a, b, c, d, e, f, x)
		g, h, i, j, k, l = plus(g, h, i, j, k, l, y)
		a, b, c, d, e, f = times(a, b, c, d, e, f, x)
		g, h, i, j, k, l = plus(g, h, i, j, k, l, y)
		a, b, c, d, e, f = times(a, b, c, d, e, f, x)
		g, h, i, j, k, l = plus(g, h, i, j, k, l, y)
		a, b, c, d, e, f = times(a, b, c, d, e, f, x)
		g, h, i, j, k, l = plus(g, h, i, j, k, l, y)
		a, b, c, d, e, f = times(a, b, c, d, e, f, x)
		g, h, i, j, k, l = plus(g, h, i, j, k, l, y)
		a, b, c, d, e, f = times(a, b, c, d, e, f, x)
		g, h, i, j, k, l = plus(g, h, i, j, k, l, y)
		a, b, c, d, e, f = times(a, b, c, d, e, f, x)
		g, h, i, j, k, l = plus(g, h, i, j, k, l, y)
		a, b, c, d, e, f = times(a, b, c, d, e, f, x)
		g, h, i, j, k, l = plus(g, h, i, j, k, l, y)
		a, b, c, d, e, f = times(a, b, c, d, e, f, x)
		g, h, i, j, k, l = plus(g, h, i, j, k, l, y)
		a, b, c, d, e, f = times(a, b, c, d, e, f, x)
		g, h, i, j, k, l = plus(g, h, i, j, k, l, y)
		a, b, c, d, e, f = times(a, b, c, d, e, f, x)
		g, h, i, j, k, l = plus(g, h, i, j, k, l, y)
		if turns--; turns <= 0 {
			break
		}
	}
	return first(a.Add(b).Add(c).Add(d).Add(e).Add(f).Add(g).Add(h).Add(i).Add(j).Add(k).Add(l))
}

func times(a, b, c, d, e, f, x wide) (wide, wide, wide, wide, wide, wide) {
	return a.Mul(x), b.Mul(x), c.Mul(x), d.Mul(x), e.Mul(x), f.Mul(x)
}

func plus(g, h, i, j, k, l, y wide) (wide, wide, wide, wide, wide, wide) {
	return g.Add(y), h.Add(y), i.Add(y), j.Add(y), k.Add(y), l.Add(y)
}
