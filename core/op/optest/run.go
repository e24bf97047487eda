package optest

import (
	"fmt"
	"math"
	"slices"

	"sprout/core/backend"
	"sprout/core/op"
	"sprout/core/tensor"
)

// guard is the number of elements before and after each tensor that a kernel
// must not touch; the same as Align, so that tensors start as parameters do.
const (
	guard      = tensor.Align
	guardValue = -12345.5
)

// workbench holds guarded tensors on a backend.
type workbench struct {
	be   backend.Backend
	mem  []tensor.Tensor // whole buffers, guards included
	data []tensor.Tensor // the views inside
}

// put allocates a guarded tensor, filled by Write later.
func (w *workbench) put(s tensor.Spec) (tensor.Tensor, error) {
	n := s.Shape.Len() + 2*guard
	buf, err := w.be.Alloc(s.DType, n)
	if err != nil {
		return tensor.None, err
	}
	whole := tensor.Tensor{Buf: buf, DType: s.DType, Shape: tensor.Shape{n}}
	t := tensor.Tensor{Buf: buf, Off: guard, DType: s.DType, Shape: s.Shape}
	w.mem, w.data = append(w.mem, whole), append(w.data, t)
	return t, w.fill(whole, guardValue)
}

func (w *workbench) fill(t tensor.Tensor, x float32) error {
	if t.DType == tensor.I32 {
		return nil
	}
	return w.be.Write(t, slices.Repeat([]float32{x}, t.Len()))
}

func (w *workbench) write(t tensor.Tensor, v Value) error {
	if v.I != nil {
		return w.be.WriteInts(t, v.I)
	}
	return w.be.Write(t, v.F)
}

// checkGuards reports a kernel that wrote outside its tensors.
func (w *workbench) checkGuards() error {
	for i, m := range w.mem {
		if m.DType == tensor.I32 {
			continue
		}
		all := make([]float32, m.Len())
		if err := w.be.Read(all, m); err != nil {
			return err
		}
		for j, x := range all {
			if (j < guard || j >= len(all)-guard) && x != guardValue {
				return fmt.Errorf("element %d of a tensor %v was written", j-guard, w.data[i])
			}
		}
	}
	return nil
}

func (w *workbench) free() {
	for _, m := range w.mem {
		w.be.Free(m.Buf)
	}
}

// run computes the call on be, as a plan would: several replays of one list
// with other inputs first (whoever remembers something of an operand must
// notice that it changed), outputs full of NaN, then twice with the real ones.
func (k recorded) run(be backend.Backend) ([][]float32, error) {
	w := &workbench{be: be}
	defer w.free()
	call := op.Call{Kind: k.kind, Params: k.params, In: make([]tensor.Tensor, len(k.in)), Out: make([]tensor.Tensor, len(k.out))}
	var err error
	for i, v := range k.in {
		if !v.absent() {
			if call.In[i], err = w.put(v.spec()); err != nil {
				return nil, err
			}
		}
	}
	for i, v := range k.out {
		if from := inPlace(k.kind, i); from >= 0 {
			call.Out[i] = call.In[from]
		} else if call.Out[i], err = w.put(v.spec()); err != nil {
			return nil, err
		}
	}
	calls := []op.Call{call}
	var got [][]float32
	for round := range 5 {
		decoy := round < 3
		for i, v := range k.in {
			switch {
			case v.absent() || (decoy && round > 0):
			case decoy && v.F != nil:
				err = w.write(call.In[i], v.half())
			default:
				err = w.write(call.In[i], v)
			}
			if err != nil {
				return nil, err
			}
		}
		for i := range k.out {
			if inPlace(k.kind, i) < 0 {
				if err := w.fill(call.Out[i], float32(math.NaN())); err != nil {
					return nil, err
				}
			}
		}
		if err := be.Run(calls); err != nil {
			return nil, err
		}
		if decoy {
			continue
		}
		last := got
		got = make([][]float32, len(k.out))
		for i, t := range call.Out {
			got[i] = make([]float32, t.Len())
			if err := be.Read(got[i], t); err != nil {
				return nil, err
			}
			if last != nil && !sameBits(last[i], got[i]) {
				return nil, fmt.Errorf("a replay gives other bits: %s", worst(got[i], last[i]))
			}
		}
	}
	return got, w.checkGuards()
}

func sameBits(a, b []float32) bool {
	return slices.EqualFunc(a, b, func(x, y float32) bool { return math.Float32bits(x) == math.Float32bits(y) })
}
