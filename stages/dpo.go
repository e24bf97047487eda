package stages

import (
	"sprout/core/autograd"
	"sprout/core/nn"
	"sprout/core/parallel"
	"sprout/core/tensor"
)

// DPO learns from pairs of answers without a reward model: it makes the better
// answer likelier, measured against a frozen reference, and the worse one less
// likely.
//
// Paper: Rafailov et al. 2023, Direct Preference Optimization: Your Language
// Model is Secretly a Reward Model, arXiv 2305.18290, eq. 7.
//
//	L(θ) = −E log σ(β·h),  h = log π_θ(w)/π_ref(w) − log π_θ(l)/π_ref(l)
//
// Traps: log π of an answer is the sum over its tokens and no mean. Where policy
// and reference are equal the loss is ln 2, and a learning rate that is too
// small leaves it there. Only the difference counts: log π(w) may fall while the
// margin grows.
type DPO struct{}

// <loss>

// dpoLoss is −log σ(β·h) of each pair, [P]. chosen and rejected are log π of
// whole answers, summed over their tokens, the others the same under the
// reference, [P] each; beta is [1].
func dpoLoss(t *autograd.Tape, chosen, rejected, refChosen, refRejected, beta tensor.Tensor) tensor.Tensor {
	gained := t.Emit("sub", nil, chosen, refChosen)[0]   // log π/π_ref of the better answer
	lost := t.Emit("sub", nil, rejected, refRejected)[0] // and of the worse one
	h := t.Emit("sub", nil, gained, lost)[0]
	d := t.Emit("scale", nil, h, beta)[0] // difference of the implicit rewards β·log π/π_ref
	return t.Emit("neg", nil, t.Emit("log_sigmoid", nil, d)[0])[0]
}

// </loss>

// Name is "dpo".
func (DPO) Name() string { return "dpo" }

// Params are the settings of DPO.
func (DPO) Params(p nn.Preset) []Param {
	return pairParams(p, dpoDefaults, betaParam(), softLabelsParam())
}

// Start prepares a run; see startPairs.
func (stage DPO) Start(s Setup) (Run, error) { return startPairs(stage, s) }

func (stage DPO) objective(p *nn.Params, values map[string]float64) parallel.Replica {
	return objectiveOn(stage, values).replica(p)
}

func (DPO) kind(map[string]float64) pairKind { return bySum }

// dpoDefaults differ between model sizes. With sprout a β of 0.1 gained less than
// 0.5 at the same divergence: labels that people give are noisy, and a cheap
// reference lets a small model follow the noise.
var dpoDefaults = pairDefaults{
	"seed":    {steps: 200, batch: 16, lr: 2e-4},
	"sprout":  {steps: 300, batch: 8, lr: 6e-5},
	"sapling": {steps: 200, batch: 8, lr: 3e-5},
	"tree":    {steps: 300, batch: 8, lr: 2e-5},
}

func betaParam() Param {
	return Param{
		Key: "beta", Symbol: `\beta`, Default: 0.5, Min: 1e-3, Max: 10, Log: true,
		DocEN: "How costly it is to leave the reference: a large beta wins with small changes, a small one lets the model move far.",
		DocZH: "偏离参考模型的代价。β 大时小小的改变就够了，β 小时模型可以走得很远。",
	}
}

// loss is softDPOLoss where labels are probabilities; of labels without doubt it
// is dpoLoss.
func (DPO) loss(v map[string]float64) pairLoss {
	return func(t *autograd.Tape, k *constants, a answers) tensor.Tensor {
		if v["soft_labels"] == 1 {
			return softDPOLoss(t, a.chosen, a.rejected, a.refChosen, a.refRejected, a.label, k.number(t, v["beta"]))
		}
		return dpoLoss(t, a.chosen, a.rejected, a.refChosen, a.refRejected, k.number(t, v["beta"]))
	}
}
