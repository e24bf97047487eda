package parallel

import (
	"testing"

	"github.com/stretchr/testify/require"

	"sprout/core/backend"
	"sprout/core/tensor"
)

// narrow is a batch of which only so many tokens of each row are there, and whole
// the same in full width, with padding under mask 0 behind them.
func narrow(rows, tokens int, seed uint64) (part, whole *Batch) {
	whole = testBatch(rows, seed)
	part = &Batch{Rows: rows, Width: tokens, Scale: whole.Scale, Ints: [][]int32{nil, nil}, Floats: [][]float32{nil}}
	for r := range rows {
		from, to := r*length, r*length+tokens
		for i, x := range whole.Ints {
			part.Ints[i] = append(part.Ints[i], x[from:to]...)
			clear(x[to : (r+1)*length])
		}
		part.Floats[0] = append(part.Floats[0], whole.Floats[0][from:to]...)
		clear(whole.Floats[0][to : (r+1)*length])
	}
	return part, whole
}

// Batches of several widths in turn: padding adds nothing but rounding, and the
// bits are the same for any number of workers and whatever came before.
func TestWidthsTakeTurns(t *testing.T) {
	weights := testWeights()
	const rows = 19
	for _, workers := range []int{1, 2, 3, 8} {
		g, err := NewGroup(classifier(t, weights), rows, crew(t, weights, rows, workers))
		require.NoError(t, err)
		defer g.Close()
		for step, tokens := range []int{2, 3, 1, 2, 1, 3} {
			part, whole := narrow(rows, tokens, uint64(step))
			grad, sums := outcome(t, g, part)
			fresh, err := NewGroup(classifier(t, weights), rows, Crew{})
			require.NoError(t, err)
			wantGrad, wantSums := outcome(t, fresh, part)
			require.Equal(t, wantGrad, grad, "%d workers, %d tokens", workers, tokens)
			require.Equal(t, wantSums, sums)
			padded, paddedSums := outcome(t, fresh, whole)
			require.InDeltaSlice(t, padded, grad, 1e-6)
			require.InEpsilon(t, paddedSums[0], sums[0], 1e-5)
			require.Equal(t, paddedSums[1], sums[1])
			fresh.Close()
		}
		part, _ := narrow(rows, 2, 1)
		require.Panics(t, func() {
			part.Width = 1
			g.lead.compute(part, 0)
		}, "a width that is not that of the data")
	}
}

// ledger counts what is reserved and not given back, in elements.
type ledger struct {
	backend.Backend
	sizes map[tensor.Buffer]int
	held  int
}

func (l *ledger) Alloc(dt tensor.DType, n int) (tensor.Buffer, error) {
	b, err := l.Backend.Alloc(dt, n)
	l.sizes[b], l.held = n, l.held+n
	return b, err
}

func (l *ledger) Free(b tensor.Buffer) {
	l.held -= l.sizes[b]
	l.Backend.Free(b)
}

// All widths that have been recorded are counted, take little more than the widest
// alone, and are given back.
func TestMemoryOfWidths(t *testing.T) {
	const rows = 64
	l := &ledger{sizes: map[tensor.Buffer]int{}}
	r := classifier(t, testWeights())
	l.Backend, r.Backend = r.Backend, l
	r.Close = nil
	g, err := NewGroup(r, rows, Crew{})
	require.NoError(t, err)
	widest := g.Bytes()
	sums := 4 * int64(g.lead.work.Len()) * int64(1+len(g.lead.levels))
	require.EqualValues(t, 4*l.held, widest)
	for _, tokens := range []int{1, 2} {
		part, _ := narrow(rows, tokens, 1)
		outcome(t, g, part)
	}
	require.EqualValues(t, 4*l.held, g.Bytes())
	require.Greater(t, g.Bytes(), widest)
	require.Less(t, g.Bytes()-sums, 3*(widest-sums)/2, "three widths")
	g.Close()
	require.Zero(t, l.held)
}

// What is told of times is as if all batches were as wide as can be: a number of
// workers must not win because its batches were short.
func TestWidthsAreNoPartOfASpeed(t *testing.T) {
	now := 0.0
	weights := testWeights()
	c := crew(t, weights, 16, 0)
	c.Max, c.Now = 2, func() float64 { return now }
	g, err := NewGroup(classifier(t, weights), 16, c)
	require.NoError(t, err)
	defer g.Close()
	for step := uint64(0); g.Calibrating(); step++ {
		tokens := 1 + int(step)%length
		part, _ := narrow(16, tokens, step)
		require.NoError(t, g.Start(part))
		now += float64(10 * tokens)
		g.clocked(part)
	}
	for _, s := range g.Calibration() {
		require.InDelta(t, 1000./30, s.StepsPerSec, 1e-9)
	}
}
