package op

import "sprout/core/tensor"

// SumGrad carries the number of elements that were added up.
type SumGrad struct{ N int }

func init() {
	Register(Def{
		Kind: "sum",
		Doc:  "y = Σ x",
		In:   "x",
		Out:  "y",
		Shape: func(_ any, in []tensor.Tensor) ([]tensor.Spec, error) {
			return []tensor.Spec{f32(1)}, nil
		},
		Grad: func(b Builder, c Call, dOut []tensor.Tensor) []tensor.Tensor {
			return b.Emit("sum_grad", SumGrad{c.In[0].Len()}, dOut[0])
		},
		FLOPs: perElement(1),
	})
	Register(Def{
		Kind: "sum_grad",
		Doc:  "dX = dY for every element",
		In:   "dY",
		Out:  "dX",
		Shape: func(params any, in []tensor.Tensor) ([]tensor.Spec, error) {
			p, err := paramsOf[SumGrad](params)
			return []tensor.Spec{f32(p.N)}, first(err, scalar("dY", in[0]))
		},
	})
}
