package op

import (
	"fmt"
	"strings"

	"sprout/core/tensor"
)

// checkInputs holds the inputs against the names and types of Def.In.
func checkInputs(names string, in []tensor.Tensor) error {
	fields := strings.Fields(names)
	if len(fields) != len(in) {
		return fmt.Errorf("needs the inputs %s, not %d", names, len(in))
	}
	for i, f := range fields {
		name, want := f, tensor.F32
		if n, ok := strings.CutSuffix(f, ":i32"); ok {
			name, want = n, tensor.I32
		}
		name, optional := strings.CutSuffix(name, "?")
		switch {
		case in[i].IsNone() && !optional:
			return fmt.Errorf("input %s is absent", name)
		case !in[i].IsNone() && in[i].DType != want:
			return fmt.Errorf("input %s must be %v", name, want)
		}
	}
	return nil
}

// paramsOf is the operation's parameters as their own type.
func paramsOf[P any](params any) (P, error) {
	p, ok := params.(P)
	if !ok {
		return p, fmt.Errorf("needs parameters of type %T, not %T", p, params)
	}
	return p, nil
}

func f32(shape ...int) tensor.Spec { return tensor.Spec{DType: tensor.F32, Shape: shape} }

// like is the spec of a fresh float tensor of t's shape.
func like(t tensor.Tensor) tensor.Spec { return f32(t.Shape...) }

// scalar checks that t holds one number.
func scalar(name string, t tensor.Tensor) error { return length(name, t, 1) }

// length checks the number of elements.
func length(name string, t tensor.Tensor, n int) error {
	if t.Len() != n {
		return fmt.Errorf("%s must have %d elements, not %d", name, n, t.Len())
	}
	return nil
}

// sameShape checks that two inputs have equal axes.
func sameShape(nameA, nameB string, a, b tensor.Tensor) error {
	if !a.Shape.Equal(b.Shape) {
		return fmt.Errorf("%s and %s differ in shape", nameA, nameB)
	}
	return nil
}

// first is the first error of several checks.
func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// noGradient panics when the gradient of an output that only serves the
// backward pass is asked for.
func noGradient(c Call, dOut []tensor.Tensor, output int) {
	if !dOut[output].IsNone() {
		Panic(c.Kind, c.In, fmt.Sprintf("no gradient passes through output %d", output))
	}
}

// perElement counts n operations for each element of the first input.
func perElement(n int) func(any, []tensor.Tensor) int64 {
	return func(_ any, in []tensor.Tensor) int64 { return int64(n) * int64(in[0].Len()) }
}
