// Package optim turns gradients into better weights: AdamW with global-norm
// clipping on whole slabs, and the learning rate's schedule.
package optim

import (
	"fmt"
	"math"

	"sprout/core/autograd"
	"sprout/core/backend"
	"sprout/core/op"
	"sprout/core/tensor"
)

// Config of AdamW (Loshchilov and Hutter 2017, arXiv 1711.05101).
type Config struct {
	Beta1, Beta2 float64 // decay of the moments
	Eps          float64 // 0: 1e-8
	WeightDecay  float64 // decoupled, on matrices only
	Clip         float64 // largest norm of the whole gradient; 0: no clipping
}

// AdamW holds the moments of one model and the two recorded plans of an
// update. They are apart so that the host can see the norm before any weight is
// touched; the factor itself need not come to the host:
//
//	Measure   ‖g‖ = √Σg², factor = min(1, clip/‖g‖)
//	Update    m, v, p in place, as PyTorch does
type AdamW struct {
	M, V tensor.Tensor // moments, slabs of the model's layout
	cfg  Config
	be   backend.Backend

	measure, update *autograd.Plan
	clip            tensor.Tensor // factor, and tensor.Align further on the norm
	hyper           tensor.Tensor
	host            [op.HyperLen]float32
	measured        [tensor.Align + 1]float32
}

// New prepares AdamW for the weights in slab p, of which the first matrices
// elements decay, with gradients in slab g of the same length.
func New(be backend.Backend, p, g tensor.Tensor, matrices int, cfg Config) (*AdamW, error) {
	if p.Len() != g.Len() || matrices < 0 || matrices > p.Len() {
		panic(fmt.Sprintf("optim: weights %v, gradients %v, %d elements decay", p, g, matrices))
	}
	if cfg.Eps == 0 {
		cfg.Eps = 1e-8
	}
	o := &AdamW{cfg: cfg, be: be}
	for _, m := range []struct {
		to    *tensor.Tensor
		shape tensor.Shape
	}{{&o.M, p.Shape}, {&o.V, p.Shape}, {&o.clip, tensor.Shape{tensor.Align + 1}}, {&o.hyper, tensor.Shape{op.HyperLen}}} {
		buf, err := be.Alloc(tensor.F32, m.shape.Len())
		if err != nil {
			o.Close()
			return nil, fmt.Errorf("reserving the optimiser's memory: %w", err)
		}
		*m.to = tensor.Tensor{Buf: buf, DType: tensor.F32, Shape: m.shape}
	}
	if err := o.record(p, g, matrices); err != nil {
		o.Close()
		return nil, err
	}
	return o, nil
}

func (o *AdamW) record(p, g tensor.Tensor, matrices int) (err error) {
	t := autograd.NewTape()
	limit := t.Input(tensor.F32, 1)
	sumsq := t.Emit("sum_squares", nil, g)[0]
	for i, x := range t.Emit("clip_factor", nil, sumsq, limit) {
		t.Bind(x, tensor.Tensor{Buf: o.clip.Buf, Off: i * tensor.Align, DType: tensor.F32, Shape: tensor.Shape{1}})
	}
	if o.measure, err = t.Compile(o.be); err != nil {
		return err
	}
	if err := o.be.Write(o.measure.At(limit), []float32{float32(o.cfg.Clip)}); err != nil {
		return err
	}

	t = autograd.NewTape()
	scale := tensor.Tensor{Buf: o.hyper.Buf, Off: op.HyperGradScale, DType: tensor.F32, Shape: tensor.Shape{1}}
	factor := o.clip
	factor.Shape = scale.Shape
	t.Bind(factor, scale)
	for _, r := range []struct {
		from, to int
		decay    bool
	}{{0, matrices, true}, {matrices, p.Len(), false}} {
		if r.from == r.to {
			continue
		}
		part := func(x tensor.Tensor) tensor.Tensor {
			return tensor.Tensor{Buf: x.Buf, Off: x.Off + r.from, DType: x.DType, Shape: tensor.Shape{r.to - r.from}}
		}
		t.Emit("adamw", op.AdamW{Decay: r.decay}, part(p), part(g), part(o.M), part(o.V), o.hyper)
	}
	o.update, err = t.Compile(o.be)
	return err
}

// Measure returns the norm of the gradient before clipping. NaN or an infinity
// means that the gradient must not be used.
func (o *AdamW) Measure() (norm float64, err error) {
	if err := o.Gauge(); err != nil {
		return 0, err
	}
	if err := o.be.Read(o.measured[:], o.clip); err != nil {
		return 0, err
	}
	return float64(o.measured[tensor.Align]), nil
}

// Gauge is Measure without waiting: the norm is left on the backend.
func (o *AdamW) Gauge() error { return o.measure.Run() }

// Norm is where Gauge leaves the norm, [1].
func (o *AdamW) Norm() tensor.Tensor {
	return tensor.Tensor{Buf: o.clip.Buf, Off: tensor.Align, DType: tensor.F32, Shape: tensor.Shape{1}}
}

// Update moves the weights with the gradient last measured. step counts from 0
// since the moments were zero; lr is that step's learning rate.
func (o *AdamW) Update(step int, lr float64) error {
	t := float64(step + 1)
	o.host[op.HyperLR] = float32(lr)
	o.host[op.HyperBeta1] = float32(o.cfg.Beta1)
	o.host[op.HyperBeta2] = float32(o.cfg.Beta2)
	o.host[op.HyperEps] = float32(o.cfg.Eps)
	o.host[op.HyperWeightDecay] = float32(o.cfg.WeightDecay)
	o.host[op.HyperBias1] = float32(1 - math.Pow(o.cfg.Beta1, t))
	o.host[op.HyperBias2] = float32(1 - math.Pow(o.cfg.Beta2, t))
	if err := o.be.Write(o.hyper, o.host[:]); err != nil {
		return err
	}
	return o.update.Run()
}

// Bytes is the memory that the optimiser owns.
func (o *AdamW) Bytes() int64 {
	return 4*int64(o.M.Len()+o.V.Len()) + o.measure.Bytes() + o.update.Bytes()
}

// Profile times the calls of a step. It does what Measure and Update do, with
// the learning rate of the last Update: the caller keeps a Snapshot.
func (o *AdamW) Profile() ([]autograd.Timing, error) {
	measure, err := o.measure.Profile()
	if err != nil {
		return nil, err
	}
	update, err := o.update.Profile()
	return append(measure, update...), err
}

// Close gives the memory back.
func (o *AdamW) Close() {
	for _, p := range []*autograd.Plan{o.measure, o.update} {
		if p != nil {
			p.Close()
		}
	}
	for _, m := range []*tensor.Tensor{&o.M, &o.V, &o.clip, &o.hyper} {
		if !m.IsNone() {
			o.be.Free(m.Buf)
			*m = tensor.None
		}
	}
}
