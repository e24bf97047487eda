package op

import "sprout/core/tensor"

// AdamW says whether the range decays: matrices do, norms' weights do not.
type AdamW struct{ Decay bool }

// Indices into the hyper tensor of adamw. The host writes it before a replay;
// HyperGradScale may be bound to clip_factor's output.
const (
	HyperLR          = iota // learning rate of this step
	HyperBeta1              // decay of the first moment
	HyperBeta2              // decay of the second moment
	HyperEps                // added to √v̂
	HyperWeightDecay        // decoupled; used where Decay is set
	HyperBias1              // 1 − β₁ᵗ, t = 1 at the first step
	HyperBias2              // 1 − β₂ᵗ
	HyperGradScale          // multiplies every gradient: the clip factor
	HyperLen
)

func init() {
	Register(Def{
		Kind: "adamw",
		// arXiv 1711.05101, in PyTorch's order: p·(1 − lr·wd) first.
		Doc:     "m = β₁m + (1−β₁)g, v = β₂v + (1−β₂)g², p = p·(1 − lr·wd) − lr·(m/bias₁)/(√(v/bias₂) + ε)",
		In:      "p g m v hyper",
		Out:     "p m v",
		InPlace: []int{0, 2, 3},
		Shape: func(params any, in []tensor.Tensor) ([]tensor.Spec, error) {
			_, err := paramsOf[AdamW](params)
			n := in[0].Len()
			return []tensor.Spec{like(in[0]), like(in[2]), like(in[3])}, first(err,
				length("g", in[1], n), length("m", in[2], n), length("v", in[3], n), length("hyper", in[4], HyperLen))
		},
		FLOPs: perElement(14),
	})
}
