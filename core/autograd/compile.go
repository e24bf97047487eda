package autograd

import (
	"fmt"

	"sprout/core/backend"
	"sprout/core/op"
	"sprout/core/tensor"
)

// Compile gives every virtual tensor memory. Calls that neither keep, a bound
// tensor, an input nor memory of the caller depends on are left out, and a
// buffer whose last reader has run is used again.
func (t *Tape) Compile(be backend.Backend, keep ...tensor.Tensor) (*Plan, error) {
	return t.compile(be, nil, keep)
}

// CompileBeside is Compile for a tape that takes turns with another's plan: what
// need not last between two replays lies in that plan's memory where it fits. Once
// the other one is closed, neither must run.
func (t *Tape) CompileBeside(other *Plan, keep ...tensor.Tensor) (*Plan, error) {
	return t.compile(other.be, other.spare, keep)
}

func (t *Tape) compile(be backend.Backend, lent []slot, keep []tensor.Tensor) (*Plan, error) {
	lasting := t.lasting(keep)
	calls := t.useful(lasting)
	for _, c := range calls {
		if !be.Supports(c.Kind) {
			return nil, fmt.Errorf("backend %s does not know the operation %s", be.Name(), c.Kind)
		}
	}
	a := arena{tape: t, be: be, at: make([]tensor.Tensor, len(t.virtual)), slots: make([]slot, len(t.virtual))}
	p, err := a.layOut(calls, lasting, lent)
	if err != nil {
		for _, b := range a.owned {
			be.Free(b)
		}
		return nil, fmt.Errorf("reserving %d bytes for a plan: %w", a.bytes, err)
	}
	return p, nil
}

// lasting marks the virtual buffers whose content is seen outside the plan.
func (t *Tape) lasting(keep []tensor.Tensor) []bool {
	l := make([]bool, len(t.virtual))
	for b := range t.inputs {
		l[index(b)] = true
	}
	for b := range t.bound {
		l[index(b)] = true
	}
	for _, k := range keep {
		if k.Buf < 0 {
			l[index(k.Buf)] = true
		}
	}
	return l
}

func index(virtual tensor.Buffer) int { return int(-virtual - 1) }

// useful leaves out the calls whose outputs serve nobody.
func (t *Tape) useful(lasting []bool) []op.Call {
	read := append([]bool(nil), lasting...) // by a later call or from outside
	use := make([]bool, len(t.calls))
	n := 0
	for i := len(t.calls) - 1; i >= 0; i-- {
		c := t.calls[i]
		for _, o := range c.Out {
			use[i] = use[i] || o.Buf > 0 || read[index(o.Buf)]
		}
		if !use[i] {
			continue
		}
		n++
		for _, x := range c.In {
			if x.Buf < 0 {
				read[index(x.Buf)] = true
			}
		}
	}
	calls := make([]op.Call, 0, n)
	for i, c := range t.calls {
		if use[i] {
			calls = append(calls, c)
		}
	}
	return calls
}

// slot is memory that virtual buffers use in turn.
type slot struct {
	buf  tensor.Buffer
	size int
	dt   tensor.DType
	lent bool // it belongs to another plan
}

// arena deals slots to virtual buffers.
type arena struct {
	tape  *Tape
	be    backend.Backend
	at    []tensor.Tensor // real tensor of each virtual buffer
	slots []slot          // its slot, if it has one
	free  []slot
	owned []tensor.Buffer
	bytes int64
}

// layOut replaces the virtual buffers of the calls.
func (a *arena) layOut(calls []op.Call, lasting []bool, lent []slot) (*Plan, error) {
	p := &Plan{be: a.be, calls: make([]op.Call, len(calls)), at: map[tensor.Buffer]tensor.Tensor{}}
	// What lasts is placed first, so that it never takes a slot that was used
	// by an earlier call: between two replays its content must stay.
	for i, l := range lasting {
		if v := tensor.Buffer(-(i + 1)); l {
			if err := a.place(v); err != nil {
				return nil, err
			}
			p.at[v] = a.at[i]
		}
	}
	for _, s := range lent {
		s.lent = true
		a.free = append(a.free, s)
	}
	ends := a.lastTouch(calls)
	for i, c := range calls {
		var err error
		if c.In, err = a.resolve(c.In); err != nil {
			return nil, err
		}
		if c.Out, err = a.resolve(c.Out); err != nil {
			return nil, err
		}
		p.calls[i] = c
		for _, v := range ends[i] {
			if !lasting[v] {
				a.free = append(a.free, a.slots[v])
			}
		}
	}
	p.owned, p.bytes, p.spare = a.owned, a.bytes, a.free
	return p, nil
}

// lastTouch lists, per call, the virtual buffers that no later call touches.
func (a *arena) lastTouch(calls []op.Call) [][]int {
	last := make([]int, len(a.at))
	for i := range last {
		last[i] = -1
	}
	for i, c := range calls {
		for _, ts := range [2][]tensor.Tensor{c.In, c.Out} {
			for _, x := range ts {
				if x.Buf < 0 {
					last[index(x.Buf)] = i
				}
			}
		}
	}
	ends := make([][]int, len(calls))
	for v, i := range last {
		if i >= 0 {
			ends[i] = append(ends[i], v)
		}
	}
	return ends
}

// resolve finds or makes the real tensors behind xs.
func (a *arena) resolve(xs []tensor.Tensor) ([]tensor.Tensor, error) {
	out := make([]tensor.Tensor, len(xs))
	for j, x := range xs {
		if x.Buf < 0 {
			if err := a.place(x.Buf); err != nil {
				return nil, err
			}
			real := a.at[index(x.Buf)]
			x.Buf, x.Off = real.Buf, real.Off+x.Off
		}
		out[j] = x
	}
	return out, nil
}

// place gives a virtual buffer memory: where it is bound, the smallest free
// slot that is not more than twice too large unless it is lent, or a new one.
func (a *arena) place(v tensor.Buffer) error {
	i := index(v)
	if !a.at[i].IsNone() {
		return nil
	}
	spec := a.tape.virtual[i]
	if real, ok := a.tape.bound[v]; ok {
		real.Shape = spec.Shape
		a.at[i] = real
		return nil
	}
	size, best := spec.Shape.Len(), -1
	for j, f := range a.free {
		if f.dt == spec.DType && f.size >= size && (f.lent || f.size <= 2*size) && (best < 0 || f.size < a.free[best].size) {
			best = j
		}
	}
	if best >= 0 {
		a.slots[i] = a.free[best]
		a.free = append(a.free[:best], a.free[best+1:]...)
	} else {
		a.bytes += 4 * int64(size)
		buf, err := a.be.Alloc(spec.DType, size)
		if err != nil {
			return err
		}
		a.owned = append(a.owned, buf)
		a.slots[i] = slot{buf: buf, size: size, dt: spec.DType}
	}
	a.at[i] = tensor.Tensor{Buf: a.slots[i].buf, DType: spec.DType, Shape: spec.Shape}
	return nil
}
