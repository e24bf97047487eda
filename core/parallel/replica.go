package parallel

import (
	"fmt"

	"sprout/core/autograd"
	"sprout/core/backend"
	"sprout/core/tensor"
)

// Graph is what an objective has recorded for one shard.
type Graph struct {
	Ints, Floats []tensor.Tensor // inputs in the order of Batch; first axis: rows of the shard
	// Sums are [1] each, added over all shards. The first is the loss that is
	// minimised, a sum and no mean; the others are only measured.
	Sums []tensor.Tensor
	// Ready, if not nil, writes inputs that stay the same in every step.
	Ready func(*autograd.Plan) error
}

// Replica is a model on one backend, as a group needs it.
type Replica struct {
	Backend backend.Backend
	Slab    tensor.Tensor   // the trained weights, [n]
	Params  []tensor.Tensor // views into Slab that get gradients
	// Record puts the objective for so many rows on a tape.
	Record func(t *autograd.Tape, rows int) Graph
	Close  func()
}

// worker replays one recorded shard step on one backend. Its work slab holds
// the gradients, laid out like the weights, and behind them the sums.
type worker struct {
	Replica
	plan   *autograd.Plan
	ints   []tensor.Tensor
	floats []tensor.Tensor
	seed   tensor.Tensor
	work   tensor.Tensor

	hostInts   [][]int32
	hostFloats [][]float32
	hostSeed   [1]float32
	sums       int
}

func newWorker(r Replica, rows int) (*worker, error) {
	w := &worker{Replica: r}
	t := autograd.NewTape()
	graph := r.Record(t, rows)
	w.sums = len(graph.Sums)
	var err error
	if w.work, err = alloc(r.Backend, r.Slab.Len()+w.sums*tensor.Align); err != nil {
		return nil, err
	}

	seed := t.Input(tensor.F32, 1)
	grads := t.Backward(graph.Sums[0], seed, r.Params...)
	for i, p := range r.Params {
		t.Bind(grads[i], tensor.Tensor{Buf: w.work.Buf, Off: p.Off - r.Slab.Off, DType: p.DType, Shape: p.Shape})
	}
	for i, s := range graph.Sums {
		t.Bind(s, w.sum(i))
	}
	if w.plan, err = t.Compile(r.Backend); err != nil {
		w.close()
		return nil, err
	}
	w.seed = w.plan.At(seed)
	for _, x := range graph.Ints {
		w.ints = append(w.ints, w.plan.At(x))
		w.hostInts = append(w.hostInts, make([]int32, x.Len()))
	}
	for _, x := range graph.Floats {
		w.floats = append(w.floats, w.plan.At(x))
		w.hostFloats = append(w.hostFloats, make([]float32, x.Len()))
	}
	if graph.Ready != nil {
		if err := graph.Ready(w.plan); err != nil {
			w.close()
			return nil, err
		}
	}
	return w, nil
}

// sum is the place of sum i behind the gradients.
func (w *worker) sum(i int) tensor.Tensor {
	return tensor.Tensor{Buf: w.work.Buf, Off: w.Slab.Len() + i*tensor.Align, DType: tensor.F32, Shape: scalar}
}

var scalar = tensor.Shape{1}

// compute leaves the gradient and the sums of one shard in the work slab.
func (w *worker) compute(b *Batch, shard, shards int) error {
	if len(b.Ints) != len(w.ints) || len(b.Floats) != len(w.floats) {
		panic(fmt.Sprintf("parallel: batch of %d + %d inputs for a graph of %d + %d", len(b.Ints), len(b.Floats), len(w.ints), len(w.floats)))
	}
	for i, x := range w.ints {
		deal(w.hostInts[i], b.Ints[i], b.Rows, shard, shards)
		if err := w.Backend.WriteInts(x, w.hostInts[i]); err != nil {
			return err
		}
	}
	for i, x := range w.floats {
		deal(w.hostFloats[i], b.Floats[i], b.Rows, shard, shards)
		if err := w.Backend.Write(x, w.hostFloats[i]); err != nil {
			return err
		}
	}
	w.hostSeed[0] = b.Scale
	if err := w.Backend.Write(w.seed, w.hostSeed[:]); err != nil {
		return err
	}
	return w.plan.Run()
}

func (w *worker) close() {
	if w.plan != nil {
		w.plan.Close()
		w.plan = nil
	}
	if !w.work.IsNone() {
		w.Backend.Free(w.work.Buf)
		w.work = tensor.None
	}
	if w.Close != nil {
		w.Close()
		w.Close = nil
	}
}

func alloc(be backend.Backend, n int) (tensor.Tensor, error) {
	buf, err := be.Alloc(tensor.F32, n)
	if err != nil {
		return tensor.None, fmt.Errorf("reserving memory for gradients: %w", err)
	}
	return tensor.Tensor{Buf: buf, DType: tensor.F32, Shape: tensor.Shape{n}}, nil
}
