//go:build !(goexperiment.simd && go1.27 && (wasm || amd64 || arm64))

package simd

// Plain loops with the sums of tile_simd.go, where no vectors are compiled in.

func sweep3x12(c []float32, ldc int, a, b []quad, panels, pitch int, accumulate bool) {
	for j := range panels {
		plainTile(c[j*tileCols:], tileRows, ldc, panelQuads, a, b[j*pitch:], accumulate)
	}
}

func tile3x8(c []float32, ldc int, a, b []quad, accumulate bool) {
	plainTile(c, tileRows, ldc, 2, a, b, accumulate)
}

func tile3x4(c []float32, ldc int, a, b []quad, accumulate bool) {
	plainTile(c, tileRows, ldc, 1, a, b, accumulate)
}

func sweep1x24(c []float32, a, b []quad, panels, pitch int, accumulate bool) {
	for j := range panels / 2 * 2 {
		tile1x12(c[j*tileCols:], a, b[j*pitch:], accumulate)
	}
}

func tile1x12(c []float32, a, b []quad, accumulate bool) {
	plainTile(c, 1, 0, panelQuads, a, b, accumulate)
}

func tile1x8(c []float32, a, b []quad, accumulate bool) {
	plainTile(c, 1, 0, 2, a, b, accumulate)
}

func tile1x4(c []float32, a, b []quad, accumulate bool) {
	plainTile(c, 1, 0, 1, a, b, accumulate)
}

func plainTile(c []float32, rows, ldc, quads int, a, b []quad, accumulate bool) {
	for r := range rows {
		for h := range quads {
			d := quadAt(c, r*ldc+h*lanes)
			var s0, s1, s2, s3 float32
			if accumulate {
				s0, s1, s2, s3 = d[0], d[1], d[2], d[3]
			}
			for i, at := r, h; i < len(a); i, at = i+rows, at+panelQuads {
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
