package optest

import (
	"fmt"
	"strings"

	"sprout/core/backend/ref"
	"sprout/core/op"
	"sprout/core/tensor"
)

// Value is a tensor on the host. The zero Value is an absent input.
type Value struct {
	Shape tensor.Shape
	F     []float32
	I     []int32 // instead of F
}

func (v Value) absent() bool { return v.F == nil && v.I == nil }

func (v Value) spec() tensor.Spec {
	if v.I != nil {
		return tensor.Spec{DType: tensor.I32, Shape: v.Shape}
	}
	return tensor.Spec{DType: tensor.F32, Shape: v.Shape}
}

// Case is one operation on given inputs.
type Case struct {
	Kind   op.Kind
	Params any
	In     []Value
	// Diff lists the inputs whose gradient is checked; nil: the operation has
	// no gradient here.
	Diff []int
	// Limit replaces the package's, with the reason in Why.
	Limit float64
	Why   string
	// Abs, if set, bounds the error of each element instead: for results that
	// are zero but for rounding.
	Abs float64
	// Kinks marks inputs at which the derivative jumps: finite differences say
	// nothing there.
	Kinks bool
}

// String names the operation, its parameters and its shapes.
func (c Case) String() string {
	var b strings.Builder
	b.WriteString(string(c.Kind))
	if c.Params != nil {
		fmt.Fprintf(&b, "%+v", c.Params)
	}
	for _, v := range c.In {
		if v.absent() {
			b.WriteString(" -")
		} else {
			fmt.Fprintf(&b, " %v", []int(v.Shape))
		}
	}
	if c.Why != "" {
		fmt.Fprintf(&b, " (%s)", c.Why)
	}
	return b.String()
}

// recorded is one call with the reference's inputs and outputs.
type recorded struct {
	kind    op.Kind
	params  any
	in, out []Value
}

// recorder runs calls at once on the reference backend and remembers them.
type recorder struct {
	be    *ref.Backend[float32]
	calls []recorded
	err   error
}

func (r *recorder) put(v Value) tensor.Tensor {
	if v.absent() {
		return tensor.None
	}
	s := v.spec()
	buf, err := r.be.Alloc(s.DType, s.Shape.Len())
	if err == nil {
		t := tensor.Tensor{Buf: buf, DType: s.DType, Shape: s.Shape}
		if v.I != nil {
			err = r.be.WriteInts(t, v.I)
		} else if v.F != nil {
			err = r.be.Write(t, v.F)
		}
		if err == nil {
			return t
		}
	}
	r.err = err
	return tensor.None
}

func (r *recorder) get(t tensor.Tensor) Value {
	if t.IsNone() {
		return Value{}
	}
	if t.DType == tensor.I32 {
		return Value{Shape: t.Shape, I: r.be.Ints(t)}
	}
	v := Value{Shape: t.Shape, F: make([]float32, t.Len())}
	if err := r.be.Read(v.F, t); err != nil {
		r.err = err
	}
	return v
}

// Emit implements op.Builder.
func (r *recorder) Emit(kind op.Kind, params any, in ...tensor.Tensor) []tensor.Tensor {
	specs, err := op.Infer(kind, params, in)
	if err != nil {
		op.Panic(kind, in, err.Error())
	}
	call := recorded{kind: kind, params: params}
	for _, t := range in {
		call.in = append(call.in, r.get(t))
	}
	out := make([]tensor.Tensor, len(specs))
	for i, s := range specs {
		if from := inPlace(kind, i); from >= 0 {
			out[i] = in[from]
		} else {
			out[i] = r.put(Value{Shape: s.Shape, F: make([]float32, s.Shape.Len())})
		}
	}
	if err := r.be.Run([]op.Call{{Kind: kind, Params: params, In: in, Out: out}}); err != nil {
		r.err = err
	}
	for _, t := range out {
		call.out = append(call.out, r.get(t))
	}
	r.calls = append(r.calls, call)
	return out
}

// inPlace is the input that an output overwrites, or -1.
func inPlace(k op.Kind, output int) int {
	if places := op.Lookup(k).InPlace; places != nil {
		return places[output]
	}
	return -1
}

// expand computes the case on the reference, and its gradient for a random
// gradient of the first output.
func (c Case) expand() (calls []recorded, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("reference: %v", p)
		}
	}()
	r := &recorder{be: ref.New[float32]()}
	in := make([]tensor.Tensor, len(c.In))
	for i, v := range c.In {
		in[i] = r.put(v)
	}
	out := r.Emit(c.Kind, c.Params, in...)
	if c.Diff != nil {
		rng := tensor.NewRNG(7, uint64(out[0].Len()))
		dOut := make([]tensor.Tensor, len(out))
		dOut[0] = r.put(normal(&rng, 1, out[0].Shape...))
		call := op.Call{Kind: c.Kind, Params: c.Params, In: in, Out: out}
		op.Lookup(c.Kind).Grad(r, call, dOut)
	}
	return r.calls, r.err
}
