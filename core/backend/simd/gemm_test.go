package simd

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"sprout/core/tensor"
)

func randomValues(n int, seed uint64) []float32 {
	rng := tensor.NewRNG(seed)
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(2*rng.Float64() - 1)
	}
	return x
}

// plainSum is the definition: ascending k, one accumulator, no fused operation.
func plainSum(a, b matrix, i, j, k int) float32 {
	var s float32
	for p := range k {
		s = float32(a.data[i*a.rs+p*a.cs]*b.data[p*b.rs+j*b.cs]) + s
	}
	return s
}

func bits(x []float32) []uint32 {
	u := make([]uint32, len(x))
	for i, v := range x {
		u[i] = math.Float32bits(v)
	}
	return u
}

// Every element must equal the plain sum bit for bit, for all layouts, edges
// of the tile, and sums longer than a block.
func TestGemmEqualsPlainSum(t *testing.T) {
	var g gemmScratch
	for _, s := range [][3]int{
		{1, 1, 1},
		{1, 65, 128},
		{1, 128, 257},
		{2, 9, 7},
		{3, 8, 16},
		{4, 8, 8},
		{5, 40, 63},
		{7, 33, 65},
		{64, 64, 32},
		{13, 17, 300},
		{9, 24, 1030},
		{6, 3, 513},
		{4, 391, 352},
	} {
		m, n, k := s[0], s[1], s[2]
		for layout := range 4 {
			a := matrix{randomValues(m*k, 1), k, 1}
			if layout&1 != 0 {
				a.rs, a.cs = 1, m
			}
			b := matrix{randomValues(k*n, 2), n, 1}
			if layout&2 != 0 {
				b.rs, b.cs = 1, k
			}
			panels := make([]quad, panelsLen(k, n))
			packPanels(panels, b, k, n)
			want, got := make([]float32, m*n), make([]float32, m*n)
			for i := range m {
				for j := range n {
					want[i*n+j] = plainSum(a, b, i, j, k)
				}
			}
			for i := range got {
				got[i] = 99 // must be overwritten
			}
			g.gemm(got, m, n, k, a, panels)
			require.Equal(t, bits(want), bits(got), "m %d n %d k %d layout %d", m, n, k, layout)
		}
	}
}
