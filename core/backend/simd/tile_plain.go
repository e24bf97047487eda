//go:build !(goexperiment.simd && go1.27 && (wasm || amd64 || arm64))

package simd

// Plain loops with the sums of tile_simd.go, where no vectors are compiled in.

func tile4x8(c []float32, ldc int, a, b []quad, accumulate bool) {
	for r := range tileRows {
		for h := range tileCols / lanes {
			d := quadAt(c, r*ldc+h*lanes)
			var s0, s1, s2, s3 float32
			if accumulate {
				s0, s1, s2, s3 = d[0], d[1], d[2], d[3]
			}
			for i, j := r, h; i < len(a) && j < len(b); i, j = i+tileRows, j+panelQuads {
				x, q := a[i][0], &b[j]
				s0 += float32(x * q[0])
				s1 += float32(x * q[1])
				s2 += float32(x * q[2])
				s3 += float32(x * q[3])
			}
			d[0], d[1], d[2], d[3] = s0, s1, s2, s3
		}
	}
}

func tile1x32(c []float32, a, b []quad, pitch int, accumulate bool) {
	for j := range 4 {
		tile1x8(c[j*tileCols:], a, b[j*pitch:], accumulate)
	}
}

func tile1x8(c []float32, a, b []quad, accumulate bool) {
	for h := range tileCols / lanes {
		d := quadAt(c, h*lanes)
		var s0, s1, s2, s3 float32
		if accumulate {
			s0, s1, s2, s3 = d[0], d[1], d[2], d[3]
		}
		for i := range a {
			x, q := a[i][0], &b[i*panelQuads+h]
			s0 += float32(x * q[0])
			s1 += float32(x * q[1])
			s2 += float32(x * q[2])
			s3 += float32(x * q[3])
		}
		d[0], d[1], d[2], d[3] = s0, s1, s2, s3
	}
}
