package op

import "sprout/core/tensor"

func init() {
	Register(Def{
		Kind:  "sub",
		Doc:   "z = x − y, y repeated over leading axes",
		In:    "x y",
		Out:   "z",
		Shape: broadcast,
		Grad: func(b Builder, c Call, dOut []tensor.Tensor) []tensor.Tensor {
			return []tensor.Tensor{dOut[0], b.Emit("neg", nil, sumTo(b, dOut[0], c.In[1]))[0]}
		},
		FLOPs: perElement(1),
	})
}
