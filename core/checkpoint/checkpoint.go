// Package checkpoint keeps what training has made: weights, optimiser moments,
// the tokenizer that belongs to them, and all that a run needs to go on as if
// it had never stopped. It defines the file (one .safetensors), the Store that
// holds many of them, which automatic ones to keep, and where each came from.
package checkpoint

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"

	"sprout/core/problem"
	"sprout/core/tensor"
)

// Names of what a run needs beside the model: the prefix, then the parameter's
// name.
const (
	MomentPrefix = "optim."
	FirstMoment  = "optim.m."
	SecondMoment = "optim.v."
	// FrozenPrefix begins the weights of models that a run reads and never changes,
	// such as a reference: then the model's own name, a dot and the parameter's.
	FrozenPrefix = "optim.frozen."
)

// Checkpoint is one saved moment of a run.
type Checkpoint struct {
	Meta      Meta
	Tensors   []Tensor        // weights under their Hugging Face names, then the moments
	Tokenizer []byte          // tokenizer.json
	State     json.RawMessage // the stage's own: step, cursor, RNG, parameters
	History   json.RawMessage // metrics and samples so far, as the page draws them
}

// Tensor is a named dense float32 array in host memory, row-major.
type Tensor struct {
	Name  string
	Shape tensor.Shape
	Data  []float32
}

// IsMoment reports whether the tensor belongs to the run, not the model.
func (t Tensor) IsMoment() bool { return strings.HasPrefix(t.Name, MomentPrefix) }

// Bytes is the size of the tensor's values.
func (t Tensor) Bytes() int64 { return 4 * int64(len(t.Data)) }

// Tensor finds a tensor by name.
func (c *Checkpoint) Tensor(name string) (Tensor, bool) {
	for _, t := range c.Tensors {
		if t.Name == name {
			return t, true
		}
	}
	return Tensor{}, false
}

// Weights lists the tensors without the optimiser's moments.
func (c *Checkpoint) Weights() []Tensor {
	var w []Tensor
	for _, t := range c.Tensors {
		if !t.IsMoment() {
			w = append(w, t)
		}
	}
	return w
}

// Bytes is the size of everything inside: tensors, tokenizer, state, history.
func (c *Checkpoint) Bytes() int64 {
	n := int64(len(c.Tokenizer) + len(c.State) + len(c.History))
	for _, t := range c.Tensors {
		n += t.Bytes()
	}
	return n
}

// Clone copies everything, so that training can go on in the original.
func (c *Checkpoint) Clone() *Checkpoint {
	d := *c
	d.Meta = c.Meta.clone()
	d.Tokenizer = append([]byte(nil), c.Tokenizer...)
	d.State = append(json.RawMessage(nil), c.State...)
	d.History = append(json.RawMessage(nil), c.History...)
	d.Tensors = make([]Tensor, len(c.Tensors))
	for i, t := range c.Tensors {
		d.Tensors[i] = Tensor{
			t.Name, append(tensor.Shape(nil), t.Shape...), append([]float32(nil), t.Data...),
		}
	}
	return &d
}

// Spec names a tensor that a model needs and the shape it must have.
type Spec struct {
	Name  string
	Shape tensor.Shape
}

// Check holds the tensors against what the model of this configuration needs.
// The weights must be exactly those of want. Moments may be absent altogether;
// where there is one, there must be both of every weight, in the same shape.
// Frozen models beside the weights are not looked at.
// The problem names the first tensor that is missing, left over or of another
// shape.
func (c *Checkpoint) Check(want []Spec) error {
	have := make(map[string]tensor.Shape, len(c.Tensors))
	moments := false
	for _, t := range c.Tensors {
		if strings.HasPrefix(t.Name, FrozenPrefix) {
			continue
		}
		have[t.Name] = t.Shape
		moments = moments || t.IsMoment()
	}
	prefixes := []string{""}
	if moments {
		prefixes = append(prefixes, FirstMoment, SecondMoment)
	}
	for _, prefix := range prefixes {
		for _, w := range want {
			name := prefix + w.Name
			shape, ok := have[name]
			switch {
			case !ok:
				return problem.New("checkpoint_tensor_missing",
					problem.Args{"tensor": name, "shape": fmt.Sprint([]int(w.Shape))},
					"The checkpoint lacks the tensor %s of shape %v that its model configuration needs. Export or download it again.", name, []int(w.Shape))
			case !shape.Equal(w.Shape):
				return problem.New("checkpoint_tensor_shape",
					problem.Args{"tensor": name, "have": fmt.Sprint([]int(shape)), "want": fmt.Sprint([]int(w.Shape))},
					"The tensor %s has shape %v, but the model configuration needs %v. Export or download the file again.", name, []int(shape), []int(w.Shape))
			}
			delete(have, name)
		}
	}
	for _, t := range c.Tensors {
		if _, left := have[t.Name]; left {
			return problem.New("checkpoint_tensor_extra", problem.Args{"tensor": t.Name},
				"The checkpoint holds a tensor %s that its model configuration has no place for. Export or download it again.", t.Name)
		}
	}
	return nil
}

// CheckFinite names the first tensor that holds a NaN or an infinity.
func CheckFinite(tensors []Tensor) error {
	for _, t := range tensors {
		for i, x := range t.Data {
			if math.Float32bits(x)&0x7f800000 == 0x7f800000 {
				return problem.New("checkpoint_not_finite",
					problem.Args{"tensor": t.Name, "index": i, "value": fmt.Sprint(x)},
					"The tensor %s holds %v at element %d; a model with such a value cannot be used.", t.Name, x, i)
			}
		}
	}
	return nil
}

// validate panics on what only a programmer can get wrong.
func (c *Checkpoint) validate(op string) {
	if c.Meta.ID == "" {
		panic("checkpoint: " + op + ": no ID")
	}
	seen := make(map[string]bool, len(c.Tensors))
	for _, t := range c.Tensors {
		if t.Name == "" || t.Name == metadataKey || seen[t.Name] {
			panic(fmt.Sprintf("checkpoint: %s: tensor name %q is empty, reserved or used twice", op, t.Name))
		}
		if t.Shape.Len() != len(t.Data) {
			panic(fmt.Sprintf("checkpoint: %s: %s has shape %v and %d elements", op, t.Name, []int(t.Shape), len(t.Data)))
		}
		seen[t.Name] = true
	}
}
