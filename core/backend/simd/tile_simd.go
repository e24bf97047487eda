//go:build goexperiment.simd && go1.27 && (wasm || amd64 || arm64)

package simd

import (
	"simd/archsimd"
	"unsafe"
)

// The inner loops of every matrix product. Four rows by eight columns of C stay
// in eight accumulators, and both operands are packed so that memory is read
// straight ahead:
//
//	a: [k][4 rows] quads, a value in all four lanes: no splat in the loop
//	b: panels of [k][2] quads, eight columns, pitch quads apart
//
// What Go's wasm back end asks for (measured in docs/PERFORMANCE.md): k unrolled,
// since every turn of a loop passes through a br_table; constant indices into
// one pointer to an array, so that no bounds are checked; all panels of a row in
// one call; and the loads written out here instead of calling load, because the
// scheduler orders by source position, takes the body of an inlined function for
// later, and then computes and spills all addresses first. unsafe saves the
// slicing of both operands in every turn; the lengths are checked once.

// sweep4x8 computes c = Σₖ a·b, or c += Σₖ a·b, in ascending k, for four rows of
// stride ldc and 8·panels columns.
func sweep4x8(c []float32, ldc int, a, b []quad, panels, pitch int, accumulate bool) {
	k := len(a) / tileRows
	if panels == 0 || k == 0 {
		return
	}
	_ = b[(panels-1)*pitch+panelQuads*k-1]
	pa, pb := unsafe.Pointer(&a[0]), unsafe.Pointer(&b[0])
	for j := range panels {
		d := c[j*tileCols:]
		r0, r1, r2, r3 := (*[8]float32)(d), (*[8]float32)(d[ldc:]), (*[8]float32)(d[2*ldc:]), (*[8]float32)(d[3*ldc:])
		var c00, c01, c10, c11, c20, c21, c30, c31 vec
		if accumulate {
			c00, c01 = load((*quad)(r0[:4])), load((*quad)(r0[4:]))
			c10, c11 = load((*quad)(r1[:4])), load((*quad)(r1[4:]))
			c20, c21 = load((*quad)(r2[:4])), load((*quad)(r2[4:]))
			c30, c31 = load((*quad)(r3[:4])), load((*quad)(r3[4:]))
		}
		oa, ob := uintptr(0), uintptr(j*pitch)*quadBytes
		for t := k / unroll; t > 0; t-- {
			p, q := (*[4 * unroll]quad)(unsafe.Add(pa, oa)), (*[2 * unroll]quad)(unsafe.Add(pb, ob))
			b0 := archsimd.LoadFloat32x4Array(&q[0])
			b1 := archsimd.LoadFloat32x4Array(&q[1])
			x := archsimd.LoadFloat32x4Array(&p[0])
			c00 = c00.Add(x.Mul(b0))
			c01 = c01.Add(x.Mul(b1))
			x = archsimd.LoadFloat32x4Array(&p[1])
			c10 = c10.Add(x.Mul(b0))
			c11 = c11.Add(x.Mul(b1))
			x = archsimd.LoadFloat32x4Array(&p[2])
			c20 = c20.Add(x.Mul(b0))
			c21 = c21.Add(x.Mul(b1))
			x = archsimd.LoadFloat32x4Array(&p[3])
			c30 = c30.Add(x.Mul(b0))
			c31 = c31.Add(x.Mul(b1))

			b0 = archsimd.LoadFloat32x4Array(&q[2])
			b1 = archsimd.LoadFloat32x4Array(&q[3])
			x = archsimd.LoadFloat32x4Array(&p[4])
			c00 = c00.Add(x.Mul(b0))
			c01 = c01.Add(x.Mul(b1))
			x = archsimd.LoadFloat32x4Array(&p[5])
			c10 = c10.Add(x.Mul(b0))
			c11 = c11.Add(x.Mul(b1))
			x = archsimd.LoadFloat32x4Array(&p[6])
			c20 = c20.Add(x.Mul(b0))
			c21 = c21.Add(x.Mul(b1))
			x = archsimd.LoadFloat32x4Array(&p[7])
			c30 = c30.Add(x.Mul(b0))
			c31 = c31.Add(x.Mul(b1))

			b0 = archsimd.LoadFloat32x4Array(&q[4])
			b1 = archsimd.LoadFloat32x4Array(&q[5])
			x = archsimd.LoadFloat32x4Array(&p[8])
			c00 = c00.Add(x.Mul(b0))
			c01 = c01.Add(x.Mul(b1))
			x = archsimd.LoadFloat32x4Array(&p[9])
			c10 = c10.Add(x.Mul(b0))
			c11 = c11.Add(x.Mul(b1))
			x = archsimd.LoadFloat32x4Array(&p[10])
			c20 = c20.Add(x.Mul(b0))
			c21 = c21.Add(x.Mul(b1))
			x = archsimd.LoadFloat32x4Array(&p[11])
			c30 = c30.Add(x.Mul(b0))
			c31 = c31.Add(x.Mul(b1))

			b0 = archsimd.LoadFloat32x4Array(&q[6])
			b1 = archsimd.LoadFloat32x4Array(&q[7])
			x = archsimd.LoadFloat32x4Array(&p[12])
			c00 = c00.Add(x.Mul(b0))
			c01 = c01.Add(x.Mul(b1))
			x = archsimd.LoadFloat32x4Array(&p[13])
			c10 = c10.Add(x.Mul(b0))
			c11 = c11.Add(x.Mul(b1))
			x = archsimd.LoadFloat32x4Array(&p[14])
			c20 = c20.Add(x.Mul(b0))
			c21 = c21.Add(x.Mul(b1))
			x = archsimd.LoadFloat32x4Array(&p[15])
			c30 = c30.Add(x.Mul(b0))
			c31 = c31.Add(x.Mul(b1))

			b0 = archsimd.LoadFloat32x4Array(&q[8])
			b1 = archsimd.LoadFloat32x4Array(&q[9])
			x = archsimd.LoadFloat32x4Array(&p[16])
			c00 = c00.Add(x.Mul(b0))
			c01 = c01.Add(x.Mul(b1))
			x = archsimd.LoadFloat32x4Array(&p[17])
			c10 = c10.Add(x.Mul(b0))
			c11 = c11.Add(x.Mul(b1))
			x = archsimd.LoadFloat32x4Array(&p[18])
			c20 = c20.Add(x.Mul(b0))
			c21 = c21.Add(x.Mul(b1))
			x = archsimd.LoadFloat32x4Array(&p[19])
			c30 = c30.Add(x.Mul(b0))
			c31 = c31.Add(x.Mul(b1))

			b0 = archsimd.LoadFloat32x4Array(&q[10])
			b1 = archsimd.LoadFloat32x4Array(&q[11])
			x = archsimd.LoadFloat32x4Array(&p[20])
			c00 = c00.Add(x.Mul(b0))
			c01 = c01.Add(x.Mul(b1))
			x = archsimd.LoadFloat32x4Array(&p[21])
			c10 = c10.Add(x.Mul(b0))
			c11 = c11.Add(x.Mul(b1))
			x = archsimd.LoadFloat32x4Array(&p[22])
			c20 = c20.Add(x.Mul(b0))
			c21 = c21.Add(x.Mul(b1))
			x = archsimd.LoadFloat32x4Array(&p[23])
			c30 = c30.Add(x.Mul(b0))
			c31 = c31.Add(x.Mul(b1))

			b0 = archsimd.LoadFloat32x4Array(&q[12])
			b1 = archsimd.LoadFloat32x4Array(&q[13])
			x = archsimd.LoadFloat32x4Array(&p[24])
			c00 = c00.Add(x.Mul(b0))
			c01 = c01.Add(x.Mul(b1))
			x = archsimd.LoadFloat32x4Array(&p[25])
			c10 = c10.Add(x.Mul(b0))
			c11 = c11.Add(x.Mul(b1))
			x = archsimd.LoadFloat32x4Array(&p[26])
			c20 = c20.Add(x.Mul(b0))
			c21 = c21.Add(x.Mul(b1))
			x = archsimd.LoadFloat32x4Array(&p[27])
			c30 = c30.Add(x.Mul(b0))
			c31 = c31.Add(x.Mul(b1))

			b0 = archsimd.LoadFloat32x4Array(&q[14])
			b1 = archsimd.LoadFloat32x4Array(&q[15])
			x = archsimd.LoadFloat32x4Array(&p[28])
			c00 = c00.Add(x.Mul(b0))
			c01 = c01.Add(x.Mul(b1))
			x = archsimd.LoadFloat32x4Array(&p[29])
			c10 = c10.Add(x.Mul(b0))
			c11 = c11.Add(x.Mul(b1))
			x = archsimd.LoadFloat32x4Array(&p[30])
			c20 = c20.Add(x.Mul(b0))
			c21 = c21.Add(x.Mul(b1))
			x = archsimd.LoadFloat32x4Array(&p[31])
			c30 = c30.Add(x.Mul(b0))
			c31 = c31.Add(x.Mul(b1))
			oa += 4 * unroll * quadBytes
			ob += 2 * unroll * quadBytes
		}
		for t := k % unroll; t > 0; t-- {
			p, q := (*[4]quad)(unsafe.Add(pa, oa)), (*[2]quad)(unsafe.Add(pb, ob))
			b0 := archsimd.LoadFloat32x4Array(&q[0])
			b1 := archsimd.LoadFloat32x4Array(&q[1])
			x := archsimd.LoadFloat32x4Array(&p[0])
			c00 = c00.Add(x.Mul(b0))
			c01 = c01.Add(x.Mul(b1))
			x = archsimd.LoadFloat32x4Array(&p[1])
			c10 = c10.Add(x.Mul(b0))
			c11 = c11.Add(x.Mul(b1))
			x = archsimd.LoadFloat32x4Array(&p[2])
			c20 = c20.Add(x.Mul(b0))
			c21 = c21.Add(x.Mul(b1))
			x = archsimd.LoadFloat32x4Array(&p[3])
			c30 = c30.Add(x.Mul(b0))
			c31 = c31.Add(x.Mul(b1))
			oa += 4 * quadBytes
			ob += 2 * quadBytes
		}
		store((*quad)(r0[:4]), c00)
		store((*quad)(r0[4:]), c01)
		store((*quad)(r1[:4]), c10)
		store((*quad)(r1[4:]), c11)
		store((*quad)(r2[:4]), c20)
		store((*quad)(r2[4:]), c21)
		store((*quad)(r3[:4]), c30)
		store((*quad)(r3[4:]), c31)
	}
}

const quadBytes = 4 * lanes

// sweep1x32 is sweep4x8 for one row, four panels at a time: the shape of
// decoding, where the speed is that of reading packed weights once. a holds one
// quad per k.
func sweep1x32(c []float32, a, b []quad, groups, pitch int, accumulate bool) {
	k := len(a)
	if groups == 0 || k == 0 {
		return
	}
	_ = b[(4*groups-1)*pitch+panelQuads*k-1]
	pa, pb := unsafe.Pointer(&a[0]), unsafe.Pointer(&b[0])
	for j := range groups {
		r := (*[32]float32)(c[j*4*tileCols:])
		var c0, c1, c2, c3, c4, c5, c6, c7 vec
		if accumulate {
			c0, c1 = load((*quad)(r[0:])), load((*quad)(r[4:]))
			c2, c3 = load((*quad)(r[8:])), load((*quad)(r[12:]))
			c4, c5 = load((*quad)(r[16:])), load((*quad)(r[20:]))
			c6, c7 = load((*quad)(r[24:])), load((*quad)(r[28:]))
		}
		oa, o0 := uintptr(0), uintptr(4*j*pitch)*quadBytes
		o1 := o0 + uintptr(pitch)*quadBytes
		o2 := o1 + uintptr(pitch)*quadBytes
		o3 := o2 + uintptr(pitch)*quadBytes
		for t := k / 4; t > 0; t-- {
			p := (*[4]quad)(unsafe.Add(pa, oa))
			q0, q1 := (*[8]quad)(unsafe.Add(pb, o0)), (*[8]quad)(unsafe.Add(pb, o1))
			q2, q3 := (*[8]quad)(unsafe.Add(pb, o2)), (*[8]quad)(unsafe.Add(pb, o3))
			x := archsimd.LoadFloat32x4Array(&p[0])
			c0 = c0.Add(x.Mul(archsimd.LoadFloat32x4Array(&q0[0])))
			c1 = c1.Add(x.Mul(archsimd.LoadFloat32x4Array(&q0[1])))
			c2 = c2.Add(x.Mul(archsimd.LoadFloat32x4Array(&q1[0])))
			c3 = c3.Add(x.Mul(archsimd.LoadFloat32x4Array(&q1[1])))
			c4 = c4.Add(x.Mul(archsimd.LoadFloat32x4Array(&q2[0])))
			c5 = c5.Add(x.Mul(archsimd.LoadFloat32x4Array(&q2[1])))
			c6 = c6.Add(x.Mul(archsimd.LoadFloat32x4Array(&q3[0])))
			c7 = c7.Add(x.Mul(archsimd.LoadFloat32x4Array(&q3[1])))

			x = archsimd.LoadFloat32x4Array(&p[1])
			c0 = c0.Add(x.Mul(archsimd.LoadFloat32x4Array(&q0[2])))
			c1 = c1.Add(x.Mul(archsimd.LoadFloat32x4Array(&q0[3])))
			c2 = c2.Add(x.Mul(archsimd.LoadFloat32x4Array(&q1[2])))
			c3 = c3.Add(x.Mul(archsimd.LoadFloat32x4Array(&q1[3])))
			c4 = c4.Add(x.Mul(archsimd.LoadFloat32x4Array(&q2[2])))
			c5 = c5.Add(x.Mul(archsimd.LoadFloat32x4Array(&q2[3])))
			c6 = c6.Add(x.Mul(archsimd.LoadFloat32x4Array(&q3[2])))
			c7 = c7.Add(x.Mul(archsimd.LoadFloat32x4Array(&q3[3])))

			x = archsimd.LoadFloat32x4Array(&p[2])
			c0 = c0.Add(x.Mul(archsimd.LoadFloat32x4Array(&q0[4])))
			c1 = c1.Add(x.Mul(archsimd.LoadFloat32x4Array(&q0[5])))
			c2 = c2.Add(x.Mul(archsimd.LoadFloat32x4Array(&q1[4])))
			c3 = c3.Add(x.Mul(archsimd.LoadFloat32x4Array(&q1[5])))
			c4 = c4.Add(x.Mul(archsimd.LoadFloat32x4Array(&q2[4])))
			c5 = c5.Add(x.Mul(archsimd.LoadFloat32x4Array(&q2[5])))
			c6 = c6.Add(x.Mul(archsimd.LoadFloat32x4Array(&q3[4])))
			c7 = c7.Add(x.Mul(archsimd.LoadFloat32x4Array(&q3[5])))

			x = archsimd.LoadFloat32x4Array(&p[3])
			c0 = c0.Add(x.Mul(archsimd.LoadFloat32x4Array(&q0[6])))
			c1 = c1.Add(x.Mul(archsimd.LoadFloat32x4Array(&q0[7])))
			c2 = c2.Add(x.Mul(archsimd.LoadFloat32x4Array(&q1[6])))
			c3 = c3.Add(x.Mul(archsimd.LoadFloat32x4Array(&q1[7])))
			c4 = c4.Add(x.Mul(archsimd.LoadFloat32x4Array(&q2[6])))
			c5 = c5.Add(x.Mul(archsimd.LoadFloat32x4Array(&q2[7])))
			c6 = c6.Add(x.Mul(archsimd.LoadFloat32x4Array(&q3[6])))
			c7 = c7.Add(x.Mul(archsimd.LoadFloat32x4Array(&q3[7])))
			oa += 4 * quadBytes
			o0, o1, o2, o3 = o0+8*quadBytes, o1+8*quadBytes, o2+8*quadBytes, o3+8*quadBytes
		}
		for t := k % 4; t > 0; t-- {
			p := (*[1]quad)(unsafe.Add(pa, oa))
			q0, q1 := (*[2]quad)(unsafe.Add(pb, o0)), (*[2]quad)(unsafe.Add(pb, o1))
			q2, q3 := (*[2]quad)(unsafe.Add(pb, o2)), (*[2]quad)(unsafe.Add(pb, o3))
			x := archsimd.LoadFloat32x4Array(&p[0])
			c0 = c0.Add(x.Mul(archsimd.LoadFloat32x4Array(&q0[0])))
			c1 = c1.Add(x.Mul(archsimd.LoadFloat32x4Array(&q0[1])))
			c2 = c2.Add(x.Mul(archsimd.LoadFloat32x4Array(&q1[0])))
			c3 = c3.Add(x.Mul(archsimd.LoadFloat32x4Array(&q1[1])))
			c4 = c4.Add(x.Mul(archsimd.LoadFloat32x4Array(&q2[0])))
			c5 = c5.Add(x.Mul(archsimd.LoadFloat32x4Array(&q2[1])))
			c6 = c6.Add(x.Mul(archsimd.LoadFloat32x4Array(&q3[0])))
			c7 = c7.Add(x.Mul(archsimd.LoadFloat32x4Array(&q3[1])))
			oa += quadBytes
			o0, o1, o2, o3 = o0+2*quadBytes, o1+2*quadBytes, o2+2*quadBytes, o3+2*quadBytes
		}
		store((*quad)(r[0:]), c0)
		store((*quad)(r[4:]), c1)
		store((*quad)(r[8:]), c2)
		store((*quad)(r[12:]), c3)
		store((*quad)(r[16:]), c4)
		store((*quad)(r[20:]), c5)
		store((*quad)(r[24:]), c6)
		store((*quad)(r[28:]), c7)
	}
}

// tile1x8 is one row by one panel: what is left of a row after sweep1x32.
func tile1x8(c []float32, a, b []quad, accumulate bool) {
	r := (*[8]float32)(c)
	var c0, c1 vec
	if accumulate {
		c0, c1 = load((*quad)(r[:4])), load((*quad)(r[4:]))
	}
	for len(a) >= 4 && len(b) >= 8 {
		p, q := (*[4]quad)(a), (*[8]quad)(b)
		x := archsimd.LoadFloat32x4Array(&p[0])
		c0 = c0.Add(x.Mul(archsimd.LoadFloat32x4Array(&q[0])))
		c1 = c1.Add(x.Mul(archsimd.LoadFloat32x4Array(&q[1])))
		x = archsimd.LoadFloat32x4Array(&p[1])
		c0 = c0.Add(x.Mul(archsimd.LoadFloat32x4Array(&q[2])))
		c1 = c1.Add(x.Mul(archsimd.LoadFloat32x4Array(&q[3])))
		x = archsimd.LoadFloat32x4Array(&p[2])
		c0 = c0.Add(x.Mul(archsimd.LoadFloat32x4Array(&q[4])))
		c1 = c1.Add(x.Mul(archsimd.LoadFloat32x4Array(&q[5])))
		x = archsimd.LoadFloat32x4Array(&p[3])
		c0 = c0.Add(x.Mul(archsimd.LoadFloat32x4Array(&q[6])))
		c1 = c1.Add(x.Mul(archsimd.LoadFloat32x4Array(&q[7])))
		a, b = a[4:], b[8:]
	}
	for len(a) >= 1 && len(b) >= 2 {
		x := load(&a[0])
		c0, c1 = c0.Add(x.Mul(load(&b[0]))), c1.Add(x.Mul(load(&b[1])))
		a, b = a[1:], b[2:]
	}
	store((*quad)(r[:4]), c0)
	store((*quad)(r[4:]), c1)
}
