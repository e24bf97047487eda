package op

import "sprout/core/tensor"

func init() {
	Register(Def{
		Kind: "clip_factor",
		// max_norm ≤ 0 means no clipping: the factor is 1.
		Doc: "norm = √sumsq, factor = min(1, max_norm/norm)",
		In:  "sumsq max_norm",
		Out: "factor norm",
		Shape: func(_ any, in []tensor.Tensor) ([]tensor.Spec, error) {
			return []tensor.Spec{f32(1), f32(1)}, first(scalar("sumsq", in[0]), scalar("max_norm", in[1]))
		},
		FLOPs: perElement(3),
	})
}
