package nn

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"sprout/core/backend/ref"
)

// The singular values are those of the change itself, and the matrices that have
// no adapter have none.
func TestSpectrum(t *testing.T) {
	p, err := NewParams(ref.New[float32](), small)
	require.NoError(t, err)
	require.NoError(t, p.Init(3))
	cfg := AdapterConfig{Rank: 5, Alpha: 7, Targets: []string{"k_proj", "down_proj"}}
	a := newAdapter(t, p, cfg, 1)
	values, err := a.Spectrum(InLayer(0, KProj))
	require.NoError(t, err)
	require.Equal(t, make([]float64, 5), values, "fresh: no change")
	teach(t, a, 2)
	for _, name := range []string{InLayer(0, KProj), InLayer(1, DownProj)} {
		got, err := a.Spectrum(name)
		require.NoError(t, err)
		require.Len(t, got, 5)
		q := a.pairs[name]
		A, B := make([]float32, q.a.Len()), make([]float32, q.b.Len())
		require.NoError(t, p.be.Read(A, q.a))
		require.NoError(t, p.be.Read(B, q.b))
		var change mat.Dense
		change.Mul(dense(q.b.Shape[0], 5, B), dense(5, q.a.Shape[1], A))
		change.Scale(7.0/5, &change)
		var svd mat.SVD
		require.True(t, svd.Factorize(&change, mat.SVDNone))
		for i, want := range svd.Values(nil)[:5] {
			require.InEpsilon(t, want, got[i], 1e-9, name)
		}
	}
	values, err = a.Spectrum(InLayer(0, QProj))
	require.NoError(t, err)
	require.Nil(t, values)

	// Directions that are used twice, or not at all.
	q := a.pairs[InLayer(0, KProj)]
	A, B := make([]float32, q.a.Len()), make([]float32, q.b.Len())
	for r := range 3 {
		A[r*q.a.Shape[1]], B[r] = 2, 3
	}
	require.NoError(t, p.be.Write(q.a, A))
	require.NoError(t, p.be.Write(q.b, B))
	values, err = a.Spectrum(InLayer(0, KProj))
	require.NoError(t, err)
	require.InDelta(t, 7.0/5*3*2*3, values[0], 1e-9)
	for _, v := range values[1:] {
		require.Less(t, v, 1e-6)
		require.False(t, math.IsNaN(v))
	}
}

func dense(rows, cols int, data []float32) *mat.Dense {
	d := mat.NewDense(rows, cols, nil)
	for i, x := range data {
		d.Set(i/cols, i%cols, float64(x))
	}
	return d
}
