package op

import "sprout/core/tensor"

func init() {
	Register(Def{
		Kind: "scale",
		Doc:  "y = s·x",
		In:   "x s",
		Out:  "y",
		Shape: func(_ any, in []tensor.Tensor) ([]tensor.Spec, error) {
			return []tensor.Spec{like(in[0])}, scalar("s", in[1])
		},
		// s is a setting and gets no gradient; a learnt factor belongs in mul.
		Grad: func(b Builder, c Call, dOut []tensor.Tensor) []tensor.Tensor {
			return []tensor.Tensor{b.Emit("scale", nil, dOut[0], c.In[1])[0], tensor.None}
		},
		FLOPs: perElement(1),
	})
}
