// Package workload is the work that engines are compared by: the same small
// decoder, the same data by a counter hash, a whole optimiser step with the
// loss read each time. It runs natively and in a browser.
package workload

import (
	"fmt"
	"time"

	"sprout/core/autograd"
	"sprout/core/backend"
	"sprout/core/gen"
	"sprout/core/nn"
	"sprout/core/optim"
	"sprout/core/parallel"
	"sprout/core/tensor"
)

// Shape of a workload: the model, the batch, and how many steps are timed after
// the warm-up, in which a browser's second compiler tier settles.
type Shape struct {
	Model       nn.Config
	Batch       int // sequences of Model.Context tokens
	Warm, Steps int
}

// Shapes by name: 803k and 10.7M parameters.
var Shapes = map[string]Shape{
	"char":  {Model: model(4, 4, 128, 344, 64), Batch: 12, Warm: 10, Steps: 60},
	"large": {Model: model(6, 6, 384, 1024, 256), Batch: 8, Warm: 2, Steps: 5},
}

func model(layers, heads, channels, hidden, context int) nn.Config {
	return nn.Config{
		Vocab: 65, Layers: layers, Heads: heads, KVHeads: heads, Channels: channels, Hidden: hidden, Context: context,
		RopeTheta: 10000, NormEps: 1e-5,
	}
}

// batches is the number of fixed random batches that the data cycles through,
// so that the loss must fall.
const batches = 4

// Result of a training run. Milliseconds are of the timed steps, losses of all.
type Result struct {
	Ms         []float64 `json:"ms"`
	Losses     []float64 `json:"losses"`
	Parameters int       `json:"params"`
}

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

// NewTrainer records the step on a backend.
func NewTrainer(be backend.Backend, name string) (*Trainer, error) {
	shape, ok := Shapes[name]
	if !ok {
		return nil, fmt.Errorf("no workload %q", name)
	}
	t := &Trainer{be: be, shape: shape}
	var err error
	if t.model, err = nn.NewParams(be, shape.Model); err != nil {
		return nil, err
	}
	if err = t.model.Init(1); err != nil {
		return nil, err
	}
	if t.group, err = parallel.NewGroup(t.replica(), shape.Batch); err != nil {
		return nil, err
	}
	// Batch statistics and rates are those of the peers.
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

// replica records mean cross-entropy over the rows of one shard.
func (t *Trainer) replica() parallel.Replica {
	T := t.shape.Model.Context
	views := make([]tensor.Tensor, len(t.model.List))
	for i, p := range t.model.List {
		views[i] = p.In(t.model.Slab)
	}
	return parallel.Replica{
		Backend: t.be, Slab: t.model.Slab, Params: views,
		Record: func(tape *autograd.Tape, rows int) parallel.Graph {
			in := nn.Input{
				Tokens: tape.Input(tensor.I32, rows, T), Pos: tape.Input(tensor.I32, rows, T), Start: tape.Input(tensor.I32, rows),
			}
			targets, mask := tape.Input(tensor.I32, rows, T), tape.Input(tensor.F32, rows, T)
			logits := t.model.Forward(tape, in, nn.Options{}).Logits
			losses := tape.Emit("cross_entropy", nil, logits, targets.Reshape(rows*T), mask.Reshape(rows*T))[0]
			return parallel.Graph{
				Ints: []tensor.Tensor{in.Tokens, targets}, Floats: []tensor.Tensor{mask}, Sums: tape.Emit("sum", nil, losses),
				Ready: func(p *autograd.Plan) error {
					pos := make([]int32, rows*T)
					for i := range pos {
						pos[i] = int32(i % T)
					}
					return t.be.WriteInts(p.At(in.Pos), pos)
				},
			}
		},
	}
}

// Step is forward, backward, clipping, AdamW, and the loss read.
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
	t.step++
	return loss, nil
}

// Train runs the warm-up and the timed steps. tick, if not nil, is called after
// every step, outside the time.
func (t *Trainer) Train(tick func()) (Result, error) {
	r := Result{Parameters: t.shape.Model.ParamCount()}
	for s := range t.shape.Warm + t.shape.Steps {
		began := time.Now()
		loss, err := t.Step()
		if err != nil {
			return r, err
		}
		if s >= t.shape.Warm {
			r.Ms = append(r.Ms, time.Since(began).Seconds()*1e3)
		}
		r.Losses = append(r.Losses, loss)
		if tick != nil {
			tick()
		}
	}
	return r, nil
}

// Close gives the memory back.
func (t *Trainer) Close() {
	t.adamw.Close()
	t.group.Close()
	t.model.Close()
}

// Decode writes 256 tokens with the KV cache, one sequence, restarting the
// cache when the context is full as the peers do: the median of three, in
// tokens/s.
func Decode(be backend.Backend, name string) (tokensPerSecond float64, err error) {
	shape, ok := Shapes[name]
	if !ok {
		return 0, fmt.Errorf("no workload %q", name)
	}
	model, err := nn.NewParams(be, shape.Model)
	if err != nil {
		return 0, err
	}
	defer model.Close()
	if err := model.Init(1); err != nil {
		return 0, err
	}
	g, err := gen.New(model, 1, nil)
	if err != nil {
		return 0, err
	}
	defer g.Close()
	write := func(tokens int, seed uint64) error {
		for done := 0; done < tokens; {
			n := min(shape.Model.Context, tokens-done)
			// No token ends the text: the count is the work.
			out, err := g.Generate([][]int32{nil}, gen.Options{
				Sampling: gen.Sampling{Temperature: 1}, MaxTokens: n, Stop: []int32{}, Seed: seed, Step: uint64(done),
			})
			if err != nil {
				return err
			}
			if len(out[0].Tokens) != n {
				return fmt.Errorf("asked for %d tokens, got %d", n, len(out[0].Tokens))
			}
			done += n
		}
		return nil
	}
	if err := write(64, 0); err != nil {
		return 0, err
	}
	var rates [3]float64
	for i := range rates {
		began := time.Now()
		if err := write(256, uint64(i)+1); err != nil {
			return 0, err
		}
		rates[i] = 256 / time.Since(began).Seconds()
	}
	return max(min(rates[0], rates[1]), min(max(rates[0], rates[1]), rates[2])), nil
}
