package stages

import (
	"sprout/core/autograd"
	"sprout/core/nn"
	"sprout/core/parallel"
	"sprout/core/tensor"
)

// Reward teaches a model to judge answers: a number for each, so that the better
// of two has the larger one.
//
// Papers: Bradley and Terry 1952, Rank Analysis of Incomplete Block Designs; in
// this form Ouyang et al. 2022, Training language models to follow instructions
// with human feedback, arXiv 2203.02155.
//
//	L(θ) = −E log σ(r_θ(w) − r_θ(l))
//
// r is a linear head on the last hidden state, read at the last token of the
// answer, EOS, where the whole answer has been seen.
//
// With whole = 0 only the head is learned, a linear probe: Alain and Bengio 2016,
// Understanding Intermediate Layers Using Linear Classifier Probes, arXiv
// 1610.01644.
//
// Traps: with a head of zeros the loss is ln 2. r + c is as good as r for every
// c, so the scale has no origin; after training the rewards are centred.
type Reward struct{}

// <loss>

// rewardLoss is −log σ(r_w − r_l) of each pair, [P]. better and worse are the
// rewards of its answers, [P] each.
func rewardLoss(t *autograd.Tape, better, worse tensor.Tensor) tensor.Tensor {
	gap := t.Emit("sub", nil, better, worse)[0]
	return t.Emit("neg", nil, t.Emit("log_sigmoid", nil, gap)[0])[0]
}

// </loss>

// Name is "reward".
func (Reward) Name() string { return "reward" }

// Params are the settings of the reward model.
func (Reward) Params(p nn.Preset) []Param {
	return pairParams(p, rewardDefaults, Param{
		Key: "whole", Symbol: `\theta`, Default: 1,
		DocEN: "The whole model is trained with its head, or the head alone, one number per channel: all that a handful of labels can settle.",
		DocZH: "整个模型连同打分头一起训练，或者只训练打分头，每个通道一个数：标签只有几十个时，能定下来的也就这么多。",
	}.choosing([2]string{"the head alone", "只练打分头"}, [2]string{"model and head", "模型和打分头"}), softLabelsParam())
}

// Start prepares a run; see startPairs.
func (stage Reward) Start(s Setup) (Run, error) { return startPairs(stage, s) }

func (stage Reward) objective(p *nn.Params, values map[string]float64) parallel.Replica {
	return objectiveOn(stage, values).replica(p)
}

func (Reward) kind(map[string]float64) pairKind { return byRewards }

// rewardDefaults differ between model sizes.
var rewardDefaults = pairDefaults{
	"seed":    {steps: 200, batch: 16, lr: 1e-3},
	"sprout":  {steps: 200, batch: 8, lr: 3e-4},
	"sapling": {steps: 200, batch: 8, lr: 2e-4},
	"tree":    {steps: 300, batch: 8, lr: 1e-4},
}

func (Reward) heads() []nn.Head { return []nn.Head{nn.Score} }

func (Reward) headAlone(v map[string]float64) bool { return v["whole"] == 0 }

// loss is softRewardLoss where labels are probabilities; of labels without doubt
// it is rewardLoss.
func (Reward) loss(v map[string]float64) pairLoss {
	return func(t *autograd.Tape, _ *constants, a answers) tensor.Tensor {
		if v["soft_labels"] == 1 {
			return softRewardLoss(t, a.chosen, a.rejected, a.label)
		}
		return rewardLoss(t, a.chosen, a.rejected)
	}
}
