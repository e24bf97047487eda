package op

import "sprout/core/tensor"

func init() {
	Register(Def{
		Kind: "clip",
		Doc:  "y = min(max(x, lo), hi)",
		In:   "x lo hi",
		Out:  "y",
		Shape: func(_ any, in []tensor.Tensor) ([]tensor.Spec, error) {
			return []tensor.Spec{like(in[0])}, first(scalar("lo", in[1]), scalar("hi", in[2]))
		},
		// The bounds are settings and get no gradient.
		Grad: func(b Builder, c Call, dOut []tensor.Tensor) []tensor.Tensor {
			d := b.Emit("clip_grad", nil, dOut[0], c.In[0], c.In[1], c.In[2])
			return []tensor.Tensor{d[0], tensor.None, tensor.None}
		},
		FLOPs: perElement(2),
	})
	Register(Def{
		Kind: "clip_grad",
		Doc:  "dX = dY where lo ≤ x ≤ hi, else 0",
		In:   "dY x lo hi",
		Out:  "dX",
		Shape: func(_ any, in []tensor.Tensor) ([]tensor.Spec, error) {
			return []tensor.Spec{like(in[1])},
				first(sameShape("dY", "x", in[0], in[1]), scalar("lo", in[2]), scalar("hi", in[3]))
		},
		FLOPs: perElement(2),
	})
}
