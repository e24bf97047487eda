package parallel

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"sprout/core/autograd"
	"sprout/core/backend"
	"sprout/core/backend/simd"
	"sprout/core/op"
	"sprout/core/tensor"
)

const (
	classes = 7
	width   = 5
	length  = 3 // tokens per row, at most
)

// classifier is a small objective: embed, project, cross-entropy over masked
// tokens; the second sum counts them.
func classifier(t *testing.T, weights []float32) Replica {
	be := simd.New()
	buf, err := be.Alloc(tensor.F32, 2*tensor.Align)
	require.NoError(t, err)
	slab := tensor.Tensor{Buf: buf, Shape: tensor.Shape{2 * tensor.Align}}
	require.NoError(t, be.Write(slab, weights))
	embed := tensor.Tensor{Buf: buf, Shape: tensor.Shape{classes, width}}
	head := tensor.Tensor{Buf: buf, Off: tensor.Align, Shape: tensor.Shape{classes, width}}
	return Replica{
		Backend: be, Slab: slab, Params: []tensor.Tensor{embed, head}, Width: length,
		Record: func(tape *autograd.Tape, rows, tokens int) Graph {
			ids, targets := tape.Input(tensor.I32, rows, tokens), tape.Input(tensor.I32, rows, tokens)
			mask := tape.Input(tensor.F32, rows, tokens)
			x := tape.Emit("embedding", nil, embed, ids.Reshape(rows*tokens))[0]
			logits := tape.Emit("matmul", op.MatMul{TransB: true}, x, head)[0]
			losses := tape.Emit("cross_entropy", nil, logits, targets.Reshape(rows*tokens), mask.Reshape(rows*tokens))[0]
			return Graph{
				Ints: []tensor.Tensor{ids, targets}, Floats: []tensor.Tensor{mask},
				Sums: []tensor.Tensor{tape.Emit("sum", nil, losses)[0], tape.Emit("sum", nil, mask)[0]},
			}
		},
		Services: map[string]Service{"double": func(b *Batch, options []byte) (Result, error) {
			out := make([]float32, len(b.Ints[0]))
			for i, id := range b.Ints[0] {
				out[i] = 2 * float32(id)
			}
			return Result{Floats: out, Data: options}, nil
		}},
		Close: func() { be.Close() },
	}
}

// crew has goroutines for workers.
func crew(t *testing.T, weights []float32, batch, workers int) Crew {
	return Crew{
		Spawn: func() (Peer, error) {
			return NewGoroutine(func() (*Worker, error) { return NewWorker(classifier(t, weights), batch), nil }), nil
		},
		Workers: workers, Max: 100,
	}
}

// device is a replica on a backend whose memory cannot be looked at.
func device(r Replica) Replica {
	r.Backend = struct{ backend.Backend }{r.Backend}
	return r
}

func testWeights() []float32 {
	rng := tensor.NewRNG(3)
	w := make([]float32, 2*tensor.Align)
	for i := range classes * width {
		w[i], w[tensor.Align+i] = float32(rng.Normal()), float32(rng.Normal())
	}
	return w
}

func testBatch(rows int, seed uint64) *Batch {
	rng := tensor.NewRNG(seed)
	b := &Batch{Rows: rows, Scale: 1 / float32(rows*length-1)}
	ints, floats := [2][]int32{}, []float32{}
	for range rows * length {
		ints[0] = append(ints[0], int32(rng.IntN(classes)))
		ints[1] = append(ints[1], int32(rng.IntN(classes)))
		floats = append(floats, 1)
	}
	floats[1] = 0
	b.Ints, b.Floats = [][]int32{ints[0], ints[1]}, [][]float32{floats}
	return b
}

func outcome(t *testing.T, g *Group, b *Batch) (grad []float32, sums []float64) {
	t.Helper()
	sums, err := g.Compute(b)
	require.NoError(t, err)
	grad = make([]float32, g.Grad.Len())
	require.NoError(t, g.lead.Backend.Read(grad, g.Grad))
	return grad, append([]float64(nil), sums...)
}

func TestShardsBelongToTheBatchAlone(t *testing.T) {
	for batch, want := range map[int]int{1: 1, 2: 2, 3: 3, 4: 4, 5: 4, 12: 4, 15: 4, 16: 8, 64: 8} {
		require.Equal(t, want, Shards(batch))
	}
}

func TestDealInterleavesAndPads(t *testing.T) {
	src := []int32{0, 1, 10, 11, 20, 21, 30, 31, 40, 41}
	dst := []int32{9, 9, 9, 9}
	deal(dst, src, 5, 0, 4)
	require.Equal(t, []int32{0, 1, 40, 41}, dst)
	deal(dst, src, 5, 3, 4)
	require.Equal(t, []int32{30, 31, 0, 0}, dst)
	require.Panics(t, func() { deal(dst, src[:9], 5, 0, 4) })
}

// The same bits for any number of workers, also where they do not divide the
// shards; and the whole is what one shard of all rows computes, but for
// rounding.
func TestAnyNumberOfWorkersGivesTheSameBits(t *testing.T) {
	weights := testWeights()
	for _, rows := range []int{1, 3, 5, 12, 19, 32} {
		t.Run(fmt.Sprint(rows), func(t *testing.T) {
			single, err := NewGroup(classifier(t, weights), rows, Crew{})
			require.NoError(t, err)
			defer single.Close()
			for _, workers := range []int{2, 3, 4, 8, -3} {
				lead, help := classifier(t, weights), crew(t, weights, rows, max(workers, -workers))
				if workers < 0 {
					workers = -workers
					lead = device(lead)
					help.Spawn = func() (Peer, error) {
						return NewGoroutine(func() (*Worker, error) { return NewWorker(device(classifier(t, weights)), rows), nil }), nil
					}
				}
				g, err := NewGroup(lead, rows, help)
				require.NoError(t, err)
				require.Equal(t, min(workers, Shards(rows)), g.Workers())
				for step := range uint64(3) {
					wantGrad, wantSums := outcome(t, single, testBatch(rows, step))
					grad, sums := outcome(t, g, testBatch(rows, step))
					require.Equal(t, wantGrad, grad)
					require.Equal(t, wantSums, sums)
				}
				g.Close()
			}

			w := &Worker{Replica: classifier(t, weights), rows: rows, shards: 1, steps: map[int]*shardStep{}}
			defer w.Close()
			b := testBatch(rows, 0)
			require.NoError(t, w.compute(b, 0))
			whole := make([]float32, w.work.Len())
			require.NoError(t, w.Backend.Read(whole, w.work))
			grad, sums := outcome(t, single, b)
			require.InDeltaSlice(t, whole[:len(grad)], grad, 1e-6)
			require.InEpsilon(t, whole[len(grad)], sums[0], 1e-5)
			require.EqualValues(t, rows*length-1, sums[1], "padding is masked")
		})
	}
}

// The order of additions, seen from outside: values that only one tree of
// float32 additions turns into this sum.
func TestSumIsAFixedTree(t *testing.T) {
	const n = 8
	be := simd.New()
	buf, err := be.Alloc(tensor.F32, tensor.Align)
	require.NoError(t, err)
	slab := tensor.Tensor{Buf: buf, Shape: tensor.Shape{tensor.Align}}
	one := tensor.Tensor{Buf: buf, Shape: tensor.Shape{1}}
	g, err := NewGroup(Replica{
		Backend: be, Slab: slab, Params: []tensor.Tensor{one},
		Record: func(tape *autograd.Tape, rows, _ int) Graph {
			x := tape.Input(tensor.F32, rows)
			return Graph{Floats: []tensor.Tensor{x}, Sums: []tensor.Tensor{tape.Emit("sum", nil, x)[0]}}
		},
	}, 16, Crew{})
	require.NoError(t, err)
	defer g.Close()
	values := []float32{1e8, 3, -1e8, 5, 7e7, 0.3, -7e7, 11}
	b := &Batch{Rows: 16, Floats: [][]float32{make([]float32, 16)}}
	copy(b.Floats[0], values) // row i and row i+8 share shard i
	sums, err := g.Compute(b)
	require.NoError(t, err)
	s := func(i int) float32 { return values[i] }
	want := ((s(0) + s(1)) + (s(2) + s(3))) + ((s(4) + s(5)) + (s(6) + s(7)))
	require.EqualValues(t, want, sums[0])
	var inOrder float32
	for i := range n {
		inOrder += s(i)
	}
	require.NotEqual(t, want, inOrder, "the values tell orders apart")
}

// A peer that fails, at the start of a step or in its middle, has its part done
// by the leader in that very step and is replaced for the next.
func TestALostPeerChangesNoBit(t *testing.T) {
	weights := testWeights()
	single, err := NewGroup(classifier(t, weights), 16, Crew{})
	require.NoError(t, err)
	defer single.Close()
	for _, fails := range []int{0, 1, 2, 3} {
		c := crew(t, weights, 16, 3)
		spawned, spawn := 0, c.Spawn
		c.Spawn = func() (Peer, error) {
			p, err := spawn()
			if spawned++; spawned == 1 { // the first has two nodes to hand in
				return &mortal{Peer: p, left: fails}, err
			}
			return p, err
		}
		var lost []bool
		c.OnLost = func(err error, replaced bool) {
			require.ErrorIs(t, err, errKilled)
			lost = append(lost, replaced)
		}
		g, err := NewGroup(classifier(t, weights), 16, c)
		require.NoError(t, err)
		for step := range uint64(4) {
			wantGrad, _ := outcome(t, single, testBatch(16, step))
			grad, _ := outcome(t, g, testBatch(16, step))
			require.Equal(t, wantGrad, grad, "step %d", step)
		}
		require.Equal(t, []bool{true}, lost)
		require.Equal(t, 3, spawned)
		require.Equal(t, 3, g.Workers())
		g.Close()
	}
}

// Where workers keep dying the leader goes on alone.
func TestTooManyLossesEndTheReplacing(t *testing.T) {
	weights := testWeights()
	c := crew(t, weights, 12, 2)
	c.Spawn = func() (Peer, error) {
		return NewGoroutine(func() (*Worker, error) { panic("no memory") }), nil
	}
	var lost []bool
	c.OnLost = func(err error, replaced bool) {
		require.ErrorContains(t, err, "no memory")
		lost = append(lost, replaced)
	}
	g, err := NewGroup(classifier(t, weights), 12, c)
	require.NoError(t, err)
	defer g.Close()
	single, err := NewGroup(classifier(t, weights), 12, Crew{})
	require.NoError(t, err)
	defer single.Close()
	for step := range uint64(6) {
		wantGrad, _ := outcome(t, single, testBatch(12, step))
		grad, _ := outcome(t, g, testBatch(12, step))
		require.Equal(t, wantGrad, grad)
	}
	require.Equal(t, []bool{true, true, true, false}, lost)
	require.Equal(t, 1, g.Workers())
}

// mortal fails after so many results.
type mortal struct {
	Peer
	left int
}

var errKilled = errors.New("killed")

func (m *mortal) Start(w []float32, j *Job) error {
	if m.left == 0 {
		return errKilled
	}
	return m.Peer.Start(w, j)
}

func (m *mortal) Next() (Result, error) {
	if m.left--; m.left < 0 {
		return Result{}, errKilled
	}
	return m.Peer.Next()
}

// New weights reach every peer, and travel only when they have changed.
func TestWeightsTravelWhenTheyChange(t *testing.T) {
	weights := testWeights()
	c := crew(t, weights, 12, 2)
	sent, spawn := 0, c.Spawn
	c.Spawn = func() (Peer, error) {
		p, err := spawn()
		return &counting{p, &sent}, err
	}
	g, err := NewGroup(classifier(t, weights), 12, c)
	require.NoError(t, err)
	defer g.Close()
	single, err := NewGroup(classifier(t, weights), 12, Crew{})
	require.NoError(t, err)
	defer single.Close()
	for step := range uint64(6) {
		if step%2 == 0 {
			for i := range weights {
				weights[i] *= 0.9
			}
			for _, x := range []*Group{g, single} {
				require.NoError(t, x.lead.Backend.Write(x.lead.Slab, weights))
				x.Changed()
			}
		}
		wantGrad, _ := outcome(t, single, testBatch(12, step))
		grad, _ := outcome(t, g, testBatch(12, step))
		require.Equal(t, wantGrad, grad)
	}
	require.Equal(t, 3, sent)
}

type counting struct {
	Peer
	sent *int
}

func (c *counting) Start(w []float32, j *Job) error {
	if w != nil {
		*c.sent++
	}
	return c.Peer.Start(w, j)
}

// The number of workers may change between any two steps.
func TestWorkersMayChangeAtAnyTime(t *testing.T) {
	weights := testWeights()
	g, err := NewGroup(classifier(t, weights), 32, crew(t, weights, 32, 1))
	require.NoError(t, err)
	defer g.Close()
	single, err := NewGroup(classifier(t, weights), 32, Crew{})
	require.NoError(t, err)
	defer single.Close()
	for step, n := range []int{1, 8, 3, 2, 100, 1} {
		g.SetWorkers(n)
		require.Equal(t, min(n, 8), g.Workers())
		require.Equal(t, n, g.Requested())
		wantGrad, _ := outcome(t, single, testBatch(32, uint64(step)))
		grad, _ := outcome(t, g, testBatch(32, uint64(step)))
		require.Equal(t, wantGrad, grad)
	}
}

func TestServicesDealRowsInOrder(t *testing.T) {
	weights := testWeights()
	for _, workers := range []int{1, 2, 3, 4} {
		for _, rows := range []int{1, 3, 64, 5 * rowsInOne} {
			c := crew(t, weights, 12, workers)
			yields := 0
			if workers != 2 {
				c.Yield = func() { yields++ }
			}
			if workers == 3 {
				spawn := c.Spawn
				c.Spawn = func() (Peer, error) {
					p, err := spawn()
					return &mortal{Peer: p, left: 0}, err
				}
			}
			g, err := NewGroup(classifier(t, weights), 12, c)
			require.NoError(t, err)
			b := testBatch(rows, 7)
			var ids []float32
			err = g.Serve("double", b, []byte(`3`), func(first int, r Result) error {
				require.Equal(t, first*length, len(ids))
				require.Equal(t, `3`, string(r.Data))
				ids = append(ids, r.Floats...)
				return nil
			})
			require.NoError(t, err)
			require.Len(t, ids, rows*length)
			for i, id := range b.Ints[0] {
				require.EqualValues(t, 2*id, ids[i])
			}
			if workers == 1 {
				require.Equal(t, (rows+rowsInOne-1)/rowsInOne, yields)
			}
			require.Equal(t, workers != 2, yields > 0)
			g.Close()
		}
	}
}

func TestReplayAllocatesNothing(t *testing.T) {
	for _, workers := range []int{1, 2, 4} {
		g, err := NewGroup(classifier(t, testWeights()), 16, crew(t, testWeights(), 16, workers))
		require.NoError(t, err)
		defer g.Close()
		b := testBatch(16, 1)
		short, _ := narrow(16, 2, 1)
		compute := func() {
			g.Changed()
			for _, b := range []*Batch{b, short} {
				if _, err := g.Compute(b); err != nil {
					t.Fatal(err)
				}
			}
		}
		compute()
		require.Zero(t, testing.AllocsPerRun(20, compute), "%d workers", workers)
	}
}

func TestBatchMustFit(t *testing.T) {
	g, err := NewGroup(classifier(t, testWeights()), 4, Crew{})
	require.NoError(t, err)
	defer g.Close()
	require.Panics(t, func() { g.Compute(testBatch(5, 1)) })
	b := testBatch(4, 1)
	b.Floats = nil
	require.Panics(t, func() { g.Compute(b) })
	require.Panics(t, func() { NewGroup(classifier(t, testWeights()), 0, Crew{}) })
}
