package workload

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"sprout/core/backend/simd"
	"sprout/core/op"
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
	tr, err := NewTrainer(Host{}, simd.New(), Shapes["char"], 1)
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

// A step's calls are seen without computing any, and each can be made alone.
func TestStepCalls(t *testing.T) {
	calls, err := stepCalls("char")
	require.NoError(t, err)
	seen := map[op.Kind]int{}
	for _, c := range calls {
		seen[c.Kind] += c.count
	}
	shards, layers := 4, Shapes["char"].Model.Layers
	assert.Equal(t, shards*layers, seen["attention"])
	// Seven products with weights per layer and the head's, forward and twice backward.
	assert.Equal(t, 3*shards*(7*layers+1), seen["matmul"])
	assert.Equal(t, 2, seen["adamw"], "matrices, which decay, and vectors")

	be := simd.New()
	defer be.Close()
	for _, c := range calls {
		b, err := newBench(be, c)
		require.NoError(t, err)
		require.NoError(t, b.run(), describe(c.Call))
		out := make([]float32, b.calls[0].Out[0].Len())
		require.NoError(t, be.Read(out, b.calls[0].Out[0]))
		assert.False(t, math.IsNaN(float64(out[len(out)-1])), "%s gives NaN", describe(c.Call))
	}
}

// What needs no long run: the same losses for any number of workers, and a heap
// that stays as it is.
func TestWorkersAndHeap(t *testing.T) {
	var losses [2][3]float64
	for i, workers := range []int{1, 3} {
		tr, err := NewTrainer(Native(), simd.New(), tiny, workers)
		require.NoError(t, err)
		assert.Equal(t, workers, tr.group.Workers())
		for s := range losses[i] {
			losses[i][s], err = tr.Step()
			require.NoError(t, err)
		}
		tr.Close()
	}
	assert.Equal(t, losses[0], losses[1])

	// The count is the whole process's: the collector empties pools, goroutines
	// of the groups above end. What a step allocates shows every time.
	least := math.Inf(1)
	for range 3 {
		u, err := heapUse(Native(), tiny, 1, 20, 200)
		require.NoError(t, err)
		least = min(least, u.PerStep)
	}
	assert.Less(t, least, 1.0, "bytes per step")
}

func TestFLOPs(t *testing.T) {
	n, err := flops(Shapes["char"])
	require.NoError(t, err)
	assert.InEpsilon(t, 3.9e9, n, 0.03)
}

func TestPeak(t *testing.T) {
	assert.Positive(t, chains(1))
}
