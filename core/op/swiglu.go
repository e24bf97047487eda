package op

import "sprout/core/tensor"

func init() {
	Register(Def{
		Kind:  "swiglu",
		Doc:   "y = gate·σ(gate)·up (arXiv 2002.05202)",
		In:    "gate up",
		Out:   "y",
		Shape: allSameShape,
		Grad: func(b Builder, c Call, dOut []tensor.Tensor) []tensor.Tensor {
			return b.Emit("swiglu_grad", nil, dOut[0], c.In[0], c.In[1])
		},
		FLOPs: perElement(5),
	})
	Register(Def{
		Kind: "swiglu_grad",
		Doc:  "dGate = dY·up·σ·(1 + gate·(1 − σ)), dUp = dY·gate·σ, σ = σ(gate)",
		In:   "dY gate up",
		Out:  "dGate dUp",
		Shape: func(params any, in []tensor.Tensor) ([]tensor.Spec, error) {
			s, err := allSameShape(params, in)
			return append(s, s...), err
		},
		FLOPs: perElement(10),
	})
}
