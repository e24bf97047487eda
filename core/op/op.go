// Package op describes the operations of the engine as data. An operation has
// one file here (formula, shape rule, gradient, FLOPs) and one file of the same
// basename in every backend; each registers itself, so a new operation edits no
// existing file.
package op

import (
	"fmt"
	"sort"

	"sprout/core/tensor"
)

// Kind names an operation: "matmul", "rms_norm".
type Kind string

// Call is one recorded operation. Params holds only shape-like constants (a
// small comparable struct declared beside the op, or nil); everything that
// changes between replays is an input buffer.
type Call struct {
	Kind   Kind
	Params any
	In     []tensor.Tensor // None where an optional input is absent
	Out    []tensor.Tensor // may repeat an input: the op then works in place
}

// Builder records calls. The tape implements it; gradients emit through it.
type Builder interface {
	// Emit records an operation on fresh outputs and returns them.
	// It panics with the op and the shapes when they do not fit.
	Emit(kind Kind, params any, in ...tensor.Tensor) []tensor.Tensor
}

// Def is all that is known of an operation apart from its kernels.
type Def struct {
	Kind Kind
	Doc  string // the formula in one line, shown by the profiler

	// In and Out name the inputs and outputs in order, separated by spaces.
	// "ids:i32" is an integer tensor, "from?:i32" may be absent.
	In, Out string

	// Shape checks the inputs' shapes and returns the outputs' specs. Number
	// and element types of the inputs have been checked against In before.
	Shape func(params any, in []tensor.Tensor) ([]tensor.Spec, error)

	// InPlace lists, per output, the input whose memory it reuses, or -1.
	// nil means that every output is fresh.
	InPlace []int

	// Grad emits the calls that turn output gradients into input gradients,
	// one per input, None where there is none. dOut entries may be None; the
	// others have the shape of the output.
	// A nil Grad marks an op that no gradient passes through.
	Grad func(b Builder, c Call, dOut []tensor.Tensor) []tensor.Tensor

	// FLOPs counts multiplications and additions; Bytes, when nil, is the size
	// of all inputs and outputs.
	FLOPs func(params any, in []tensor.Tensor) int64
	Bytes func(params any, in []tensor.Tensor) int64
}

// Infer checks the inputs of an operation and returns the outputs' specs.
func Infer(k Kind, params any, in []tensor.Tensor) ([]tensor.Spec, error) {
	d := Lookup(k)
	if err := checkInputs(d.In, in); err != nil {
		return nil, err
	}
	return d.Shape(params, in)
}

// FLOPs counts the multiplications and additions of one call.
func (c Call) FLOPs() int64 {
	d := Lookup(c.Kind)
	if d.FLOPs == nil {
		return 0
	}
	return d.FLOPs(c.Params, c.In)
}

// Bytes is the memory that one call reads and writes.
func (c Call) Bytes() int64 {
	d := Lookup(c.Kind)
	if d.Bytes != nil {
		return d.Bytes(c.Params, c.In)
	}
	n := 0
	for _, ts := range [2][]tensor.Tensor{c.In, c.Out} {
		for _, t := range ts {
			if !t.IsNone() {
				n += t.Len()
			}
		}
	}
	return 4 * int64(n)
}

var registry = map[Kind]Def{}

// Register adds an operation; called from init functions only.
func Register(d Def) {
	if _, dup := registry[d.Kind]; dup {
		panic("op: " + string(d.Kind) + " registered twice")
	}
	registry[d.Kind] = d
}

// Lookup finds an operation. It panics for an unknown kind.
func Lookup(k Kind) Def {
	d, ok := registry[k]
	if !ok {
		panic("op: unknown operation " + string(k))
	}
	return d
}

// Kinds lists all registered operations in alphabetical order.
func Kinds() []Kind {
	ks := make([]Kind, 0, len(registry))
	for k := range registry {
		ks = append(ks, k)
	}
	sort.Slice(ks, func(i, j int) bool { return ks[i] < ks[j] })
	return ks
}

// Panic reports a programmer's error with the op and the shapes.
func Panic(k Kind, in []tensor.Tensor, why string) {
	panic(fmt.Sprintf("op %s%v: %s", k, in, why))
}
