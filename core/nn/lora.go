package nn

import (
	"fmt"
	"math"

	"sprout/core/autograd"
	"sprout/core/op"
	"sprout/core/tensor"
)

// Adapter is what an AdapterConfig describes, on the backend of the model that
// it changes: a slab of its own, which is all that training changes.
//
// Its Linear records the products. A forward pass that records Dense instead is
// the model without the adapter, bit for bit; so one model can have any number
// of them, with a gen.Generator for each. One of them may be plugged in:
// Params.Adapter.
type Adapter struct {
	weights
	Config AdapterConfig

	base  *Params
	pairs map[string]pair
	form  form
	scale tensor.Tensor // [1]: α/r times the strength
	even  tensor.Tensor // [max in], for DoRA's norms; None without
}

// pair is the adapter of one weight [out,in].
type pair struct {
	a, b      tensor.Tensor // [R,in], [out,R]
	magnitude tensor.Tensor // [out]; None without DoRA
	even      tensor.Tensor // [in] of 1/√in; None without DoRA
}

// form is how a pair changes the frozen weight w [out,in].
type form interface {
	// linear records h [N,out] for x [N,in].
	linear(t *autograd.Tape, x, w tensor.Tensor, p pair, scale tensor.Tensor) tensor.Tensor
	// merge makes of v = W₀ + (α/r)·B A [out,in], in place, the weight by which
	// one product gives h.
	merge(v []float64, magnitude []float32)
}

// lora adds a thin product beside the frozen one.
//
//	LoRA (Hu et al. 2021, arXiv 2106.09685, eq. 3):  h = W₀x + (α/r)·B A x
//
// Differs: A is drawn with deviation 1/√d_in, so that A x is about as large as
// x; α/r multiplies A x, which is thinner than B A x.
type lora struct{}

// <loss>

// linear is the line of the paper; what is minimised is the loss of SFT.
func (lora) linear(t *autograd.Tape, x, w tensor.Tensor, p pair, scale tensor.Tensor) tensor.Tensor {
	down := t.Emit("scale", nil, product(t, x, p.a), scale)[0]            // [N,R]
	return t.Emit("add", nil, product(t, x, w), product(t, down, p.b))[0] // [N,out]
}

// </loss>

func (lora) merge([]float64, []float32) {}

// product is x Wᵀ.
func product(t *autograd.Tape, x, w tensor.Tensor) tensor.Tensor {
	return t.Emit("matmul", op.MatMul{TransB: true}, x, w)[0]
}

// NewAdapter reserves an adapter for a model, which must outlive it. Init or
// Load fills it.
func NewAdapter(base *Params, cfg AdapterConfig) (*Adapter, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	list, n := cfg.Layout(base.Config)
	a := &Adapter{weights: newWeights(base.be, list), Config: cfg, base: base, pairs: map[string]pair{}, form: lora{}}
	if err := a.reserve(n); err != nil {
		a.Close()
		return nil, err
	}
	return a, nil
}

func (a *Adapter) reserve(n int) (err error) {
	if a.Slab, err = a.alloc(n); err != nil {
		return err
	}
	if a.scale, err = a.alloc(1); err != nil {
		return err
	}
	weights := a.Config.weights(a.base.Config)
	for _, w := range weights {
		a.pairs[w.Name] = pair{a: a.At(adapterName(w.Name, loraA)), b: a.At(adapterName(w.Name, loraB))}
	}
	if a.Config.DoRA {
		a.form = dora{}
		if err := a.reserveNorms(weights); err != nil {
			return err
		}
	}
	return a.SetStrength(1)
}

func (a *Adapter) alloc(n int) (tensor.Tensor, error) {
	buf, err := a.be.Alloc(tensor.F32, n)
	if err != nil {
		return tensor.None, fmt.Errorf("reserving the adapter's memory: %w", err)
	}
	return tensor.Tensor{Buf: buf, DType: tensor.F32, Shape: tensor.Shape{n}}, nil
}

// Close gives the adapter's memory back; the model stays.
func (a *Adapter) Close() {
	for _, t := range []*tensor.Tensor{&a.Slab, &a.scale, &a.even} {
		if !t.IsNone() {
			a.be.Free(t.Buf)
			*t = tensor.None
		}
	}
}

// Base is the model that the adapter changes.
func (a *Adapter) Base() *Params { return a.base }

// SetStrength multiplies α/r in every pass from now on, whenever it was
// recorded: 1 as trained, 0 none of B A, and a slider in between. It can change
// from one token to the next.
func (a *Adapter) SetStrength(s float64) error {
	return a.be.Write(a.scale, []float32{float32(s * a.Config.Scale())})
}

// Linear is the Linear of the model with the adapter.
func (a *Adapter) Linear(t *autograd.Tape, x, w tensor.Tensor, name string) tensor.Tensor {
	p, adapted := a.pairs[name]
	if !adapted {
		return Dense(t, x, w, name)
	}
	return a.form.linear(t, x, w, p, a.scale)
}

// streamAdapter separates an adapter's random numbers from all others of a seed.
const streamAdapter = 0x6c6f7261

// Init draws a fresh adapter that changes nothing yet, LoRA not by a bit: A
// Gaussian, B zero, and DoRA's magnitudes those of the model's weights.
func (a *Adapter) Init(seed uint64) error {
	if err := a.be.Write(a.Slab, make([]float32, a.Slab.Len())); err != nil {
		return err
	}
	for i, w := range a.Config.weights(a.base.Config) {
		p := a.pairs[w.Name]
		rng := tensor.NewRNG(seed, streamAdapter, uint64(i))
		std := 1 / math.Sqrt(float64(w.Shape[1]))
		data := make([]float32, p.a.Len())
		for j := range data {
			data[j] = float32(std * rng.Normal())
		}
		if err := a.be.Write(p.a, data); err != nil {
			return err
		}
		if !p.magnitude.IsNone() {
			if err := a.measure(w, p); err != nil {
				return err
			}
		}
	}
	return nil
}
