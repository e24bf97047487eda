package autograd

import (
	"fmt"

	"sprout/core/op"
	"sprout/core/tensor"
)

// place identifies a tensor whatever its shape: reshaping shares a gradient.
type place struct {
	buf tensor.Buffer
	off int
}

func placeOf(x tensor.Tensor) place { return place{x.Buf, x.Off} }

// Backward appends the gradient calls for everything recorded so far and
// returns d loss/d wrt for each wrt, None where loss does not depend on it.
// dLoss is the seed and has the shape of loss. Calls whose result turns out to
// serve nobody are left out by Compile.
//
// It panics where a gradient would have to pass through an operation that has
// none, such as cache_write, or into a part of a tensor: silently missing
// gradients would look like slow learning.
func (t *Tape) Backward(loss, dLoss tensor.Tensor, wrt ...tensor.Tensor) []tensor.Tensor {
	if !loss.Shape.Equal(dLoss.Shape) {
		panic(fmt.Sprintf("autograd: the seed %v has not the shape of the loss %v", dLoss, loss))
	}
	recorded := t.calls
	needs := dependents(recorded, wrt)
	grads := map[place]tensor.Tensor{placeOf(loss): dLoss}
	for i := len(recorded) - 1; i >= 0; i-- {
		c := recorded[i]
		if !needs.any(c.In) {
			continue
		}
		dOut := make([]tensor.Tensor, len(c.Out))
		reached := false
		for j, o := range c.Out {
			if d := grads[placeOf(o)]; !d.IsNone() {
				dOut[j], reached = d.Reshape(o.Shape...), true
			}
		}
		if !reached {
			continue
		}
		def := op.Lookup(c.Kind)
		if def.Grad == nil {
			op.Panic(c.Kind, c.In, "no gradient passes through this operation")
		}
		for j, d := range def.Grad(t, c, dOut) {
			if in := c.In[j]; !d.IsNone() && needs.has(in) {
				if sum := grads[placeOf(in)]; !sum.IsNone() {
					d = t.Emit("add", nil, sum, d.Reshape(sum.Shape...))[0]
				}
				grads[placeOf(in)] = d.Reshape(in.Shape...)
			}
		}
	}
	out := make([]tensor.Tensor, len(wrt))
	for i, w := range wrt {
		if g := grads[placeOf(w)]; !g.IsNone() {
			out[i] = g.Reshape(w.Shape...)
		}
	}
	return out
}

// extents holds tensors by buffer and first element; the value is the length.
type extents map[tensor.Buffer]map[int]int

func (e extents) add(x tensor.Tensor) {
	if e[x.Buf] == nil {
		e[x.Buf] = map[int]int{}
	}
	e[x.Buf][x.Off] = x.Len()
}

// has reports whether x is one of the tensors. It panics if x overlaps one
// without being it.
func (e extents) has(x tensor.Tensor) bool {
	if x.IsNone() || e[x.Buf] == nil {
		return false
	}
	if n, ok := e[x.Buf][x.Off]; ok && n == x.Len() {
		return true
	}
	for off, n := range e[x.Buf] {
		if off < x.Off+x.Len() && x.Off < off+n {
			panic(fmt.Sprintf("autograd: no gradient passes into elements %d to %d of a tensor at %d to %d",
				x.Off, x.Off+x.Len(), off, off+n))
		}
	}
	return false
}

func (e extents) any(xs []tensor.Tensor) bool {
	found := false
	for _, x := range xs {
		found = e.has(x) || found
	}
	return found
}

// dependents are the tensors that a gradient on its way to wrt passes through.
func dependents(calls []op.Call, wrt []tensor.Tensor) extents {
	e := extents{}
	for _, w := range wrt {
		e.add(w)
	}
	for _, c := range calls {
		if e.any(c.In) {
			for _, o := range c.Out {
				e.add(o)
			}
		}
	}
	return e
}
