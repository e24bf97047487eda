package op

import "sprout/core/tensor"

func init() {
	Register(Def{
		Kind: "log_probs",
		// A negative target marks padding: the row gives 0 and no gradient.
		Doc: "y = logits[target] − log Σ exp(logits)",
		In:  "logits targets:i32",
		Out: "y",
		Shape: func(_ any, in []tensor.Tensor) ([]tensor.Spec, error) {
			n := in[0].Shape.Rows()
			return []tensor.Spec{f32(n)}, length("targets", in[1], n)
		},
		Grad: func(b Builder, c Call, dOut []tensor.Tensor) []tensor.Tensor {
			d := b.Emit("log_probs_grad", nil, dOut[0], c.In[0], c.In[1], c.Out[0])
			return []tensor.Tensor{d[0], tensor.None}
		},
		FLOPs: perElement(3),
	})
	Register(Def{
		Kind: "log_probs_grad",
		Doc:  "dLogits = dY·(onehot(target) − exp(logits − lse)), lse = logits[target] − y",
		In:   "dY logits targets:i32 y",
		Out:  "dLogits",
		Shape: func(_ any, in []tensor.Tensor) ([]tensor.Spec, error) {
			n := in[1].Shape.Rows()
			return []tensor.Spec{like(in[1])}, first(length("dY", in[0], n), length("targets", in[2], n), length("y", in[3], n))
		},
		FLOPs: func(_ any, in []tensor.Tensor) int64 { return 3 * int64(in[1].Len()) },
	})
}
