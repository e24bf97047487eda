//go:build !(goexperiment.simd && go1.27 && (wasm || amd64 || arm64))

package simd

// Plain loops with the sums of attention_tile_simd.go.

func multiplyStack(c, a []quad, pitch, blocks int, b []quad) {
	for i := range blocks {
		for r := range 4 {
			for h := range 2 {
				var s0, s1, s2, s3 float32
				for k := range len(b) / 2 {
					x, q := a[i*pitch+4*k+r][0], &b[2*k+h]
					s0 += float32(x * q[0])
					s1 += float32(x * q[1])
					s2 += float32(x * q[2])
					s3 += float32(x * q[3])
				}
				c[8*i+2*r+h] = quad{s0, s1, s2, s3}
			}
		}
	}
}

func multiplyStrip(c []float32, ldc int, a, b []quad, depth, panels int, accumulate bool) {
	for j := range panels {
		for r := range 4 {
			for h := range 2 {
				d := quadAt(c, r*ldc+8*j+4*h)
				var s0, s1, s2, s3 float32
				if accumulate {
					s0, s1, s2, s3 = d[0], d[1], d[2], d[3]
				}
				for k := range len(a) / 4 {
					x, q := a[4*k+r][0], &b[j*depth+2*k+h]
					s0 += float32(x * q[0])
					s1 += float32(x * q[1])
					s2 += float32(x * q[2])
					s3 += float32(x * q[3])
				}
				*d = quad{s0, s1, s2, s3}
			}
		}
	}
}
