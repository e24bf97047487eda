package op

import "sprout/core/tensor"

func init() {
	Register(Def{
		Kind:  "log_sigmoid",
		Doc:   "y = ln σ(x) = min(x, 0) − ln(1 + exp(−|x|))",
		In:    "x",
		Out:   "y",
		Shape: sameAsFirst,
		Grad: func(b Builder, c Call, dOut []tensor.Tensor) []tensor.Tensor {
			return b.Emit("log_sigmoid_grad", nil, dOut[0], c.In[0])
		},
		FLOPs: perElement(4),
	})
	Register(Def{
		Kind:  "log_sigmoid_grad",
		Doc:   "dX = dY·σ(−x)",
		In:    "dY x",
		Out:   "dX",
		Shape: allSameShape,
		FLOPs: perElement(4),
	})
}
