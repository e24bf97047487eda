package op

import (
	"fmt"

	"sprout/core/tensor"
)

// sameAsFirst is the shape rule of operations on one tensor.
func sameAsFirst(_ any, in []tensor.Tensor) ([]tensor.Spec, error) {
	return []tensor.Spec{like(in[0])}, nil
}

// allSameShape is the shape rule of operations on tensors of one shape.
func allSameShape(_ any, in []tensor.Tensor) ([]tensor.Spec, error) {
	for _, t := range in[1:] {
		if !t.Shape.Equal(in[0].Shape) {
			return nil, fmt.Errorf("the inputs differ in shape")
		}
	}
	return []tensor.Spec{like(in[0])}, nil
}

// broadcast is the shape rule of operations on two tensors x and y: y has x's
// shape, a suffix of it (it then repeats for every leading index), or one
// element. Kernels need no case for it: element i of x meets element i mod
// len(y) of y.
func broadcast(_ any, in []tensor.Tensor) ([]tensor.Spec, error) {
	x, y := in[0].Shape, in[1].Shape
	if y.Len() != 1 && (len(y) > len(x) || !y.Equal(x[len(x)-len(y):])) {
		return nil, fmt.Errorf("y is neither of x's shape nor a suffix of it nor one number")
	}
	return []tensor.Spec{like(in[0])}, nil
}

// sumTo adds the gradient d, of x's shape, over the axes along which y was
// repeated.
func sumTo(b Builder, d, y tensor.Tensor) tensor.Tensor {
	switch n := y.Len(); {
	case n == d.Len():
		return d.Reshape(y.Shape...)
	case n == 1:
		return b.Emit("sum", nil, d)[0].Reshape(y.Shape...)
	default:
		return b.Emit("sum_cols", nil, d.Reshape(d.Len()/n, n))[0].Reshape(y.Shape...)
	}
}

// pickedGrad is the shape rule of min_grad and max_grad: both gradients have
// x's shape.
func pickedGrad(_ any, in []tensor.Tensor) ([]tensor.Spec, error) {
	s, err := broadcast(nil, in[1:])
	return append(s, s...), first(err, sameShape("dZ", "x", in[0], in[1]))
}
