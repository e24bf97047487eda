package parallel

import (
	"testing"

	"github.com/stretchr/testify/require"

	"sprout/core/autograd"
	"sprout/core/backend/simd"
	"sprout/core/op"
	"sprout/core/tensor"
)

// adapted is a classifier of which only a thin product beside the frozen head
// is trained. frozen nil leaves the frozen weights zero, as in a worker that is
// built from a blueprint.
func adapted(t *testing.T, trained, frozen []float32) Replica {
	r := classifier(t, trained)
	be := r.Backend.(*simd.Backend)
	alloc := func(rows int) tensor.Tensor {
		buf, err := be.Alloc(tensor.F32, rows*width)
		require.NoError(t, err)
		return tensor.Tensor{Buf: buf, Shape: tensor.Shape{rows, width}}
	}
	embed, head := alloc(classes), alloc(classes)
	r.Frozen = []tensor.Tensor{embed, head}
	if frozen != nil {
		require.NoError(t, be.Write(embed, frozen[:classes*width]))
		require.NoError(t, be.Write(head, frozen[classes*width:]))
	}
	thin := r.Params[1]
	r.Params = r.Params[1:]
	r.Record = func(tape *autograd.Tape, rows, _ int) Graph {
		ids, targets := tape.Input(tensor.I32, rows, length), tape.Input(tensor.I32, rows, length)
		mask := tape.Input(tensor.F32, rows, length)
		x := tape.Emit("embedding", nil, embed, ids.Reshape(rows*length))[0]
		logits := tape.Emit("add", nil,
			tape.Emit("matmul", op.MatMul{TransB: true}, x, head)[0],
			tape.Emit("matmul", op.MatMul{TransB: true}, x, thin)[0])[0]
		losses := tape.Emit("cross_entropy", nil, logits, targets.Reshape(rows*length), mask.Reshape(rows*length))[0]
		return Graph{
			Ints: []tensor.Tensor{ids, targets}, Floats: []tensor.Tensor{mask},
			Sums: []tensor.Tensor{tape.Emit("sum", nil, losses)[0]},
		}
	}
	r.Services = map[string]Service{"head": func(b *Batch, _ []byte) (Result, error) {
		out := make([]float32, head.Len())
		return Result{Floats: out}, be.Read(out, head)
	}}
	return r
}

func frozenWeights() []float32 {
	rng := tensor.NewRNG(11)
	w := make([]float32, 2*classes*width)
	for i := range w {
		w[i] = float32(rng.Normal())
	}
	return w
}

// freezer is a crew whose peers know nothing of the weights.
func freezer(t *testing.T, batch, workers int, each func(n int, p Peer) Peer) Crew {
	n := 0
	return Crew{Workers: workers, Max: 100, Spawn: func() (Peer, error) {
		p := NewGoroutine(func() (*Worker, error) {
			return NewWorker(adapted(t, make([]float32, 2*tensor.Align), nil), batch), nil
		})
		n++
		return each(n, p), nil
	}}
}

// weighed notes how many weights came with each job.
type weighed struct {
	Peer
	got *[]int
}

func (w *weighed) Start(weights []float32, j *Job) error {
	*w.got = append(*w.got, len(weights))
	return w.Peer.Start(weights, j)
}

// Frozen weights reach every worker, once; those of the slab travel whenever
// they have changed. A worker that takes another's place gets both. No bit
// depends on any of it.
func TestFrozenWeightsTravelOnce(t *testing.T) {
	const rows = 16
	slab, frozen := 2*tensor.Align, 2*classes*width
	for _, workers := range []int{1, 2, 3} {
		for _, hidden := range []bool{false, true} { // whether the backend's memory can be seen
			weights := testWeights()
			single, err := NewGroup(adapted(t, weights, frozenWeights()), rows, Crew{})
			require.NoError(t, err)
			var got [4][]int
			lead := adapted(t, weights, frozenWeights())
			if hidden {
				lead = device(lead)
			}
			g, err := NewGroup(lead, rows, freezer(t, rows, workers, func(n int, p Peer) Peer {
				p = &weighed{p, &got[n]}
				if n == 1 {
					return &mortal{Peer: p, left: 5} // in the midst of its third step
				}
				return p
			}))
			require.NoError(t, err)
			for step := range uint64(6) {
				for i := range weights {
					weights[i] *= 0.9
				}
				for _, x := range []*Group{g, single} {
					require.NoError(t, x.lead.Backend.Write(x.lead.Slab, weights))
					x.Changed()
				}
				wantGrad, wantSums := outcome(t, single, testBatch(rows, step))
				grad, sums := outcome(t, g, testBatch(rows, step))
				require.Equal(t, wantGrad, grad, "%d workers, step %d", workers, step)
				require.Equal(t, wantSums, sums)
			}
			require.NoError(t, g.Serve("head", testBatch(rows, 0), nil, func(_ int, r Result) error {
				require.Equal(t, frozenWeights()[classes*width:], r.Floats)
				return nil
			}))
			for n := 1; n < workers; n++ {
				require.Equal(t, slab+frozen, got[n][0], "worker %d", n)
				for _, later := range got[n][1:] {
					require.Contains(t, []int{0, slab}, later)
				}
			}
			if workers > 1 {
				require.Equal(t, slab+frozen, got[workers][0], "the one that took the first one's place")
				require.Equal(t, workers, g.Workers())
			}
			g.Close()
			single.Close()
		}
	}
}

// Before any step, a service is enough for the frozen weights to be there.
func TestServicesSeeFrozenWeights(t *testing.T) {
	g, err := NewGroup(adapted(t, testWeights(), frozenWeights()), 12, freezer(t, 12, 3, func(_ int, p Peer) Peer { return p }))
	require.NoError(t, err)
	defer g.Close()
	parts := 0
	require.NoError(t, g.Serve("head", testBatch(12, 0), nil, func(_ int, r Result) error {
		parts++
		require.Equal(t, frozenWeights()[classes*width:], r.Floats)
		return nil
	}))
	require.Equal(t, 3, parts)
}
