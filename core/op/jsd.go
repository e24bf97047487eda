package op

import "sprout/core/tensor"

func init() {
	Register(Def{
		Kind: "jsd",
		// p and q as in kl_forward; a summand whose m is 0 counts 0.
		Doc: "y = β·Σ p·ln(p/m) + (1−β)·Σ q·ln(q/m), m = β·p + (1−β)·q (arXiv 2306.13649)",
		In:  "teacher student invT beta",
		Out: "y",
		Shape: func(_ any, in []tensor.Tensor) ([]tensor.Spec, error) {
			return []tensor.Spec{f32(in[0].Shape.Rows())}, divergence(in)
		},
		Grad:  divergenceGrad("jsd_grad"),
		FLOPs: perElement(12),
	})
	Register(Def{
		Kind: "jsd_grad",
		Doc:  "dStudent = dY·invT·(1−β)·q·(ln(q/m) − Σ q·ln(q/m))",
		In:   "dY teacher student invT beta",
		Out:  "dStudent",
		Shape: func(_ any, in []tensor.Tensor) ([]tensor.Spec, error) {
			return []tensor.Spec{like(in[2])}, first(divergence(in[1:]), length("dY", in[0], in[1].Shape.Rows()))
		},
		FLOPs: func(_ any, in []tensor.Tensor) int64 { return 14 * int64(in[1].Len()) },
	})
}
