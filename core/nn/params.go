package nn

import (
	"fmt"
	"math"

	"sprout/core/backend"
	"sprout/core/tensor"
)

// Params are the weights of one model on one backend: a slab, and the table of
// rotary positions beside it.
type Params struct {
	weights
	Config Config
	Rope   tensor.Tensor // f32 [Context, D], see RopeTable
	// Adapter is plugged in: passes that name no Linear are recorded with its own.
	// Dense leaves it out. nil: none. It is closed with the model.
	Adapter *Adapter
}

// NewParams reserves zeroed weights, those of heads behind the decoder's. The
// configuration must be valid.
func NewParams(be backend.Backend, cfg Config, heads ...Head) (*Params, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	list, n := cfg.WithHeads(heads...)
	p := &Params{weights: newWeights(be, list), Config: cfg}
	table := RopeTable(cfg.Context, cfg.HeadDim(), cfg.RopeTheta)
	for _, a := range []struct {
		t     *tensor.Tensor
		shape tensor.Shape
	}{{&p.Slab, tensor.Shape{n}}, {&p.Rope, tensor.Shape{cfg.Context, cfg.HeadDim()}}} {
		buf, err := be.Alloc(tensor.F32, a.shape.Len())
		if err != nil {
			p.Close()
			return nil, fmt.Errorf("reserving the model's memory: %w", err)
		}
		*a.t = tensor.Tensor{Buf: buf, DType: tensor.F32, Shape: a.shape}
	}
	if err := be.Write(p.Rope, table); err != nil {
		p.Close()
		return nil, err
	}
	return p, nil
}

// Close gives the memory back.
func (p *Params) Close() {
	if p.Adapter != nil {
		p.Adapter.Close()
		p.Adapter = nil
	}
	for _, t := range []*tensor.Tensor{&p.Slab, &p.Rope} {
		if !t.IsNone() {
			p.be.Free(t.Buf)
			*t = tensor.None
		}
	}
}

// Layer is a layer's weight, At(InLayer(layer, name)).
func (p *Params) Layer(layer int, name string) tensor.Tensor { return p.At(InLayer(layer, name)) }

// In is the view of the parameter in a slab of the model's layout: weights,
// gradients or moments.
func (p Param) In(slab tensor.Tensor) tensor.Tensor {
	return tensor.Tensor{Buf: slab.Buf, Off: slab.Off + p.Off, DType: tensor.F32, Shape: p.Shape}
}

// streamInit separates the weights' random numbers from all others of a seed.
const streamInit = 0x696e6974

// Init draws fresh weights as GPT-2 does: normal with deviation 0.02, the
// projections into the residual stream 0.02/√(2L), norms 1. Every tensor draws
// from a stream of its own, so its values do not depend on the others. Heads
// are 0.
func (p *Params) Init(seed uint64) error {
	for i, q := range p.List {
		if q.Head {
			if err := p.be.Write(q.In(p.Slab), make([]float32, q.Shape.Len())); err != nil {
				return err
			}
			continue
		}
		std := 0.02
		if q.Residual {
			std /= math.Sqrt(2 * float64(p.Config.Layers))
		}
		data := make([]float32, q.Shape.Len())
		rng := tensor.NewRNG(seed, streamInit, uint64(i))
		for j := range data {
			data[j] = 1
			if q.Matrix() {
				data[j] = float32(std * rng.Normal())
			}
		}
		if err := p.be.Write(q.In(p.Slab), data); err != nil {
			return err
		}
	}
	return nil
}
