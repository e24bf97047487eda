package op

import "sprout/core/tensor"

func init() {
	Register(Def{
		Kind:  "add",
		Doc:   "z = x + y, y repeated over leading axes",
		In:    "x y",
		Out:   "z",
		Shape: broadcast,
		Grad: func(b Builder, c Call, dOut []tensor.Tensor) []tensor.Tensor {
			return []tensor.Tensor{dOut[0], sumTo(b, dOut[0], c.In[1])}
		},
		FLOPs: perElement(1),
	})
}
