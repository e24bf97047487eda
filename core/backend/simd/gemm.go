package simd

// blockK bounds the stretch of k whose packed rows (64 bytes per k) and panel
// (32 bytes) stay near the first-level cache of 32 KB. Longer sums continue from
// the stored C, which changes no bit. The hidden widths 344 and 1024 fill blocks
// of 344; 128 and 256 measured up to 7 % slower there.
const blockK = 352

// gemmScratch is the memory of one product's left operand and edge tile.
type gemmScratch struct {
	rows [blockK * tileRows]quad
	edge [tileRows * tileCols]float32
}

// gemm computes C = A·B, or C += A·B, with C [m, n] of row stride ldc, A [m, k],
// and B packed by packPanels. Each element is summed in ascending k by a single
// accumulator, whatever m and n are.
func (g *gemmScratch) gemm(c []float32, ldc, m, n, k int, a matrix, panels []quad, accumulate bool) {
	g.gemmRange(c, ldc, m, n, 0, k, k, a, panels, accumulate)
}

// gemmRange is gemm over k in [from, to) of panels that were packed for depth
// rows. a starts at k = from.
func (g *gemmScratch) gemmRange(c []float32, ldc, m, n, from, to, depth int, a matrix, panels []quad, accumulate bool) {
	if to <= from && !accumulate {
		for i := range m {
			clear(c[i*ldc:][:n])
		}
	}
	pitch := depth * panelQuads
	for k0 := from; k0 < to; {
		k := blockOf(to - k0)
		b := panels[k0*panelQuads:]
		i := 0
		for ; i+tileRows <= m; i += tileRows {
			packRows(g.rows[:], a, i, tileRows, k0-from, k)
			sweep4x8(c[i*ldc:], ldc, g.rows[:k*tileRows], b, n/tileCols, pitch, accumulate)
			if j := n / tileCols * tileCols; j < n {
				g.edgeTile(c[i*ldc+j:], ldc, tileRows, n-j, k, b[j/tileCols*pitch:], accumulate)
			}
		}
		switch rows := m - i; {
		case rows == 1:
			g.lastRow(c[i*ldc:], n, a, i, k0-from, k, b, pitch, accumulate)
		case rows > 0:
			packRows(g.rows[:], a, i, rows, k0-from, k)
			for j := 0; j < n; j += tileCols {
				g.edgeTile(c[i*ldc+j:], ldc, rows, min(tileCols, n-j), k, b[j/tileCols*pitch:], accumulate)
			}
		}
		k0 += k
		accumulate = true
	}
}

// blockOf divides a long sum into blocks of nearly equal length, multiples of
// the unrolling except for the last.
func blockOf(k int) int {
	if k <= blockK {
		return k
	}
	blocks := (k + blockK - 1) / blockK
	return min(k, ((k+blocks-1)/blocks+unroll-1)/unroll*unroll)
}

// edgeTile computes a tile of which only rows by cols exist.
func (g *gemmScratch) edgeTile(c []float32, ldc, rows, cols, k int, b []quad, accumulate bool) {
	e := g.edge[:]
	if accumulate {
		for r := range rows {
			copy(e[r*tileCols:][:cols], c[r*ldc:])
		}
	}
	sweep4x8(e, tileCols, g.rows[:k*tileRows], b, 1, 0, accumulate)
	for r := range rows {
		copy(c[r*ldc:][:cols], e[r*tileCols:])
	}
}

// lastRow computes a single row of C.
func (g *gemmScratch) lastRow(c []float32, n int, a matrix, row, k0, k int, b []quad, pitch int, accumulate bool) {
	packRow(g.rows[:], a, row, k0, k)
	x := g.rows[:k]
	const group = 4 * tileCols
	sweep1x32(c, x, b, n/group, pitch, accumulate)
	j := n / group * group
	for ; j+tileCols <= n; j += tileCols {
		tile1x8(c[j:], x, b[j/tileCols*pitch:], accumulate)
	}
	if j < n {
		e := g.edge[:tileCols]
		copy(e, c[j:n])
		tile1x8(e, x, b[j/tileCols*pitch:], accumulate)
		copy(c[j:n], e)
	}
}
