package op

import "sprout/core/tensor"

func init() {
	Register(Def{
		Kind:  "softmax",
		Doc:   "y = exp(x) / Σ exp(x) along the last axis",
		In:    "x",
		Out:   "y",
		Shape: sameAsFirst,
		Grad: func(b Builder, c Call, dOut []tensor.Tensor) []tensor.Tensor {
			return b.Emit("softmax_grad", nil, dOut[0], c.Out[0])
		},
		FLOPs: perElement(3),
	})
	Register(Def{
		Kind:  "softmax_grad",
		Doc:   "dX = y·(dY − Σ dY·y)",
		In:    "dY y",
		Out:   "dX",
		Shape: allSameShape,
		FLOPs: perElement(4),
	})
}
