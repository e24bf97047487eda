package parallel

import (
	"fmt"
	"math/bits"

	"sprout/core/autograd"
	"sprout/core/backend"
	"sprout/core/op"
	"sprout/core/tensor"
)

// Worker is the side that computes: one replica with its recorded shard steps, one
// for each width of rows, wherever it runs. Its work slab holds the gradients, laid
// out like the weights, and behind them the sums.
type Worker struct {
	Replica
	rows, shards int // of a batch: rows of each shard

	steps    map[int]*shardStep // by width, recorded when a batch first has it; use step
	last     *shardStep         // that was run, or recorded first
	work     tensor.Tensor
	sums     int
	levels   []level     // of the tree of additions
	results  [][]float32 // a copy of the work slab for each node of a job
	hostSeed [1]float32
}

// shardStep computes the gradient of a shard of one width.
type shardStep struct {
	plan       *autograd.Plan
	ints       []tensor.Tensor
	floats     []tensor.Tensor
	seed       tensor.Tensor
	hostInts   [][]int32
	hostFloats [][]float32
}

// level is a depth of the tree: the left half's sum waits here for the right.
type level struct {
	left  tensor.Tensor
	store *autograd.Plan // left = work
	add   *autograd.Plan // work = left + work
}

// NewWorker serves jobs with a replica, gradients for batches of so many rows.
// The replica is closed with the worker.
func NewWorker(r Replica, batch int) *Worker {
	return &Worker{Replica: r, rows: rowsPerShard(batch), shards: Shards(batch), steps: map[int]*shardStep{}}
}

// Do computes a job. weights, if not nil, replace those of the replica first:
// Slab, or Slab and then all of Frozen. emit is called with each result, which
// is valid until the next job.
func (w *Worker) Do(weights []float32, j *Job, emit func(Result) error) error {
	if weights != nil {
		if err := w.load(weights); err != nil {
			return err
		}
	}
	if j.Kind == memoryService {
		return emit(ownMemory())
	}
	if j.Kind != Gradient {
		s := w.Services[j.Kind]
		if s == nil {
			panic(fmt.Sprintf("parallel: no service %q", j.Kind))
		}
		r, err := s(j.Batch, j.Options)
		if err != nil {
			return err
		}
		return emit(r)
	}
	if _, err := w.step(j.Batch.Width); err != nil { // the sums need the work slab
		return err
	}
	for i, n := range j.Nodes {
		if err := w.sum(j.Batch, n, nil); err != nil {
			return err
		}
		floats, err := w.result(i, i == len(j.Nodes)-1)
		if err != nil {
			return err
		}
		if err := emit(Result{Floats: floats}); err != nil {
			return err
		}
	}
	return nil
}

func (w *Worker) load(weights []float32) error {
	n := w.Slab.Len()
	if err := w.Backend.Write(w.Slab, weights[:n]); err != nil {
		return err
	}
	if weights = weights[n:]; len(weights) == 0 {
		return nil
	}
	for _, f := range w.Frozen {
		if err := w.Backend.Write(f, weights[:f.Len()]); err != nil {
			return err
		}
		weights = weights[f.Len():]
	}
	return nil
}

// result is the work slab, to stay as it is until the next job: a copy, unless
// nothing more is computed in this one.
func (w *Worker) result(i int, last bool) ([]float32, error) {
	if v, ok := w.Backend.(backend.Viewer); ok && last {
		return v.View(w.work), nil
	}
	for i >= len(w.results) {
		w.results = append(w.results, make([]float32, w.work.Len()))
	}
	return w.results[i], w.Backend.Read(w.results[i], w.work)
}

// Close frees everything.
func (w *Worker) Close() {
	for _, s := range w.steps { // the first one lends memory, which nobody uses any more
		s.plan.Close()
	}
	w.steps, w.last = nil, nil
	for _, l := range w.levels {
		l.close(w)
	}
	w.levels = nil
	if !w.work.IsNone() {
		w.Backend.Free(w.work.Buf)
		w.work = tensor.None
	}
	if w.Replica.Close != nil {
		w.Replica.Close()
		w.Replica.Close = nil
	}
}

// step is the shard step of a batch's width. The first one that is recorded is the
// widest; the others compute in its memory.
func (w *Worker) step(width int) (*shardStep, error) {
	if width == 0 {
		width = w.Width
	}
	if s := w.steps[width]; s != nil {
		return s, nil
	}
	var widest *shardStep
	if width != w.Width {
		var err error
		if widest, err = w.step(w.Width); err != nil {
			return nil, err
		}
	}
	s, err := w.record(width, widest)
	if err == nil && w.last == nil {
		w.last = s
	}
	return s, err
}

// record compiles the shard step of a width.
func (w *Worker) record(width int, widest *shardStep) (*shardStep, error) {
	t := autograd.NewTape()
	graph := w.Record(t, w.rows, width)
	if w.work.IsNone() {
		w.sums = len(graph.Sums)
		work, err := alloc(w.Backend, w.Slab.Len()+w.sums*tensor.Align)
		if err != nil {
			return nil, err
		}
		w.work = work
	}
	seed := t.Input(tensor.F32, 1)
	grads := t.Backward(graph.Sums[0], seed, w.Params...)
	for i, p := range w.Params {
		t.Bind(grads[i], tensor.Tensor{Buf: w.work.Buf, Off: p.Off - w.Slab.Off, DType: p.DType, Shape: p.Shape})
	}
	for i, s := range graph.Sums {
		t.Bind(s, w.sumAt(i))
	}
	var plan *autograd.Plan
	var err error
	if widest == nil {
		plan, err = t.Compile(w.Backend)
	} else {
		plan, err = t.CompileBeside(widest.plan)
	}
	if err != nil {
		return nil, err
	}
	s := &shardStep{plan: plan, seed: plan.At(seed)}
	w.steps[width] = s
	for _, x := range graph.Ints {
		s.ints = append(s.ints, plan.At(x))
		s.hostInts = append(s.hostInts, make([]int32, x.Len()))
	}
	for _, x := range graph.Floats {
		s.floats = append(s.floats, plan.At(x))
		s.hostFloats = append(s.hostFloats, make([]float32, x.Len()))
	}
	if graph.Ready != nil {
		return s, graph.Ready(plan)
	}
	return s, nil
}

// stepBytes is the memory of the recorded steps.
func (w *Worker) stepBytes() (n int64) {
	for _, s := range w.steps {
		n += s.plan.Bytes()
	}
	return n
}

// sumAt is the place of sum i behind the gradients.
func (w *Worker) sumAt(i int) tensor.Tensor {
	return tensor.Tensor{Buf: w.work.Buf, Off: w.Slab.Len() + i*tensor.Align, DType: tensor.F32, Shape: scalar}
}

// allSums are the sums with what lies between them.
func (w *Worker) allSums() tensor.Tensor {
	return tensor.Tensor{Buf: w.work.Buf, Off: w.Slab.Len(), DType: tensor.F32, Shape: tensor.Shape{w.sums * tensor.Align}}
}

var scalar = tensor.Shape{1}

type fetcher func(n Node, to tensor.Tensor) (there bool, err error)

// sum leaves the gradients of a node's shards in the work slab, added as the
// fixed tree adds them. fetch, if not nil, is asked first: where another worker
// has a node's sum, it brings it into the given slab and says true.
func (w *Worker) sum(b *Batch, n Node, fetch fetcher) error {
	if fetch != nil {
		if there, err := fetch(n, w.work); there || err != nil {
			return err
		}
	}
	if n.Count == 1 {
		return w.compute(b, n.First)
	}
	l, err := w.level(bits.Len(uint(n.Count - 1)))
	if err != nil {
		return err
	}
	left, right := n.halves()
	if err := w.sum(b, left, fetch); err != nil {
		return err
	}
	if fetch != nil {
		// Where another has the right half, it goes to the other slab: a sum of two
		// has the same bits either way round.
		if there, err := fetch(right, l.left); err != nil {
			return err
		} else if there {
			return l.add.Run()
		}
	}
	if err := l.store.Run(); err != nil {
		return err
	}
	if err := w.sum(b, right, fetch); err != nil {
		return err
	}
	return l.add.Run()
}

// compute leaves the gradient and the sums of one shard in the work slab.
func (w *Worker) compute(b *Batch, shard int) error {
	s, err := w.step(b.Width)
	if err != nil {
		return err
	}
	if len(b.Ints) != len(s.ints) || len(b.Floats) != len(s.floats) {
		panic(fmt.Sprintf("parallel: batch of %d + %d inputs for a graph of %d + %d", len(b.Ints), len(b.Floats), len(s.ints), len(s.floats)))
	}
	for i, x := range s.ints {
		deal(s.hostInts[i], b.Ints[i], b.Rows, shard, w.shards)
		if err := w.Backend.WriteInts(x, s.hostInts[i]); err != nil {
			return err
		}
	}
	for i, x := range s.floats {
		deal(s.hostFloats[i], b.Floats[i], b.Rows, shard, w.shards)
		if err := w.Backend.Write(x, s.hostFloats[i]); err != nil {
			return err
		}
	}
	w.hostSeed[0] = b.Scale
	if err := w.Backend.Write(s.seed, w.hostSeed[:]); err != nil {
		return err
	}
	w.last = s
	return s.plan.Run()
}

// level n joins up to 2ⁿ shards.
func (w *Worker) level(n int) (*level, error) {
	for len(w.levels) < n {
		l, err := newLevel(w)
		if err != nil {
			return nil, err
		}
		w.levels = append(w.levels, l)
	}
	return &w.levels[n-1], nil
}

func newLevel(w *Worker) (l level, err error) {
	if l.left, err = alloc(w.Backend, w.work.Len()); err != nil {
		return l, err
	}
	if l.add, err = record(w, "add", w.work, l.left, w.work); err != nil {
		l.close(w)
		return l, err
	}
	if l.store, err = record(w, "copy", l.left, w.work); err != nil {
		l.close(w)
	}
	return l, err
}

// record compiles a single operation.
func record(w *Worker, kind op.Kind, out tensor.Tensor, in ...tensor.Tensor) (*autograd.Plan, error) {
	t := autograd.NewTape()
	t.Bind(t.Emit(kind, nil, in...)[0], out)
	return t.Compile(w.Backend)
}

func (l level) close(w *Worker) {
	for _, p := range []*autograd.Plan{l.add, l.store} {
		if p != nil {
			p.Close()
		}
	}
	w.Backend.Free(l.left.Buf)
}

func alloc(be backend.Backend, n int) (tensor.Tensor, error) {
	buf, err := be.Alloc(tensor.F32, n)
	if err != nil {
		return tensor.None, fmt.Errorf("reserving memory for gradients: %w", err)
	}
	return tensor.Tensor{Buf: buf, DType: tensor.F32, Shape: tensor.Shape{n}}, nil
}
