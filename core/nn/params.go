package nn

import (
	"fmt"
	"math"

	"sprout/core/backend"
	"sprout/core/problem"
	"sprout/core/tensor"
)

// Params are the weights of one model on one backend: a slab, and the table of
// rotary positions beside it.
type Params struct {
	Config Config
	Slab   tensor.Tensor // f32 [length of the layout]
	Rope   tensor.Tensor // f32 [Context, D], see RopeTable
	List   []Param       // in the order of memory

	be backend.Backend
	at map[string]int // index in List
}

// NewParams reserves zeroed weights, those of heads behind the decoder's. The
// configuration must be valid.
func NewParams(be backend.Backend, cfg Config, heads ...Head) (*Params, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	list, n := cfg.WithHeads(heads...)
	p := &Params{Config: cfg, List: list, be: be, at: make(map[string]int, len(list))}
	for i, q := range list {
		p.at[q.Name] = i
	}
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
	for _, t := range []*tensor.Tensor{&p.Slab, &p.Rope} {
		if !t.IsNone() {
			p.be.Free(t.Buf)
			*t = tensor.None
		}
	}
}

// Backend is where the weights live.
func (p *Params) Backend() backend.Backend { return p.be }

// At is a weight by its name. It panics for a name that the model lacks.
func (p *Params) At(name string) tensor.Tensor { return p.List[p.index(name)].In(p.Slab) }

// Layer is a layer's weight, At(InLayer(layer, name)).
func (p *Params) Layer(layer int, name string) tensor.Tensor { return p.At(InLayer(layer, name)) }

func (p *Params) index(name string) int {
	i, ok := p.at[name]
	if !ok {
		panic("nn: the model has no weight " + name)
	}
	return i
}

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

// Load writes weights that get finds by name. A weight that is missing, of
// another length or not finite is a problem, and then nothing was written. A
// head that is missing becomes 0.
func (p *Params) Load(get func(name string) []float32) error { return p.LoadInto(p.Slab, get) }

// LoadInto is Load for any slab of the model's layout.
func (p *Params) LoadInto(slab tensor.Tensor, get func(name string) []float32) error {
	for _, q := range p.List {
		data := get(q.Name)
		if data == nil && q.Head {
			continue
		}
		if len(data) != q.Shape.Len() {
			return problem.New("model_tensor",
				problem.Args{"tensor": q.Name, "have": len(data), "want": q.Shape.Len()},
				"The tensor %s has %d values, but the model needs %d.", q.Name, len(data), q.Shape.Len())
		}
		for i, x := range data {
			if !finite(x) {
				return problem.New("model_not_finite", problem.Args{"tensor": q.Name, "index": i},
					"The tensor %s is not finite at element %d; a model with such a value cannot be used.", q.Name, i)
			}
		}
	}
	for _, q := range p.List {
		data := get(q.Name)
		if data == nil {
			data = make([]float32, q.Shape.Len())
		}
		if err := p.be.Write(q.In(slab), data); err != nil {
			return err
		}
	}
	return nil
}

// finite is false for NaN and the infinities.
func finite(x float32) bool { return math.Float32bits(x)&0x7f800000 != 0x7f800000 }

// Dump reads every weight, in the order of memory.
func (p *Params) Dump(each func(name string, shape tensor.Shape, data []float32)) error {
	return p.DumpFrom(p.Slab, each)
}

// DumpFrom is Dump for any slab of the model's layout. The data belongs to the
// caller.
func (p *Params) DumpFrom(slab tensor.Tensor, each func(name string, shape tensor.Shape, data []float32)) error {
	for _, q := range p.List {
		data := make([]float32, q.Shape.Len())
		if err := p.be.Read(data, q.In(slab)); err != nil {
			return err
		}
		each(q.Name, q.Shape, data)
	}
	return nil
}
