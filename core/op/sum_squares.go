package op

import "sprout/core/tensor"

func init() {
	Register(Def{
		Kind:  "sum_squares",
		Doc:   "y = Σ x²",
		In:    "x",
		Out:   "y",
		Shape: func(_ any, _ []tensor.Tensor) ([]tensor.Spec, error) { return []tensor.Spec{f32(1)}, nil },
		Grad: func(b Builder, c Call, dOut []tensor.Tensor) []tensor.Tensor {
			g := b.Emit("mul", nil, c.In[0], dOut[0])[0]
			return b.Emit("add", nil, g, g)
		},
		FLOPs: perElement(2),
	})
}
