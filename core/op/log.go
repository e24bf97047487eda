package op

import "sprout/core/tensor"

func init() {
	Register(Def{
		Kind:  "log",
		Doc:   "y = ln x",
		In:    "x",
		Out:   "y",
		Shape: sameAsFirst,
		Grad: func(b Builder, c Call, dOut []tensor.Tensor) []tensor.Tensor {
			return b.Emit("log_grad", nil, dOut[0], c.In[0])
		},
		FLOPs: perElement(1),
	})
	Register(Def{
		Kind:  "log_grad",
		Doc:   "dX = dY / x",
		In:    "dY x",
		Out:   "dX",
		Shape: allSameShape,
		FLOPs: perElement(1),
	})
}
