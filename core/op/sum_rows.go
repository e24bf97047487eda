package op

import "sprout/core/tensor"

// SumRowsGrad carries the length of the rows that were added up.
type SumRowsGrad struct{ Cols int }

func init() {
	Register(Def{
		Kind: "sum_rows",
		Doc:  "y[n] = Σ_c x[n,c]",
		In:   "x",
		Out:  "y",
		Shape: func(_ any, in []tensor.Tensor) ([]tensor.Spec, error) {
			return []tensor.Spec{f32(in[0].Shape.Rows())}, nil
		},
		Grad: func(b Builder, c Call, dOut []tensor.Tensor) []tensor.Tensor {
			return b.Emit("sum_rows_grad", SumRowsGrad{c.In[0].Shape.Last()}, dOut[0])
		},
		FLOPs: perElement(1),
	})
	Register(Def{
		Kind: "sum_rows_grad",
		Doc:  "dX[n,c] = dY[n]",
		In:   "dY",
		Out:  "dX",
		Shape: func(params any, in []tensor.Tensor) ([]tensor.Spec, error) {
			p, err := paramsOf[SumRowsGrad](params)
			return []tensor.Spec{f32(in[0].Len(), p.Cols)}, err
		},
	})
}
