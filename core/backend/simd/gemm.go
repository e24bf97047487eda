package simd

// blockK bounds the stretch of k whose packed rows (48 bytes per k) and panel
// (as many) stay near the first-level cache of 32 KB. Longer sums continue from
// the stored C, which changes no bit. The hidden widths 344 and 1024 fill blocks
// of 344; 128 and 256 measured up to 7 % slower there.
const blockK = 352

// blockPanels bounds the panels that are swept for every row in turn, in quads:
// 256 KB, half of a usual second-level cache.
const blockPanels = 256 << 10 / quadBytes

// gemmScratch is the memory of one product's left operand and edge tile.
type gemmScratch struct {
	rows [blockK * tileRows]quad
	edge [tileRows * tileCols]float32
}

// gemm computes C = A·B with C [m, n], A [m, k], and B packed by packPanels. Each
// element is summed in ascending k by a single accumulator, whatever m and n are.
func (g *gemmScratch) gemm(c []float32, m, n, k int, a matrix, panels []quad) {
	if k == 0 {
		clear(c[:m*n])
	}
	pitch := k * panelQuads
	for k0 := 0; k0 < k; {
		part := blockOf(k - k0)
		wide := max(1, blockPanels/(part*panelQuads)) * tileCols
		for j := 0; j < n; j += wide {
			rows := matrix{a.data[k0*a.cs:], a.rs, a.cs}
			g.block(c[j:], n, m, min(wide, n-j), rows, part, panels[j/tileCols*pitch+k0*panelQuads:], pitch, k0 > 0)
		}
		k0 += part
	}
}

// block is gemm for a stretch of k whose packed rows fit g.rows, and for panels
// that stay in the second-level cache; ldc is the row stride of C, pitch that of
// the panels in quads.
func (g *gemmScratch) block(c []float32, ldc, m, n int, a matrix, k int, b []quad, pitch int, accumulate bool) {
	rows := g.rows[:k*tileRows]
	full := n / tileCols
	i := 0
	for ; i+tileRows <= m; i += tileRows {
		freshRegisters()
		packRows(rows, a, i, tileRows, k)
		sweep3x12(c[i*ldc:], ldc, rows, b, full, pitch, accumulate)
		if j := full * tileCols; j < n {
			g.lastTile(c[i*ldc+j:], ldc, n-j, rows, b[full*pitch:], accumulate)
		}
	}
	switch left := m - i; {
	case left == 1:
		g.lastRow(c[i*ldc:], n, a, i, k, b, pitch, accumulate)
	case left > 0:
		packRows(rows, a, i, left, k)
		for j := 0; j < n; j += tileCols {
			g.edgeTile(c[i*ldc+j:], ldc, left, min(tileCols, n-j), rows, b[j/tileCols*pitch:], accumulate)
		}
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

// lastTile computes the columns of a panel that only cols of them fill.
func (g *gemmScratch) lastTile(c []float32, ldc, cols int, a, b []quad, accumulate bool) {
	if cols%lanes != 0 {
		g.edgeTile(c, ldc, tileRows, cols, a, b, accumulate)
		return
	}
	tile(c, ldc, cols, a, b, accumulate)
}

// tile computes three rows of up to 4, 8 or 12 columns.
func tile(c []float32, ldc, cols int, a, b []quad, accumulate bool) {
	switch {
	case cols <= 4:
		tile3x4(c, ldc, a, b, accumulate)
	case cols <= 8:
		tile3x8(c, ldc, a, b, accumulate)
	default:
		sweep3x12(c, ldc, a, b, 1, 0, accumulate)
	}
}

// edgeTile computes a tile of which only rows by cols exist.
func (g *gemmScratch) edgeTile(c []float32, ldc, rows, cols int, a, b []quad, accumulate bool) {
	e := g.edge[:]
	if accumulate {
		for r := range rows {
			copy(e[r*tileCols:][:cols], c[r*ldc:])
		}
	}
	tile(e, tileCols, cols, a, b, accumulate)
	for r := range rows {
		copy(c[r*ldc:][:cols], e[r*tileCols:])
	}
}

// lastRow computes a single row of C.
func (g *gemmScratch) lastRow(c []float32, n int, a matrix, row, k int, b []quad, pitch int, accumulate bool) {
	packRow(g.rows[:], a, row, k)
	x := g.rows[:k]
	sweep1x24(c, x, b, n/tileCols, pitch, accumulate)
	for j := n / (2 * tileCols) * 2 * tileCols; j < n; j += tileCols {
		d, q := c[j:], b[j/tileCols*pitch:]
		switch cols := n - j; {
		case cols >= tileCols:
			tile1x12(d, x, q, accumulate)
		case cols == 8:
			tile1x8(d, x, q, accumulate)
		case cols == 4:
			tile1x4(d, x, q, accumulate)
		default:
			e := g.edge[:tileCols]
			copy(e, d[:cols])
			tile1x12(e, x, q, accumulate)
			copy(d[:cols], e)
		}
	}
}
