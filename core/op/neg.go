package op

import "sprout/core/tensor"

func init() {
	Register(Def{
		Kind:  "neg",
		Doc:   "y = −x",
		In:    "x",
		Out:   "y",
		Shape: sameAsFirst,
		Grad: func(b Builder, c Call, dOut []tensor.Tensor) []tensor.Tensor {
			return b.Emit("neg", nil, dOut[0])
		},
		FLOPs: perElement(1),
	})
}
