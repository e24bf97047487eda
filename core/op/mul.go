package op

import "sprout/core/tensor"

func init() {
	Register(Def{
		Kind:  "mul",
		Doc:   "z = x·y element by element, y repeated over leading axes",
		In:    "x y",
		Out:   "z",
		Shape: broadcast,
		Grad: func(b Builder, c Call, dOut []tensor.Tensor) []tensor.Tensor {
			return []tensor.Tensor{
				b.Emit("mul", nil, dOut[0], c.In[1])[0],
				sumTo(b, b.Emit("mul", nil, dOut[0], c.In[0])[0], c.In[1]),
			}
		},
		FLOPs: perElement(1),
	})
}
