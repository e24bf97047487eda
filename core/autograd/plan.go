package autograd

import (
	"fmt"

	"sprout/core/backend"
	"sprout/core/op"
	"sprout/core/tensor"
)

// Plan is a compiled tape: replaying it allocates nothing.
type Plan struct {
	be    backend.Backend
	calls []op.Call
	at    []tensor.Tensor // real tensor of virtual buffer -(i+1)
	owned []tensor.Buffer
	bytes int64
}

// Compile gives every virtual tensor memory. Buffers whose last reader has run
// are used again, except inputs and the tensors in keep.
func (t *Tape) Compile(be backend.Backend, keep ...tensor.Tensor) (*Plan, error) {
	for _, c := range t.calls {
		if !be.Supports(c.Kind) {
			return nil, fmt.Errorf("backend %s does not know the operation %s", be.Name(), c.Kind)
		}
	}
	n := len(t.virtual)
	last := make([]int, n) // index of the last call that touches the buffer
	forever := len(t.calls)
	touch := func(x tensor.Tensor, i int) {
		if x.Buf < 0 {
			last[-x.Buf-1] = max(last[-x.Buf-1], i)
		}
	}
	for i, c := range t.calls {
		for _, x := range c.In {
			touch(x, i)
		}
		for _, x := range c.Out {
			touch(x, i)
		}
	}
	for b := range t.inputs {
		last[-b-1] = forever
	}
	for _, k := range keep {
		touch(k, forever)
	}

	p := &Plan{be: be, at: make([]tensor.Tensor, n)}
	type slot struct {
		buf  tensor.Buffer
		size int
		dt   tensor.DType
	}
	var free []slot
	slots := make([]slot, n)
	place := func(v tensor.Buffer) error {
		i := int(-v - 1)
		if !p.at[i].IsNone() {
			return nil
		}
		spec := t.virtual[i]
		if real, ok := t.bound[v]; ok {
			real.Shape = spec.Shape
			p.at[i] = real
			return nil
		}
		size, best := spec.Shape.Len(), -1
		if !t.inputs[v] {
			for j, f := range free {
				if f.dt == spec.DType && f.size >= size && f.size <= 2*size && (best < 0 || f.size < free[best].size) {
					best = j
				}
			}
		}
		if best >= 0 {
			slots[i] = free[best]
			free = append(free[:best], free[best+1:]...)
		} else {
			buf, err := be.Alloc(spec.DType, size)
			if err != nil {
				return err
			}
			p.owned = append(p.owned, buf)
			p.bytes += 4 * int64(size)
			slots[i] = slot{buf, size, spec.DType}
		}
		p.at[i] = tensor.Tensor{Buf: slots[i].buf, DType: spec.DType, Shape: spec.Shape}
		return nil
	}
	resolve := func(xs []tensor.Tensor) ([]tensor.Tensor, error) {
		out := make([]tensor.Tensor, len(xs))
		for j, x := range xs {
			if x.Buf < 0 {
				if err := place(x.Buf); err != nil {
					return nil, err
				}
				real := p.at[-x.Buf-1]
				x.Buf, x.Off = real.Buf, real.Off+x.Off
			}
			out[j] = x
		}
		return out, nil
	}
	for b := range t.virtual { // inputs first: they live throughout
		if v := tensor.Buffer(-(b + 1)); t.inputs[v] {
			if err := place(v); err != nil {
				p.Close()
				return nil, err
			}
		}
	}
	for i, c := range t.calls {
		in, err := resolve(c.In)
		if err == nil {
			c.Out, err = resolve(c.Out)
		}
		if err != nil {
			p.Close()
			return nil, err
		}
		c.In = in
		p.calls = append(p.calls, c)
		for b := range t.virtual {
			if last[b] == i && slots[b].buf != 0 {
				free = append(free, slots[b])
				slots[b].buf = 0
			}
		}
	}
	return p, nil
}

// Run replays the recorded calls.
func (p *Plan) Run() error { return p.be.Run(p.calls) }

// At is the real tensor behind a virtual one; real tensors are returned as
// they are.
func (p *Plan) At(x tensor.Tensor) tensor.Tensor {
	if x.Buf >= 0 {
		return x
	}
	real := p.at[-x.Buf-1]
	x.Buf, x.Off = real.Buf, real.Off+x.Off
	return x
}

// Calls lists the compiled calls, for the profiler.
func (p *Plan) Calls() []op.Call { return p.calls }

// Bytes is the memory that the plan owns.
func (p *Plan) Bytes() int64 { return p.bytes }

// Close frees the plan's buffers.
func (p *Plan) Close() {
	for _, b := range p.owned {
		p.be.Free(b)
	}
	p.owned = nil
}
