package op

import "sprout/core/tensor"

func init() {
	Register(Def{
		Kind:  "copy",
		Doc:   "y = x",
		In:    "x",
		Out:   "y",
		Shape: sameAsFirst,
		Grad: func(b Builder, c Call, dOut []tensor.Tensor) []tensor.Tensor {
			return dOut
		},
		FLOPs: perElement(0),
	})
}
