package simd

import "unsafe"

// Attention multiplies blocks of four rows by panels of eight columns; see
// attention_tile_simd.go. Lengths along the sums are rounded up to fours and
// filled with zeros, which add nothing.
//
//go:generate go run attention_tile_gen.go

// up4 and up8 round up.
func up4(n int) int { return (n + 3) &^ 3 }
func up8(n int) int { return (n + 7) &^ 7 }

// packBlocks packs rows of src, stride apart, as the left operand of a sum over
// their columns: [rows/4][cols][4] quads, each value in all lanes of a quad.
func packBlocks(dst []quad, src []float32, stride, rows, cols int) {
	pitch := 4 * up4(cols)
	for r := 0; r < rows; r += 4 {
		d := dst[r/4*pitch:][:pitch]
		if rows-r < 4 || cols%4 != 0 {
			clear(d)
			for i := r; i < min(r+4, rows); i++ {
				for c := range cols {
					d[4*c+i-r] = lanesOf(src[i*stride+c])
				}
			}
			continue
		}
		s := src[r*stride:]
		spread4(d, s[:cols], s[stride:][:cols], s[2*stride:][:cols], s[3*stride:][:cols])
	}
}

// spread4 packs four rows for packBlocks.
func spread4(d []quad, s0, s1, s2, s3 []float32) {
	p0, p1, p2, p3 := unsafe.Pointer(&s0[0]), unsafe.Pointer(&s1[0]), unsafe.Pointer(&s2[0]), unsafe.Pointer(&s3[0])
	to, i, o, t := unsafe.Pointer(&d[0]), uintptr(0), uintptr(0), len(s0)/4
	for {
		d := (*[16]quad)(unsafe.Add(to, o))
		x0, x1 := load((*quad)(unsafe.Add(p0, i))), load((*quad)(unsafe.Add(p1, i)))
		x2, x3 := load((*quad)(unsafe.Add(p2, i))), load((*quad)(unsafe.Add(p3, i)))
		splat(x0.GetElem(0)).StoreArray(&d[0])
		splat(x1.GetElem(0)).StoreArray(&d[1])
		splat(x2.GetElem(0)).StoreArray(&d[2])
		splat(x3.GetElem(0)).StoreArray(&d[3])
		splat(x0.GetElem(1)).StoreArray(&d[4])
		splat(x1.GetElem(1)).StoreArray(&d[5])
		splat(x2.GetElem(1)).StoreArray(&d[6])
		splat(x3.GetElem(1)).StoreArray(&d[7])
		splat(x0.GetElem(2)).StoreArray(&d[8])
		splat(x1.GetElem(2)).StoreArray(&d[9])
		splat(x2.GetElem(2)).StoreArray(&d[10])
		splat(x3.GetElem(2)).StoreArray(&d[11])
		splat(x0.GetElem(3)).StoreArray(&d[12])
		splat(x1.GetElem(3)).StoreArray(&d[13])
		splat(x2.GetElem(3)).StoreArray(&d[14])
		splat(x3.GetElem(3)).StoreArray(&d[15])
		i += 4 * floatBytes
		o += 16 * quadBytes
		if t--; t == 0 {
			return
		}
	}
}

// packBlocksTurned packs src as the left operand of a sum over its rows:
// [cols/4][rows][4] quads.
func packBlocksTurned(dst []quad, src []float32, stride, rows, cols int) {
	pitch := 4 * up4(rows)
	for c := 0; c < cols; c += 4 {
		d := dst[c/4*pitch:][:pitch]
		clear(d[4*rows:])
		if cols-c < 4 {
			clear(d)
			for r := range rows {
				for i, x := range src[r*stride+c:][:cols-c] {
					d[4*r+i] = lanesOf(x)
				}
			}
			continue
		}
		spreadColumns(d[:4*rows], src[c:], stride)
	}
}

// spreadColumns packs four columns for packBlocksTurned, two rows a turn.
func spreadColumns(d []quad, src []float32, stride int) {
	rows := len(d) / 4
	_ = src[(rows-1)*stride+3]
	from, to := unsafe.Pointer(&src[0]), unsafe.Pointer(&d[0])
	step, i, o := uintptr(stride)*floatBytes, uintptr(0), uintptr(0)
	if t := rows / 2; t > 0 {
		for {
			d := (*[8]quad)(unsafe.Add(to, o))
			x, y := load((*quad)(unsafe.Add(from, i))), load((*quad)(unsafe.Add(from, i+step)))
			splat(x.GetElem(0)).StoreArray(&d[0])
			splat(x.GetElem(1)).StoreArray(&d[1])
			splat(x.GetElem(2)).StoreArray(&d[2])
			splat(x.GetElem(3)).StoreArray(&d[3])
			splat(y.GetElem(0)).StoreArray(&d[4])
			splat(y.GetElem(1)).StoreArray(&d[5])
			splat(y.GetElem(2)).StoreArray(&d[6])
			splat(y.GetElem(3)).StoreArray(&d[7])
			i += 2 * step
			o += 8 * quadBytes
			if t--; t == 0 {
				break
			}
		}
	}
	if rows%2 == 1 {
		for l, x := range src[(rows-1)*stride:][:4] {
			d[4*(rows-1)+l] = lanesOf(x)
		}
	}
}

// turnPanel transposes up to eight rows of src into a right operand [cols][2]
// of quads, a column for each row.
func turnPanel(dst []quad, src []float32, stride, rows, cols int) {
	if rows < 8 || cols%4 != 0 {
		clear(dst[:2*up4(cols)])
		for r := range rows {
			for c, x := range src[r*stride:][:cols] {
				dst[2*c+r/4][r%4] = x
			}
		}
		return
	}
	for h := range 2 {
		s := src[4*h*stride:]
		turn4(dst[h:2*cols], s[:cols], s[stride:][:cols], s[2*stride:][:cols], s[3*stride:][:cols])
	}
}

// turn4 transposes four rows into every second quad of d. Values travel in pairs
// as integers, whose loads and stores have their offset built in.
func turn4(d []quad, s0, s1, s2, s3 []float32) {
	p0, p1, p2, p3 := unsafe.Pointer(&s0[0]), unsafe.Pointer(&s1[0]), unsafe.Pointer(&s2[0]), unsafe.Pointer(&s3[0])
	to, i, o, t := unsafe.Pointer(&d[0]), uintptr(0), uintptr(0), len(s0)/4
	for {
		a, b := (*[4]uint32)(unsafe.Add(p0, i)), (*[4]uint32)(unsafe.Add(p1, i))
		c, e := (*[4]uint32)(unsafe.Add(p2, i)), (*[4]uint32)(unsafe.Add(p3, i))
		w := (*[14]uint64)(unsafe.Add(to, o))
		w[0], w[1] = pair(a[0], b[0]), pair(c[0], e[0])
		w[4], w[5] = pair(a[1], b[1]), pair(c[1], e[1])
		w[8], w[9] = pair(a[2], b[2]), pair(c[2], e[2])
		w[12], w[13] = pair(a[3], b[3]), pair(c[3], e[3])
		i += 4 * floatBytes
		o += 8 * quadBytes
		if t--; t == 0 {
			return
		}
	}
}

// packStrips packs rows of src as a right operand: panels of eight columns,
// [⌈cols/8⌉][rows][2] quads, rows rounded up to eights.
func packStrips(dst []quad, src []float32, stride, rows, cols int) {
	depth := 2 * up8(rows)
	for c := 0; c < cols; c += 8 {
		d := dst[c/8*depth:][:depth]
		clear(d[2*rows:])
		if cols-c < 8 {
			clear(d)
			for r := range rows {
				for i, x := range src[r*stride+c:][:cols-c] {
					d[2*r+i/4][i%4] = x
				}
			}
			continue
		}
		copyColumns(d[:2*rows], src[c:], stride)
	}
}

// copyColumns packs eight columns for packStrips, two rows a turn.
func copyColumns(d []quad, src []float32, stride int) {
	rows := len(d) / 2
	_ = src[(rows-1)*stride+7]
	from, to := unsafe.Pointer(&src[0]), unsafe.Pointer(&d[0])
	step, i, o := uintptr(stride)*floatBytes, uintptr(0), uintptr(0)
	if t := rows / 2; t > 0 {
		for {
			x, y := (*[2]quad)(unsafe.Add(from, i)), (*[2]quad)(unsafe.Add(from, i+step))
			d := (*[4]quad)(unsafe.Add(to, o))
			load(&x[0]).StoreArray(&d[0])
			load(&x[1]).StoreArray(&d[1])
			load(&y[0]).StoreArray(&d[2])
			load(&y[1]).StoreArray(&d[3])
			i += 2 * step
			o += 4 * quadBytes
			if t--; t == 0 {
				break
			}
		}
	}
	if rows%2 == 1 {
		*(*[2]quad)(d[2*(rows-1):]) = *(*[2]quad)(unsafe.Add(from, i))
	}
}

// spreadStrip packs four rows of [turns][4 rows][8], turns that lie pitch quads
// apart, as a left operand [8·turns][4] quads.
func spreadStrip(d, src []quad, pitch, turns int) {
	_, _ = d[32*turns-1], src[(turns-1)*pitch+7]
	from, to, step, i, o := unsafe.Pointer(&src[0]), unsafe.Pointer(&d[0]), uintptr(pitch)*quadBytes, uintptr(0), uintptr(0)
	for {
		s := (*[8]quad)(unsafe.Add(from, i))
		for h := range 2 {
			d := (*[16]quad)(unsafe.Add(to, o))
			x0, x1, x2, x3 := load(&s[h]), load(&s[2+h]), load(&s[4+h]), load(&s[6+h])
			splat(x0.GetElem(0)).StoreArray(&d[0])
			splat(x1.GetElem(0)).StoreArray(&d[1])
			splat(x2.GetElem(0)).StoreArray(&d[2])
			splat(x3.GetElem(0)).StoreArray(&d[3])
			splat(x0.GetElem(1)).StoreArray(&d[4])
			splat(x1.GetElem(1)).StoreArray(&d[5])
			splat(x2.GetElem(1)).StoreArray(&d[6])
			splat(x3.GetElem(1)).StoreArray(&d[7])
			splat(x0.GetElem(2)).StoreArray(&d[8])
			splat(x1.GetElem(2)).StoreArray(&d[9])
			splat(x2.GetElem(2)).StoreArray(&d[10])
			splat(x3.GetElem(2)).StoreArray(&d[11])
			splat(x0.GetElem(3)).StoreArray(&d[12])
			splat(x1.GetElem(3)).StoreArray(&d[13])
			splat(x2.GetElem(3)).StoreArray(&d[14])
			splat(x3.GetElem(3)).StoreArray(&d[15])
			o += 16 * quadBytes
		}
		i += step
		if turns--; turns == 0 {
			return
		}
	}
}

// unturn writes a product [cols][2] of quads back as up to eight rows.
func unturn(dst []float32, stride, rows, cols int, src []quad) {
	if rows < 8 || cols%4 != 0 {
		for r := range rows {
			for c := range cols {
				dst[r*stride+c] = src[2*c+r/4][r%4]
			}
		}
		return
	}
	for h := range 2 {
		d := dst[4*h*stride:]
		unturn4(d[:cols], d[stride:][:cols], d[2*stride:][:cols], d[3*stride:][:cols], src[h:2*cols])
	}
}

// unturn4 writes four rows from every second quad of src, in pairs as turn4.
func unturn4(d0, d1, d2, d3 []float32, src []quad) {
	p0, p1, p2, p3 := unsafe.Pointer(&d0[0]), unsafe.Pointer(&d1[0]), unsafe.Pointer(&d2[0]), unsafe.Pointer(&d3[0])
	from, i, o, t := unsafe.Pointer(&src[0]), uintptr(0), uintptr(0), len(d0)/4
	for {
		s := (*[28]uint32)(unsafe.Add(from, o))
		a, b := (*[2]uint64)(unsafe.Add(p0, i)), (*[2]uint64)(unsafe.Add(p1, i))
		c, e := (*[2]uint64)(unsafe.Add(p2, i)), (*[2]uint64)(unsafe.Add(p3, i))
		a[0], a[1] = pair(s[0], s[8]), pair(s[16], s[24])
		b[0], b[1] = pair(s[1], s[9]), pair(s[17], s[25])
		c[0], c[1] = pair(s[2], s[10]), pair(s[18], s[26])
		e[0], e[1] = pair(s[3], s[11]), pair(s[19], s[27])
		i += 4 * floatBytes
		o += 8 * quadBytes
		if t--; t == 0 {
			return
		}
	}
}

// scaleColumns multiplies eight columns [n][2] of quads, each by its factor. n is
// a multiple of 4.
func scaleColumns(x []quad, factors *[8]float32) {
	f0, f1 := load((*quad)(factors[:4])), load((*quad)(factors[4:]))
	at, o, t := unsafe.Pointer(&x[0]), uintptr(0), len(x)/8
	for {
		x := (*[8]quad)(unsafe.Add(at, o))
		load(&x[0]).Mul(f0).StoreArray(&x[0])
		load(&x[1]).Mul(f1).StoreArray(&x[1])
		load(&x[2]).Mul(f0).StoreArray(&x[2])
		load(&x[3]).Mul(f1).StoreArray(&x[3])
		load(&x[4]).Mul(f0).StoreArray(&x[4])
		load(&x[5]).Mul(f1).StoreArray(&x[5])
		load(&x[6]).Mul(f0).StoreArray(&x[6])
		load(&x[7]).Mul(f1).StoreArray(&x[7])
		o += 8 * quadBytes
		if t--; t == 0 {
			return
		}
	}
}
