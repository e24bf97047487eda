package workload

import (
	"time"

	"sprout/core/autograd"
	"sprout/core/backend"
	"sprout/core/nn"
	"sprout/core/optim"
	"sprout/core/parallel"
	"sprout/core/tensor"
)

// Trainer is a model with its recorded step.
type Trainer struct {
	be    backend.Backend
	shape Shape
	model *nn.Params
	group *parallel.Group
	adamw *optim.AdamW
	data  [batches]parallel.Batch
	step  int
}

// NewTrainer records the step on a backend and has workers help; 0: as many as
// there are cores.
func NewTrainer(h Host, be backend.Backend, shape Shape, workers int) (*Trainer, error) {
	t := &Trainer{be: be, shape: shape}
	r, model, err := replica(be, shape)
	if err != nil {
		return nil, err
	}
	t.model = model
	if t.group, err = parallel.NewGroup(r, shape.Batch, h.crew(shape, workers)); err != nil {
		return nil, err
	}
	// Decay and rates are those of the peers.
	t.adamw, err = optim.New(be, t.model.Slab, t.group.Grad, shape.Model.MatrixRange(),
		optim.Config{Beta1: 0.9, Beta2: 0.99, Eps: 1e-8, WeightDecay: 0.1, Clip: 1})
	if err != nil {
		return nil, err
	}
	for k := range t.data {
		t.data[k] = shape.batch(k)
	}
	return t, nil
}

// replica is a fresh model that records mean cross-entropy over the rows of one
// shard.
func replica(be backend.Backend, shape Shape) (parallel.Replica, *nn.Params, error) {
	model, err := nn.NewParams(be, shape.Model)
	if err != nil {
		return parallel.Replica{}, nil, err
	}
	if err := model.Init(1); err != nil {
		return parallel.Replica{}, nil, err
	}
	views := make([]tensor.Tensor, len(model.List))
	for i, p := range model.List {
		views[i] = p.In(model.Slab)
	}
	T := shape.Model.Context
	r := parallel.Replica{
		Backend: be, Slab: model.Slab, Params: views,
		Services: map[string]parallel.Service{heapService: heap},
		Record: func(tape *autograd.Tape, rows, _ int) parallel.Graph {
			in := nn.Input{
				Tokens: tape.Input(tensor.I32, rows, T), Pos: tape.Input(tensor.I32, rows, T), Start: tape.Input(tensor.I32, rows),
			}
			targets, mask := tape.Input(tensor.I32, rows, T), tape.Input(tensor.F32, rows, T)
			logits := model.Forward(tape, in, nn.Options{}).Logits
			losses := tape.Emit("cross_entropy", nil, logits, targets.Reshape(rows*T), mask.Reshape(rows*T))[0]
			return parallel.Graph{
				Ints: []tensor.Tensor{in.Tokens, targets}, Floats: []tensor.Tensor{mask}, Sums: tape.Emit("sum", nil, losses),
				Ready: func(p *autograd.Plan) error {
					pos := make([]int32, rows*T)
					for i := range pos {
						pos[i] = int32(i % T)
					}
					return be.WriteInts(p.At(in.Pos), pos)
				},
			}
		},
	}
	return r, model, nil
}

// Step is forward, backward, clipping, AdamW, and the loss read, in nats.
func (t *Trainer) Step() (loss float64, err error) {
	b := &t.data[t.step%batches]
	sums, err := t.group.Compute(b)
	if err != nil {
		return 0, err
	}
	loss = sums[0] * float64(b.Scale)
	if _, err := t.adamw.Measure(); err != nil {
		return 0, err
	}
	if err := t.adamw.Update(t.step, 1e-3); err != nil {
		return 0, err
	}
	t.group.Changed()
	t.step++
	return loss, nil
}

// timeSteps trains and returns the milliseconds of each step; between two of
// them the event loop turns.
func (t *Trainer) timeSteps(h Host, steps int) (ms []float64, err error) {
	ms = make([]float64, steps)
	for i := range ms {
		began := time.Now()
		if _, err := t.Step(); err != nil {
			return nil, err
		}
		ms[i] = time.Since(began).Seconds() * 1e3
		h.breathe()
	}
	return ms, nil
}

// timed is a call of a step in a profile.
type timed struct {
	autograd.Timing
	times int // such calls in a step
}

// profile times the calls of a step one by one.
func (t *Trainer) profile() ([]timed, error) {
	shard, tree, shards, err := t.group.Profile()
	if err != nil {
		return nil, err
	}
	update, err := t.adamw.Profile()
	if err != nil {
		return nil, err
	}
	var all []timed
	for _, part := range []struct {
		timings []autograd.Timing
		times   int
	}{{shard, shards}, {tree, 1}, {update, 1}} {
		for _, x := range part.timings {
			all = append(all, timed{x, part.times})
		}
	}
	return all, nil
}

// Close gives the memory back.
func (t *Trainer) Close() {
	t.adamw.Close()
	t.group.Close()
	t.model.Close()
}
