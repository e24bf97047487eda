package workload

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"sprout/core/backend/simd"
)

// The first tokens of the peers' own batches.
func TestDataIsThePeers(t *testing.T) {
	s := Shapes["char"]
	first, last := s.batch(0), s.batch(3)
	assert.Equal(t, []int32{54, 34, 47, 38, 2, 33}, first.Ints[0][:6])
	assert.Equal(t, []int32{34, 47, 38, 2, 33, 29}, first.Ints[1][:6], "targets are the next tokens")
	assert.Equal(t, []int32{43, 50, 59}, first.Ints[0][12*64-3:])
	assert.Equal(t, []int32{14, 0, 7, 18, 56, 12}, last.Ints[0][:6])
}

func TestParameters(t *testing.T) {
	assert.InDelta(t, 803_000, Shapes["char"].Model.ParamCount(), 5000)
	assert.InDelta(t, 10_700_000, Shapes["large"].Model.ParamCount(), 100_000)
}

func TestLossFallsFromLnV(t *testing.T) {
	tr, err := NewTrainer(simd.New(), Shapes["char"])
	require.NoError(t, err)
	defer tr.Close()
	first, err := tr.Step()
	require.NoError(t, err)
	assert.InDelta(t, math.Log(65), first, 0.2)
	last := first
	for range 9 {
		last, err = tr.Step()
		require.NoError(t, err)
	}
	assert.Less(t, last, first)
}

func TestDecode(t *testing.T) {
	d, err := Decode(Host{}, "char")
	require.NoError(t, err)
	assert.Positive(t, d.Rate.KV)
}
