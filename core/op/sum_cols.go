package op

import "sprout/core/tensor"

// SumColsGrad carries the number of rows that were added up.
type SumColsGrad struct{ Rows int }

func init() {
	Register(Def{
		Kind: "sum_cols",
		Doc:  "y[c] = Σ_n x[n,c], in ascending n",
		In:   "x",
		Out:  "y",
		Shape: func(_ any, in []tensor.Tensor) ([]tensor.Spec, error) {
			return []tensor.Spec{f32(in[0].Shape.Last())}, nil
		},
		Grad: func(b Builder, c Call, dOut []tensor.Tensor) []tensor.Tensor {
			return b.Emit("sum_cols_grad", SumColsGrad{c.In[0].Shape.Rows()}, dOut[0])
		},
		FLOPs: perElement(1),
	})
	Register(Def{
		Kind: "sum_cols_grad",
		Doc:  "dX[n,c] = dY[c]",
		In:   "dY",
		Out:  "dX",
		Shape: func(params any, in []tensor.Tensor) ([]tensor.Spec, error) {
			p, err := paramsOf[SumColsGrad](params)
			return []tensor.Spec{f32(p.Rows, in[0].Len())}, err
		},
	})
}
