package op

import "sprout/core/tensor"

func init() {
	Register(Def{
		Kind: "kl_reverse",
		Doc:  "y = Σ q·(ln q − ln p), p = softmax(teacher·invT), q = softmax(student·invT)",
		In:   "teacher student invT",
		Out:  "y",
		Shape: func(_ any, in []tensor.Tensor) ([]tensor.Spec, error) {
			return []tensor.Spec{f32(in[0].Shape.Rows())}, divergence(in)
		},
		Grad:  divergenceGrad("kl_reverse_grad"),
		FLOPs: perElement(8),
	})
	Register(Def{
		Kind: "kl_reverse_grad",
		Doc:  "dStudent = dY·invT·q·(ln q − ln p − y)",
		In:   "dY teacher student invT",
		Out:  "dStudent",
		Shape: func(_ any, in []tensor.Tensor) ([]tensor.Spec, error) {
			return []tensor.Spec{like(in[2])}, first(divergence(in[1:]), length("dY", in[0], in[1].Shape.Rows()))
		},
		FLOPs: func(_ any, in []tensor.Tensor) int64 { return 10 * int64(in[1].Len()) },
	})
}
