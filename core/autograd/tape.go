// Package autograd records operations on a tape, derives the calls of the
// backward pass from each operation's own rule, and compiles the whole into a
// plan: a fixed list of calls over a fixed set of buffers that is replayed for
// every step. It knows no operation by name, except "add" for summing the
// gradients of a tensor that is used more than once.
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
	t.calls = append(t.calls, op.Call{Kind: kind, Params: params, In: in, Out: out})
	return out
}

// Bind makes a virtual tensor live in memory that the caller owns.
func (t *Tape) Bind(virtual, real tensor.Tensor) {
	if virtual.Buf >= 0 || real.Buf <= 0 || virtual.Len() != real.Len() {
		panic(fmt.Sprintf("autograd: cannot bind %v to %v", virtual, real))
	}
	t.bound[virtual.Buf] = real
}

// Backward appends the gradient calls for everything recorded so far and
// returns d loss/d wrt for each wrt, None where loss does not depend on it.
// dLoss is the seed and has the shape of loss.
func (t *Tape) Backward(loss, dLoss tensor.Tensor, wrt ...tensor.Tensor) []tensor.Tensor {
	type key struct {
		buf tensor.Buffer
		off int
	}
	at := func(x tensor.Tensor) key { return key{x.Buf, x.Off} }

	// Only tensors on a path from wrt need a gradient.
	needs := map[key]bool{}
	for _, w := range wrt {
		needs[at(w)] = true
	}
	recorded := t.calls
	for _, c := range recorded {
		for _, in := range c.In {
			if !in.IsNone() && needs[at(in)] {
				for _, o := range c.Out {
					needs[at(o)] = true
				}
				break
			}
		}
	}

	grad := map[key]tensor.Tensor{at(loss): dLoss}
	for i := len(recorded) - 1; i >= 0; i-- {
		c := recorded[i]
		dOut := make([]tensor.Tensor, len(c.Out))
		any := false
		for j, o := range c.Out {
			if d := grad[at(o)]; !d.IsNone() {
				dOut[j], any = d.Reshape(o.Shape...), true
			}
		}
		wanted := false
		for _, in := range c.In {
			wanted = wanted || (!in.IsNone() && needs[at(in)])
		}
		def := op.Lookup(c.Kind)
		if !any || !wanted || def.Grad == nil {
			continue
		}
		for j, d := range def.Grad(t, c, dOut) {
			if d.IsNone() || !needs[at(c.In[j])] {
				continue
			}
			k := at(c.In[j])
			if prev, ok := grad[k]; ok && !prev.IsNone() {
				d = t.Emit("add", nil, prev, d.Reshape(prev.Shape...))[0]
			}
			grad[k] = d
		}
	}
	out := make([]tensor.Tensor, len(wrt))
	for i, w := range wrt {
		if g, ok := grad[at(w)]; ok && !g.IsNone() {
			out[i] = g.Reshape(w.Shape...)
		}
	}
	return out
}

// Calls is what has been recorded, on virtual buffers.
func (t *Tape) Calls() []op.Call { return t.calls }
