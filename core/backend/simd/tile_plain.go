//go:build !(goexperiment.simd && go1.27 && (wasm || amd64 || arm64))

package simd

// Plain loops with the sums of tile_simd.go, where no vectors are compiled in.

func sweep4x8(c []float32, ldc int, a, b []quad, panels, pitch int, accumulate bool) {
	for j := range panels {
		for r := range tileRows {
			for h := range panelQuads {
				d := quadAt(c, r*ldc+j*tileCols+h*lanes)
				var s0, s1, s2, s3 float32
				if accumulate {
					s0, s1, s2, s3 = d[0], d[1], d[2], d[3]
				}
				for i, at := r, j*pitch+h; i < len(a); i, at = i+tileRows, at+panelQuads {
					x, q := a[i][0], &b[at]
					s0 += float32(x * q[0])
					s1 += float32(x * q[1])
					s2 += float32(x * q[2])
					s3 += float32(x * q[3])
				}
				d[0], d[1], d[2], d[3] = s0, s1, s2, s3
			}
		}
	}
}

func sweep1x32(c []float32, a, b []quad, groups, pitch int, accumulate bool) {
	for j := range 4 * groups {
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
