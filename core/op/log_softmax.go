package op

import "sprout/core/tensor"

func init() {
	Register(Def{
		Kind:  "log_softmax",
		Doc:   "y = x − log Σ exp(x) along the last axis",
		In:    "x",
		Out:   "y",
		Shape: sameAsFirst,
		Grad: func(b Builder, c Call, dOut []tensor.Tensor) []tensor.Tensor {
			return b.Emit("log_softmax_grad", nil, dOut[0], c.Out[0])
		},
		FLOPs: perElement(3),
	})
	Register(Def{
		Kind:  "log_softmax_grad",
		Doc:   "dX = dY − exp(y)·Σ dY",
		In:    "dY y",
		Out:   "dX",
		Shape: allSameShape,
		FLOPs: perElement(4),
	})
}
