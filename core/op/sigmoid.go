package op

import "sprout/core/tensor"

func init() {
	Register(Def{
		Kind:  "sigmoid",
		Doc:   "y = σ(x) = 1 / (1 + exp(−x))",
		In:    "x",
		Out:   "y",
		Shape: sameAsFirst,
		Grad: func(b Builder, c Call, dOut []tensor.Tensor) []tensor.Tensor {
			return b.Emit("sigmoid_grad", nil, dOut[0], c.Out[0])
		},
		FLOPs: perElement(3),
	})
	Register(Def{
		Kind:  "sigmoid_grad",
		Doc:   "dX = dY·y·(1 − y)",
		In:    "dY y",
		Out:   "dX",
		Shape: allSameShape,
		FLOPs: perElement(3),
	})
}
