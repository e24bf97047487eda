package op

import "sprout/core/tensor"

// The divergences between a teacher's and a student's distribution, in nats per
// row, take logits and the inverse temperature. They do not multiply by T²: the
// objectives of distillation do. The teacher is frozen and gets no gradient.

// divergence checks teacher, student, invT and, for some, beta.
func divergence(in []tensor.Tensor) error {
	err := sameShape("teacher", "student", in[0], in[1])
	for i, name := range []string{"invT", "beta"}[:len(in)-2] {
		err = first(err, scalar(name, in[2+i]))
	}
	return err
}

// divergenceGrad hands the output's gradient and all inputs to an operation
// that computes the student's.
func divergenceGrad(k Kind) func(Builder, Call, []tensor.Tensor) []tensor.Tensor {
	return func(b Builder, c Call, dOut []tensor.Tensor) []tensor.Tensor {
		d := make([]tensor.Tensor, len(c.In))
		d[1] = b.Emit(k, nil, append([]tensor.Tensor{dOut[0]}, c.In...)...)[0]
		return d
	}
}
