// Package autograd records operations on a tape, derives the calls of the
// backward pass from each operation's own rule, and compiles the whole into a
// plan: a fixed list of calls over a fixed set of buffers that is replayed for
// every step. It knows no operation by name, except "add" for the gradients of a
// tensor that is used more than once, and "copy" and "fill_zero" for results
// that must land where nothing computes them.
//
//	t := autograd.NewTape()
//	x := t.Input(tensor.I32, n)                       // written before each replay
//	y := t.Emit("embedding", nil, weight, x)[0]       // weight: a real tensor, owned by the caller
//	…
//	grads := t.Backward(loss, dLoss, weight)          // dLoss: the seed, same shape as loss
//	t.Bind(grads[0], slabView)                        // compute it right where it is wanted
//	plan, err := t.Compile(be, loss)                  // keep loss readable after Run
//	be.WriteInts(plan.At(x), ids); plan.Run(); be.Read(out, plan.At(loss))
package autograd

import (
	"fmt"
	"slices"

	"sprout/core/op"
	"sprout/core/tensor"
)

// Tape records calls on virtual buffers. It is an op.Builder.
type Tape struct {
	calls   []op.Call
	virtual []tensor.Spec // spec of virtual buffer -(i+1)
	inputs  map[tensor.Buffer]bool
	bound   map[tensor.Buffer]tensor.Tensor
}

// NewTape returns an empty tape.
func NewTape() *Tape {
	return &Tape{inputs: map[tensor.Buffer]bool{}, bound: map[tensor.Buffer]tensor.Tensor{}}
}

func (t *Tape) fresh(s tensor.Spec) tensor.Tensor {
	t.virtual = append(t.virtual, s)
	return tensor.Tensor{Buf: tensor.Buffer(-len(t.virtual)), DType: s.DType, Shape: s.Shape}
}

// Input declares a buffer that the host writes before a replay. It keeps its
// content between replays.
func (t *Tape) Input(dt tensor.DType, shape ...int) tensor.Tensor {
	x := t.fresh(tensor.Spec{DType: dt, Shape: shape})
	t.inputs[x.Buf] = true
	return x
}

// Emit records one operation. Inputs may be virtual or a backend's own tensors.
func (t *Tape) Emit(kind op.Kind, params any, in ...tensor.Tensor) []tensor.Tensor {
	def := op.Lookup(kind)
	specs, err := op.Infer(kind, params, in)
	if err != nil {
		op.Panic(kind, in, err.Error())
	}
	out := make([]tensor.Tensor, len(specs))
	for i, s := range specs {
		if def.InPlace != nil && def.InPlace[i] >= 0 {
			out[i] = in[def.InPlace[i]]
			continue
		}
		out[i] = t.fresh(s)
	}
	t.calls = append(t.calls, op.Call{Kind: kind, Params: params, In: slices.Clone(in), Out: out})
	return out
}

// Bind makes a tensor live in memory that the caller owns: the call that
// computes x writes right there. Where that is impossible because x is an
// input, a part of a buffer, real, or bound already, a copy is recorded; an
// absent x, the gradient of a tensor that the loss does not depend on, records
// zeros.
func (t *Tape) Bind(x, real tensor.Tensor) {
	if real.Buf <= 0 || (!x.IsNone() && (x.DType != real.DType || x.Len() != real.Len())) {
		panic(fmt.Sprintf("autograd: cannot bind %v to %v", x, real))
	}
	if x.IsNone() {
		t.Emit("fill_zero", nil, real)
		return
	}
	_, twice := t.bound[x.Buf]
	if x.Buf > 0 || t.inputs[x.Buf] || twice || t.partial(x) {
		x = t.Emit("copy", nil, x)[0]
	}
	t.bound[x.Buf] = real
}

// partial reports whether x is less than the whole of a virtual buffer.
func (t *Tape) partial(x tensor.Tensor) bool {
	return x.Buf < 0 && (x.Off != 0 || x.Len() != t.virtual[-x.Buf-1].Shape.Len())
}

// Calls is what has been recorded, on virtual buffers.
func (t *Tape) Calls() []op.Call { return t.calls }
