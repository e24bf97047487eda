package simd

import (
	"unsafe"

	"sprout/core/tensor"
)

// A matrix product reads its right operand in panels of tileCols columns:
// [⌈n/12⌉][k][12], the last panel padded with zeros.

// matrix views an operand: element (row, col) is data[row*rs+col*cs]. One of
// the strides is 1.
type matrix struct {
	data   []float32
	rs, cs int
}

// panelsLen is the size of the packed form of a [k, n] operand, in quads.
func panelsLen(k, n int) int { return (n + tileCols - 1) / tileCols * panelQuads * k }

// panelQuads is the width of a panel in quads.
const panelQuads = tileCols / lanes

// packPanels packs b, whose rows are the k axis, into dst.
func packPanels(dst []quad, b matrix, k, n int) {
	for j := 0; j < n; j += tileCols {
		w := min(tileCols, n-j)
		d := dst[j/lanes*k:][:panelQuads*k]
		switch {
		case w < tileCols:
			clear(d)
			for p := range k {
				for c := range w {
					d[p*panelQuads+c/lanes][c%lanes] = b.data[p*b.rs+(j+c)*b.cs]
				}
			}
		case b.cs == 1:
			packPlain(d, b.data[j:], b.rs, k)
		default:
			packTurned(d, b.data[j*b.cs:], b.cs, k)
		}
	}
}

// The packing loops are single blocks that test at their end and address memory
// by unsafe offsets, for the reasons given in tile.go: half the time of the same
// loops over slices. Every caller has checked the lengths.

// packPlain copies twelve neighbouring columns, k rows that lie rs apart.
func packPlain(d []quad, src []float32, rs, k int) {
	_, _ = d[panelQuads*k-1], src[(k-1)*rs+tileCols-1]
	from, to := unsafe.Pointer(&src[0]), unsafe.Pointer(&d[0])
	step, i, o := uintptr(rs)*floatBytes, uintptr(0), uintptr(0)
	if t := k / 2; t > 0 {
		for {
			s0, s1 := (*[panelQuads]quad)(unsafe.Add(from, i)), (*[panelQuads]quad)(unsafe.Add(from, i+step))
			t0 := (*[2 * panelQuads]quad)(unsafe.Add(to, o))
			load(&s0[0]).StoreArray(&t0[0])
			load(&s0[1]).StoreArray(&t0[1])
			load(&s0[2]).StoreArray(&t0[2])
			load(&s1[0]).StoreArray(&t0[3])
			load(&s1[1]).StoreArray(&t0[4])
			load(&s1[2]).StoreArray(&t0[5])
			i += 2 * step
			o += 2 * panelQuads * quadBytes
			if t--; t == 0 {
				break
			}
		}
	}
	if k%2 == 1 {
		*(*[panelQuads]quad)(unsafe.Add(to, o)) = *(*[panelQuads]quad)(unsafe.Add(from, i))
	}
}

// packTurned transposes twelve columns that lie cs apart, k contiguous. Values
// travel in pairs as integers, whose loads and stores have their offset built in.
func packTurned(d []quad, src []float32, cs, k int) {
	for h := range panelQuads {
		s := src[h*lanes*cs:]
		packTurnedQuad(d[h:panelQuads*k], s[:k], s[cs:][:k], s[2*cs:][:k], s[3*cs:][:k])
	}
}

func packTurnedQuad(d []quad, s0, s1, s2, s3 []float32) {
	p0, p1, p2, p3 := unsafe.Pointer(&s0[0]), unsafe.Pointer(&s1[0]), unsafe.Pointer(&s2[0]), unsafe.Pointer(&s3[0])
	to, i, o := unsafe.Pointer(&d[0]), uintptr(0), uintptr(0)
	k := len(s0)
	if t := k / 4; t > 0 {
		for {
			a, b := (*[4]uint32)(unsafe.Add(p0, i)), (*[4]uint32)(unsafe.Add(p1, i))
			c, e := (*[4]uint32)(unsafe.Add(p2, i)), (*[4]uint32)(unsafe.Add(p3, i))
			w := (*[3*2*panelQuads + 2]uint64)(unsafe.Add(to, o))
			w[0], w[1] = pair(a[0], b[0]), pair(c[0], e[0])
			w[6], w[7] = pair(a[1], b[1]), pair(c[1], e[1])
			w[12], w[13] = pair(a[2], b[2]), pair(c[2], e[2])
			w[18], w[19] = pair(a[3], b[3]), pair(c[3], e[3])
			i += 4 * floatBytes
			o += 4 * panelQuads * quadBytes
			if t--; t == 0 {
				break
			}
		}
	}
	for p := k / 4 * 4; p < k; p++ {
		d[p*panelQuads] = quad{s0[p], s1[p], s2[p], s3[p]}
	}
}

// pair is two 32-bit values as they lie in memory (every target is little-endian).
func pair(low, high uint32) uint64 { return uint64(low) | uint64(high)<<32 }

// packRows packs up to three rows of a for sweep3x12: every
// value in all lanes of a quad. Missing rows become zeros.
func packRows(dst []quad, a matrix, row, rows, k int) {
	src := a.data[row*a.rs:]
	switch {
	case rows < tileRows:
		clear(dst[:k*tileRows])
		for r := range rows {
			for p := range k {
				store(&dst[p*tileRows+r], splat(src[r*a.rs+p*a.cs]))
			}
		}
	case a.cs == 1:
		packRowsPlain(dst, src, a.rs, k)
	default:
		packRowsTurned(dst, src, a.cs, k)
	}
}

// packRowsPlain packs three rows that lie rs apart, four columns a turn. Taking
// lanes of a vector costs less than loading each value.
func packRowsPlain(dst []quad, src []float32, rs, k int) {
	s0, s1, s2 := src[:k], src[rs:][:k], src[2*rs:][:k]
	dst = dst[:k*tileRows]
	p0, p1, p2, to := unsafe.Pointer(&s0[0]), unsafe.Pointer(&s1[0]), unsafe.Pointer(&s2[0]), unsafe.Pointer(&dst[0])
	i, o := uintptr(0), uintptr(0)
	if t := k / 4; t > 0 {
		for {
			d := (*[4 * tileRows]quad)(unsafe.Add(to, o))
			x0, x1, x2 := load((*quad)(unsafe.Add(p0, i))), load((*quad)(unsafe.Add(p1, i))), load((*quad)(unsafe.Add(p2, i)))
			splat(x0.GetElem(0)).StoreArray(&d[0])
			splat(x1.GetElem(0)).StoreArray(&d[1])
			splat(x2.GetElem(0)).StoreArray(&d[2])
			splat(x0.GetElem(1)).StoreArray(&d[3])
			splat(x1.GetElem(1)).StoreArray(&d[4])
			splat(x2.GetElem(1)).StoreArray(&d[5])
			splat(x0.GetElem(2)).StoreArray(&d[6])
			splat(x1.GetElem(2)).StoreArray(&d[7])
			splat(x2.GetElem(2)).StoreArray(&d[8])
			splat(x0.GetElem(3)).StoreArray(&d[9])
			splat(x1.GetElem(3)).StoreArray(&d[10])
			splat(x2.GetElem(3)).StoreArray(&d[11])
			i += 4 * floatBytes
			o += 4 * tileRows * quadBytes
			if t--; t == 0 {
				break
			}
		}
	}
	for p := k / 4 * 4; p < k; p++ {
		d := (*[tileRows]quad)(dst[p*tileRows:])
		splat(s0[p]).StoreArray(&d[0])
		splat(s1[p]).StoreArray(&d[1])
		splat(s2[p]).StoreArray(&d[2])
	}
}

// packRowsTurned packs three neighbouring columns of src, k running cs apart.
func packRowsTurned(dst []quad, src []float32, cs, k int) {
	dst = dst[:k*tileRows]
	wide := k // of these a fourth value may be read as well
	for wide > 0 && (wide-1)*cs+lanes > len(src) {
		wide--
	}
	step, i, o := uintptr(cs)*floatBytes, uintptr(0), uintptr(0)
	from, to := unsafe.Pointer(&src[0]), unsafe.Pointer(&dst[0])
	if t := wide / 2; t > 0 {
		for {
			d := (*[2 * tileRows]quad)(unsafe.Add(to, o))
			x, y := load((*quad)(unsafe.Add(from, i))), load((*quad)(unsafe.Add(from, i+step)))
			splat(x.GetElem(0)).StoreArray(&d[0])
			splat(x.GetElem(1)).StoreArray(&d[1])
			splat(x.GetElem(2)).StoreArray(&d[2])
			splat(y.GetElem(0)).StoreArray(&d[3])
			splat(y.GetElem(1)).StoreArray(&d[4])
			splat(y.GetElem(2)).StoreArray(&d[5])
			i += 2 * step
			o += 2 * tileRows * quadBytes
			if t--; t == 0 {
				break
			}
		}
	}
	for p := wide / 2 * 2; p < k; p++ {
		d, s := (*[tileRows]quad)(dst[p*tileRows:]), (*[tileRows]float32)(src[p*cs:])
		splat(s[0]).StoreArray(&d[0])
		splat(s[1]).StoreArray(&d[1])
		splat(s[2]).StoreArray(&d[2])
	}
}

// packRow is packRows for one row and sweep1x24.
func packRow(dst []quad, a matrix, row, k int) {
	src := a.data[row*a.rs:]
	for p := range k {
		store(&dst[p], splat(src[p*a.cs]))
	}
}

// packKey names what was packed: the tensor, and how it was read.
type packKey struct {
	buf       tensor.Buffer
	off, k, n int
	turned    bool
}

// pack is a packed operand and the version of the buffer it was made from.
type pack struct {
	key     packKey
	version uint64
	run     uint64
	panels  []quad // nil while the operand is only being watched
}

// packed returns the panels of an operand, packing it if needed. An operand
// that is found unchanged in a later Run is taken for a weight and its panels
// are kept: weights are then packed once per step for all shards, and once for
// a whole decode. Everything else shares one piece of memory, which also
// serves neighbouring calls with the same operand.
func (be *Backend) packed(t tensor.Tensor, b matrix, k, n int) []quad {
	buf := &be.bufs[t.Buf]
	key := packKey{t.Buf, t.Off, k, n, b.cs != 1}
	var p *pack
	for _, q := range buf.packs {
		if q.key == key {
			p = q
			break
		}
	}
	switch {
	case p == nil:
		p = &pack{key: key, version: buf.version, run: be.runs}
		buf.packs = append(buf.packs, p)
	case p.panels != nil:
		if p.version != buf.version {
			packPanels(p.panels, b, k, n)
			p.version = buf.version
		}
		return p.panels
	case p.version == buf.version && p.run != be.runs:
		p.panels = make([]quad, panelsLen(k, n))
		packPanels(p.panels, b, k, n)
		return p.panels
	default:
		p.version, p.run = buf.version, be.runs
	}
	l := &be.loose
	if l.key != key || l.version != buf.version {
		need := panelsLen(k, n)
		if cap(l.panels) < need {
			l.panels = make([]quad, need)
		}
		l.panels = l.panels[:need]
		packPanels(l.panels, b, k, n)
		l.key, l.version = key, buf.version
	}
	return l.panels
}
