package simd

import "sprout/core/tensor"

// A matrix product reads its right operand in panels of tileCols columns:
// [⌈n/8⌉][k][8], the last panel padded with zeros.

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
		d := dst[j/lanes*k : (j+tileCols)/lanes*k]
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

// packPlain copies eight neighbouring columns.
func packPlain(d []quad, src []float32, rs, k int) {
	for p := range k {
		s, t := (*[8]float32)(src[p*rs:]), (*[2]quad)(d[2*p:])
		store(&t[0], load((*quad)(s[:4])))
		store(&t[1], load((*quad)(s[4:])))
	}
}

// packTurned transposes eight columns that lie cs apart, k contiguous.
func packTurned(d []quad, src []float32, cs, k int) {
	s0, s1, s2, s3 := src[:k], src[cs:][:k], src[2*cs:][:k], src[3*cs:][:k]
	s4, s5, s6, s7 := src[4*cs:][:k], src[5*cs:][:k], src[6*cs:][:k], src[7*cs:][:k]
	for p := range s0 {
		t := (*[2]quad)(d[2*p:])
		t[0][0], t[0][1], t[0][2], t[0][3] = s0[p], s1[p], s2[p], s3[p]
		t[1][0], t[1][1], t[1][2], t[1][3] = s4[p], s5[p], s6[p], s7[p]
	}
}

// packRows packs up to four rows of a, from column k0 on, for sweep4x8: every
// value in all lanes of a quad. Missing rows become zeros.
func packRows(dst []quad, a matrix, row, rows, k0, k int) {
	src := a.data[row*a.rs+k0*a.cs:]
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

// packRowsPlain packs four rows that lie rs apart, four columns a turn. Taking
// lanes of a vector costs less than loading each value: an address is three
// instructions. Stores are written as methods for the scheduler's sake, see
// tile_simd.go.
func packRowsPlain(dst []quad, src []float32, rs, k int) {
	s0, s1, s2, s3 := src[:k], src[rs:][:k], src[2*rs:][:k], src[3*rs:][:k]
	p := 0
	for ; p+4 <= k; p += 4 {
		t := (*[16]quad)(dst[p*tileRows:])
		x0 := load(quadAt(s0, p))
		splat(x0.GetElem(0)).StoreArray(&t[0])
		splat(x0.GetElem(1)).StoreArray(&t[4])
		splat(x0.GetElem(2)).StoreArray(&t[8])
		splat(x0.GetElem(3)).StoreArray(&t[12])
		x1 := load(quadAt(s1, p))
		splat(x1.GetElem(0)).StoreArray(&t[1])
		splat(x1.GetElem(1)).StoreArray(&t[5])
		splat(x1.GetElem(2)).StoreArray(&t[9])
		splat(x1.GetElem(3)).StoreArray(&t[13])
		x2 := load(quadAt(s2, p))
		splat(x2.GetElem(0)).StoreArray(&t[2])
		splat(x2.GetElem(1)).StoreArray(&t[6])
		splat(x2.GetElem(2)).StoreArray(&t[10])
		splat(x2.GetElem(3)).StoreArray(&t[14])
		x3 := load(quadAt(s3, p))
		splat(x3.GetElem(0)).StoreArray(&t[3])
		splat(x3.GetElem(1)).StoreArray(&t[7])
		splat(x3.GetElem(2)).StoreArray(&t[11])
		splat(x3.GetElem(3)).StoreArray(&t[15])
	}
	for ; p < k; p++ {
		t := (*[4]quad)(dst[p*tileRows:])
		splat(s0[p]).StoreArray(&t[0])
		splat(s1[p]).StoreArray(&t[1])
		splat(s2[p]).StoreArray(&t[2])
		splat(s3[p]).StoreArray(&t[3])
	}
}

// packRowsTurned packs four neighbouring columns of src, k running cs apart.
func packRowsTurned(dst []quad, src []float32, cs, k int) {
	p := 0
	for ; p+2 <= k; p += 2 {
		t := (*[8]quad)(dst[p*tileRows:])
		x := load(quadAt(src, p*cs))
		splat(x.GetElem(0)).StoreArray(&t[0])
		splat(x.GetElem(1)).StoreArray(&t[1])
		splat(x.GetElem(2)).StoreArray(&t[2])
		splat(x.GetElem(3)).StoreArray(&t[3])
		y := load(quadAt(src, (p+1)*cs))
		splat(y.GetElem(0)).StoreArray(&t[4])
		splat(y.GetElem(1)).StoreArray(&t[5])
		splat(y.GetElem(2)).StoreArray(&t[6])
		splat(y.GetElem(3)).StoreArray(&t[7])
	}
	if p < k {
		t, x := (*[4]quad)(dst[p*tileRows:]), load(quadAt(src, p*cs))
		splat(x.GetElem(0)).StoreArray(&t[0])
		splat(x.GetElem(1)).StoreArray(&t[1])
		splat(x.GetElem(2)).StoreArray(&t[2])
		splat(x.GetElem(3)).StoreArray(&t[3])
	}
}

// packRow is packRows for one row and sweep1x32.
func packRow(dst []quad, a matrix, row, k0, k int) {
	src := a.data[row*a.rs+k0*a.cs:]
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
