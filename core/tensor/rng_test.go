package tensor_test

import (
	"encoding/json"
	"hash/fnv"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"sprout/core/tensor"
)

// The seeds in lessons and shared links mean these numbers, natively and in
// the browser: a change here changes every curve.
func TestSeedsKeepTheirNumbers(t *testing.T) {
	r := tensor.NewRNG(1)
	h := fnv.New64a()
	for range 100_000 {
		bits := math.Float32bits(float32(r.Normal()))
		h.Write([]byte{byte(bits), byte(bits >> 8), byte(bits >> 16), byte(bits >> 24)})
	}
	assert.Equal(t, uint64(0xcefc77f7f251ff4e), h.Sum64())
	r = tensor.NewRNG(42, 7, 3)
	assert.Equal(t, []uint64{0xd8e014d8eebdfbc0, 0xc4901770bb55ae50}, []uint64{r.Uint64(), r.Uint64()})
	assert.Equal(t, 292, r.IntN(1000))
	assert.Equal(t, []int{7, 0, 5, 6, 2, 1, 4, 3}, r.Perm(8))
}

func TestStreamsDiffer(t *testing.T) {
	seen := map[uint64]string{}
	for name, r := range map[string]tensor.RNG{
		"0": tensor.NewRNG(0), "1": tensor.NewRNG(1), "0,0": tensor.NewRNG(0, 0), "0,1": tensor.NewRNG(0, 1),
		"1,0": tensor.NewRNG(1, 0), "0,0,0": tensor.NewRNG(0, 0, 0), "0,0,1": tensor.NewRNG(0, 0, 1), "0,1,0": tensor.NewRNG(0, 1, 0),
	} {
		for range 1000 {
			x := r.Uint64()
			require.Empty(t, seen[x], "%s repeats a number", name)
			seen[x] = name
		}
	}
}

func TestSavedStateGoesOn(t *testing.T) {
	r := tensor.NewRNG(math.MaxUint64, 5)
	r.Normal()
	saved, err := json.Marshal(r)
	require.NoError(t, err)
	var again tensor.RNG
	require.NoError(t, json.Unmarshal(saved, &again))
	for range 10 {
		assert.Equal(t, r.Normal(), again.Normal())
	}
}

// moments are the mean of xⁱ, i = 1 … 4.
func moments(n int, draw func() float64) (m [4]float64) {
	for range n {
		x, p := draw(), 1.0
		for i := range m {
			p *= x
			m[i] += p / float64(n)
		}
	}
	return m
}

func TestDistributions(t *testing.T) {
	const n = 400_000
	r := tensor.NewRNG(3)
	uniform := moments(n, r.Float64)
	for i, want := range []float64{1.0 / 2, 1.0 / 3, 1.0 / 4, 1.0 / 5} {
		assert.InDelta(t, want, uniform[i], 0.003)
	}
	normal := moments(n, r.Normal)
	for i, want := range []float64{0, 1, 0, 3} {
		assert.InDelta(t, want, normal[i], 0.05)
	}
	var counts [7]int
	for range n {
		counts[r.IntN(7)]++
	}
	for _, c := range counts {
		assert.InDelta(t, n/7, c, 5*math.Sqrt(n/7.0))
	}
	// Neighbouring streams are independent: their product has mean 0.
	i := uint64(0)
	product := moments(n, func() float64 {
		i++
		a, b := tensor.NewRNG(1, i), tensor.NewRNG(1, i+1)
		return a.Normal() * b.Normal()
	})
	assert.InDelta(t, 0, product[0], 0.01)
	assert.InDelta(t, 1, product[1], 0.05)
}

func TestIntNBounds(t *testing.T) {
	r := tensor.NewRNG(4)
	assert.Panics(t, func() { r.IntN(0) })
	assert.Zero(t, r.IntN(1))
	for range 100 {
		assert.GreaterOrEqual(t, r.IntN(math.MaxInt), 0)
	}
}

func TestPermIsFair(t *testing.T) {
	r := tensor.NewRNG(5)
	const n = 60_000
	counts := map[[3]int]int{}
	for range n {
		counts[[3]int(r.Perm(3))]++
	}
	require.Len(t, counts, 6)
	for p, c := range counts {
		assert.InDelta(t, n/6, c, 500, p)
		assert.ElementsMatch(t, []int{0, 1, 2}, p[:])
	}
	assert.Empty(t, r.Perm(0))
}
