package op

import "sprout/core/tensor"

func init() {
	Register(Def{
		Kind:  "max",
		Doc:   "z = max(x, y), y repeated over leading axes",
		In:    "x y",
		Out:   "z",
		Shape: broadcast,
		Grad: func(b Builder, c Call, dOut []tensor.Tensor) []tensor.Tensor {
			d := b.Emit("max_grad", nil, dOut[0], c.In[0], c.In[1])
			return []tensor.Tensor{d[0], sumTo(b, d[1], c.In[1])}
		},
		FLOPs: perElement(1),
	})
	Register(Def{
		Kind: "max_grad",
		// Equal values share the gradient evenly, as in PyTorch.
		Doc:   "dX = dZ where x > y, dZ/2 where x = y, else 0; dYx = dZ − dX before it is summed over the repeated axes",
		In:    "dZ x y",
		Out:   "dX dYx",
		Shape: pickedGrad,
		FLOPs: perElement(1),
	})
}
