package op

import "sprout/core/tensor"

func init() {
	Register(Def{
		Kind:  "exp",
		Doc:   "y = exp(x)",
		In:    "x",
		Out:   "y",
		Shape: sameAsFirst,
		Grad: func(b Builder, c Call, dOut []tensor.Tensor) []tensor.Tensor {
			return b.Emit("mul", nil, dOut[0], c.Out[0])
		},
		FLOPs: perElement(1),
	})
}
