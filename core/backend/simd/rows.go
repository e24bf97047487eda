package simd

import (
	"math"
	"unsafe"
)

// Reductions along a row. Sixteen partial sums, value i in partial i mod 16 (mod
// 4 in the rest of the row), joined in a fixed order: the result depends on the
// row's values and length, not on where the row lies.

// sumOf is Σ x.
func sumOf(x []float32) float32 {
	var a, b, c, d vec
	for len(x) >= 16 {
		p := (*[16]float32)(x)
		a = a.Add(load((*quad)(p[0:])))
		b = b.Add(load((*quad)(p[4:])))
		c = c.Add(load((*quad)(p[8:])))
		d = d.Add(load((*quad)(p[12:])))
		x = x[16:]
	}
	for len(x) >= 4 {
		a = a.Add(load((*quad)(x)))
		x = x[4:]
	}
	if len(x) > 0 {
		a = a.Add(tail(x, 0))
	}
	return sum4(a.Add(b).Add(c.Add(d)))
}

// dot is Σ x·y.
func dot(x, y []float32) float32 {
	y = y[:len(x)]
	var a, b, c, d vec
	if turns := len(x) / 16; turns > 0 {
		px, py, o := unsafe.Pointer(&x[0]), unsafe.Pointer(&y[0]), uintptr(0)
		for {
			p, q := (*[4]quad)(unsafe.Add(px, o)), (*[4]quad)(unsafe.Add(py, o))
			a = a.Add(load(&p[0]).Mul(load(&q[0])))
			b = b.Add(load(&p[1]).Mul(load(&q[1])))
			c = c.Add(load(&p[2]).Mul(load(&q[2])))
			d = d.Add(load(&p[3]).Mul(load(&q[3])))
			o += 16 * floatBytes
			if turns--; turns == 0 {
				break
			}
		}
		n := len(x) &^ 15
		x, y = x[n:], y[n:]
	}
	for len(x) >= 4 && len(y) >= 4 {
		a = a.Add(load((*quad)(x)).Mul(load((*quad)(y))))
		x, y = x[4:], y[4:]
	}
	if len(x) > 0 {
		a = a.Add(tail(x, 0).Mul(tail(y, 0)))
	}
	return sum4(a.Add(b).Add(c.Add(d)))
}

// dot3 is Σ (x·y)·z.
func dot3(x, y, z []float32) float32 {
	y, z = y[:len(x)], z[:len(x)]
	var a, b, c, d vec
	if turns := len(x) / 16; turns > 0 {
		px, py, pz, o := unsafe.Pointer(&x[0]), unsafe.Pointer(&y[0]), unsafe.Pointer(&z[0]), uintptr(0)
		for {
			p, q, r := (*[4]quad)(unsafe.Add(px, o)), (*[4]quad)(unsafe.Add(py, o)), (*[4]quad)(unsafe.Add(pz, o))
			a = a.Add(load(&p[0]).Mul(load(&q[0])).Mul(load(&r[0])))
			b = b.Add(load(&p[1]).Mul(load(&q[1])).Mul(load(&r[1])))
			c = c.Add(load(&p[2]).Mul(load(&q[2])).Mul(load(&r[2])))
			d = d.Add(load(&p[3]).Mul(load(&q[3])).Mul(load(&r[3])))
			o += 16 * floatBytes
			if turns--; turns == 0 {
				break
			}
		}
		n := len(x) &^ 15
		x, y, z = x[n:], y[n:], z[n:]
	}
	for i := 0; i < len(x); i += 4 {
		n := min(len(x), i+4)
		a = a.Add(tail(x[i:n], 0).Mul(tail(y[i:n], 0)).Mul(tail(z[i:n], 0)))
	}
	return sum4(a.Add(b).Add(c.Add(d)))
}

// maxOf is the largest value of a row that is not empty. Comparisons, because
// the maximum of wasm vectors takes twice as many instructions for the sake of
// NaN and -0; a NaN is passed over.
func maxOf(x []float32) float32 {
	freshRegisters()
	if len(x) < 4 {
		return max4(tail(x, x[0]))
	}
	a := load((*quad)(x))
	if turns := len(x) / 16; turns > 0 {
		b, c, d := a, a, a
		at, o := unsafe.Pointer(&x[0]), uintptr(0)
		for {
			p := (*[4]quad)(unsafe.Add(at, o))
			x0, x1, x2, x3 := load(&p[0]), load(&p[1]), load(&p[2]), load(&p[3])
			a, b = ifLess(a, x0, x0, a), ifLess(b, x1, x1, b)
			c, d = ifLess(c, x2, x2, c), ifLess(d, x3, x3, d)
			o += 16 * floatBytes
			if turns--; turns == 0 {
				break
			}
		}
		a, c = ifLess(a, b, b, a), ifLess(c, d, d, c)
		a = ifLess(a, c, c, a)
	}
	for i := len(x) &^ 15; i+4 <= len(x); i += 4 {
		y := load(quadAt(x, i))
		a = ifLess(a, y, y, a)
	}
	// The last four values, some of which were seen already.
	y := load((*quad)(x[len(x)-4:]))
	return max4(ifLess(a, y, y, a))
}

// expShifted computes y = exp(s·x − shift) and returns Σ y. y and x may be the
// same memory.
func expShifted(y, x []float32, s, shift float32) float32 {
	freshRegisters()
	by, down := splat(s), splat(shift)
	var a, b vec
	if turns := len(x) / 16; turns > 0 {
		n := len(x) &^ 15
		_ = y[n-1]
		px, py, o := unsafe.Pointer(&x[0]), unsafe.Pointer(&y[0]), uintptr(0)
		for {
			p, q := (*[4]quad)(unsafe.Add(px, o)), (*[4]quad)(unsafe.Add(py, o))
			x0, x1 := load(&p[0]).Mul(by).Sub(down), load(&p[1]).Mul(by).Sub(down)
			x2, x3 := load(&p[2]).Mul(by).Sub(down), load(&p[3]).Mul(by).Sub(down)
			t0, r0 := expSplit(x0)
			t1, r1 := expSplit(x1)
			t2, r2 := expSplit(x2)
			t3, r3 := expSplit(x3)
			e0 := expJoin(expSeries(r0), t0, x0)
			e1 := expJoin(expSeries(r1), t1, x1)
			e2 := expJoin(expSeries(r2), t2, x2)
			e3 := expJoin(expSeries(r3), t3, x3)
			e0.StoreArray(&q[0])
			e1.StoreArray(&q[1])
			e2.StoreArray(&q[2])
			e3.StoreArray(&q[3])
			a, b = a.Add(e0).Add(e2), b.Add(e1).Add(e3)
			o += 16 * floatBytes
			if turns--; turns == 0 {
				break
			}
		}
		x, y = x[n:], y[n:]
	}
	if len(x) >= 8 && len(y) >= 8 {
		e, f := exp4(load(quadAt(x, 0)).Mul(by).Sub(down)), exp4(load(quadAt(x, 4)).Mul(by).Sub(down))
		store(quadAt(y, 0), e)
		store(quadAt(y, 4), f)
		a, b = a.Add(e), b.Add(f)
		x, y = x[8:], y[8:]
	}
	for len(x) >= 4 && len(y) >= 4 {
		e := exp4(load((*quad)(x)).Mul(by).Sub(down))
		store((*quad)(y), e)
		a = a.Add(e)
		x, y = x[4:], y[4:]
	}
	if len(x) > 0 {
		putTail(y[:len(x)], exp4(tail(x, 0).Mul(by).Sub(down)))
		a = a.Add(tail(y[:len(x)], 0))
	}
	return sum4(a.Add(b))
}

// logSumExp is log Σ exp(x) without overflow. room holds len(x) values.
func logSumExp(x, room []float32) float32 {
	m := maxOf(x)
	return m + log1(expShifted(room[:len(x)], x, 1, m))
}

// log1 is log4 for one value.
func log1(x float32) float32 { return log4(splat(x)).GetElem(0) }

// sqrt1 is the square root, which every processor rounds correctly.
func sqrt1(x float32) float32 { return float32(math.Sqrt(float64(x))) }

// scaleRow computes y = s·x. y and x may be the same memory.
func scaleRow(y, x []float32, s float32) {
	v := splat(s)
	for len(x) >= 16 && len(y) >= 16 {
		p, q := (*[16]float32)(x), (*[16]float32)(y)
		store((*quad)(q[0:]), load((*quad)(p[0:])).Mul(v))
		store((*quad)(q[4:]), load((*quad)(p[4:])).Mul(v))
		store((*quad)(q[8:]), load((*quad)(p[8:])).Mul(v))
		store((*quad)(q[12:]), load((*quad)(p[12:])).Mul(v))
		x, y = x[16:], y[16:]
	}
	for len(x) >= 4 && len(y) >= 4 {
		store((*quad)(y), load((*quad)(x)).Mul(v))
		x, y = x[4:], y[4:]
	}
	if len(x) > 0 {
		putTail(y, tail(x, 0).Mul(v))
	}
}

// addRow computes z = x + y. All may be the same memory.
func addRow(z, x, y []float32) {
	for len(x) >= 16 && len(y) >= 16 && len(z) >= 16 {
		p, q, r := (*[16]float32)(x), (*[16]float32)(y), (*[16]float32)(z)
		store((*quad)(r[0:]), load((*quad)(p[0:])).Add(load((*quad)(q[0:]))))
		store((*quad)(r[4:]), load((*quad)(p[4:])).Add(load((*quad)(q[4:]))))
		store((*quad)(r[8:]), load((*quad)(p[8:])).Add(load((*quad)(q[8:]))))
		store((*quad)(r[12:]), load((*quad)(p[12:])).Add(load((*quad)(q[12:]))))
		x, y, z = x[16:], y[16:], z[16:]
	}
	for len(x) >= 4 && len(y) >= 4 && len(z) >= 4 {
		store((*quad)(z), load((*quad)(x)).Add(load((*quad)(y))))
		x, y, z = x[4:], y[4:], z[4:]
	}
	if len(x) > 0 {
		putTail(z[:len(x)], tail(x, 0).Add(tail(y[:len(x)], 0)))
	}
}

// mulRow computes z = x·y.
func mulRow(z, x, y []float32) {
	for len(x) >= 16 && len(y) >= 16 && len(z) >= 16 {
		p, q, r := (*[16]float32)(x), (*[16]float32)(y), (*[16]float32)(z)
		store((*quad)(r[0:]), load((*quad)(p[0:])).Mul(load((*quad)(q[0:]))))
		store((*quad)(r[4:]), load((*quad)(p[4:])).Mul(load((*quad)(q[4:]))))
		store((*quad)(r[8:]), load((*quad)(p[8:])).Mul(load((*quad)(q[8:]))))
		store((*quad)(r[12:]), load((*quad)(p[12:])).Mul(load((*quad)(q[12:]))))
		x, y, z = x[16:], y[16:], z[16:]
	}
	for len(x) >= 4 && len(y) >= 4 && len(z) >= 4 {
		store((*quad)(z), load((*quad)(x)).Mul(load((*quad)(y))))
		x, y, z = x[4:], y[4:], z[4:]
	}
	if len(x) > 0 {
		putTail(z[:len(x)], tail(x, 0).Mul(tail(y[:len(x)], 0)))
	}
}

// addScaledRow computes y += s·x.
func addScaledRow(y, x []float32, s float32) {
	v := splat(s)
	for len(x) >= 8 && len(y) >= 8 {
		p, q := (*[8]float32)(x), (*[8]float32)(y)
		store((*quad)(q[0:]), load((*quad)(q[0:])).Add(load((*quad)(p[0:])).Mul(v)))
		store((*quad)(q[4:]), load((*quad)(q[4:])).Add(load((*quad)(p[4:])).Mul(v)))
		x, y = x[8:], y[8:]
	}
	for len(x) >= 4 && len(y) >= 4 {
		store((*quad)(y), load((*quad)(y)).Add(load((*quad)(x)).Mul(v)))
		x, y = x[4:], y[4:]
	}
	if len(x) > 0 {
		putTail(y[:len(x)], tail(y[:len(x)], 0).Add(tail(x, 0).Mul(v)))
	}
}
