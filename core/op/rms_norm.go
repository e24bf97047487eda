package op

import "sprout/core/tensor"

// RMSNorm holds the number under the root that keeps a row of zeros finite.
type RMSNorm struct{ Eps float32 }

func init() {
	Register(Def{
		Kind: "rms_norm",
		Doc:  "y = x·rstd·w, rstd = 1/√(mean(x²) + ε)",
		In:   "x w",
		Out:  "y rstd",
		Shape: func(params any, in []tensor.Tensor) ([]tensor.Spec, error) {
			_, err := paramsOf[RMSNorm](params)
			return []tensor.Spec{like(in[0]), f32(in[0].Shape.Rows())},
				first(err, length("w", in[1], in[0].Shape.Last()))
		},
		Grad: func(b Builder, c Call, dOut []tensor.Tensor) []tensor.Tensor {
			noGradient(c, dOut, 1)
			return b.Emit("rms_norm_grad", nil, dOut[0], c.In[0], c.In[1], c.Out[1])
		},
		FLOPs: perElement(4),
	})
	Register(Def{
		Kind: "rms_norm_grad",
		Doc:  "dX = rstd·(dY·w − x̂·mean(dY·w·x̂)), dW = Σₙ dY·x̂, x̂ = x·rstd",
		In:   "dY x w rstd",
		Out:  "dX dW",
		Shape: func(_ any, in []tensor.Tensor) ([]tensor.Spec, error) {
			c := in[0].Shape.Last()
			return []tensor.Spec{like(in[1]), f32(c)}, first(
				sameShape("dY", "x", in[0], in[1]),
				length("w", in[2], c), length("rstd", in[3], in[0].Shape.Rows()))
		},
		FLOPs: perElement(10),
	})
}
