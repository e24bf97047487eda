package op

import "sprout/core/tensor"

func init() {
	Register(Def{
		Kind: "cross_entropy",
		// Nats. mask is a weight, mostly 0 or 1. Where it is 0 the row is not
		// looked at, its target may be anything, and both outputs are 0.
		Doc: "losses = mask·(lse − logits[target]), lse = log Σ exp(logits)",
		In:  "logits targets:i32 mask",
		Out: "losses lse",
		Shape: func(_ any, in []tensor.Tensor) ([]tensor.Spec, error) {
			n := in[0].Shape.Rows()
			return []tensor.Spec{f32(n), f32(n)}, first(length("targets", in[1], n), length("mask", in[2], n))
		},
		Grad: func(b Builder, c Call, dOut []tensor.Tensor) []tensor.Tensor {
			noGradient(c, dOut, 1)
			d := b.Emit("cross_entropy_grad", nil, dOut[0], c.In[0], c.In[1], c.In[2], c.Out[1])
			return []tensor.Tensor{d[0], tensor.None, tensor.None}
		},
		FLOPs: perElement(3),
	})
	Register(Def{
		Kind: "cross_entropy_grad",
		Doc:  "dLogits = dLosses·mask·(exp(logits − lse) − onehot(target))",
		In:   "dLosses logits targets:i32 mask lse",
		Out:  "dLogits",
		Shape: func(_ any, in []tensor.Tensor) ([]tensor.Spec, error) {
			n := in[1].Shape.Rows()
			return []tensor.Spec{like(in[1])}, first(length("dLosses", in[0], n), length("targets", in[2], n),
				length("mask", in[3], n), length("lse", in[4], n))
		},
		FLOPs: func(_ any, in []tensor.Tensor) int64 { return 3 * int64(in[1].Len()) },
	})
}
