package stages

import (
	"sprout/core/autograd"
	"sprout/core/nn"
	"sprout/core/parallel"
	"sprout/core/tensor"
)

// SimPO learns from pairs without any reference: what is compared is the mean
// log-probability of a token, the very measure by which answers are sampled, and
// the better answer must win by a margin γ.
//
// Paper: Meng, Xia and Chen 2024, SimPO: Simple Preference Optimization with a
// Reference-Free Reward, arXiv 2405.14734.
//
//	L(θ) = −E log σ(β/|w|·log π_θ(w) − β/|l|·log π_θ(l) − γ)
//
// Traps: means and no sums, so repeating every token of an answer changes
// nothing. β is some four times that of DPO. Nothing holds the model near where
// it started: too high a learning rate ends in repetition.
type SimPO struct{}

// <loss>

// simpoLoss is −log σ(β·(mean log π of w − mean log π of l) − γ) of each pair,
// [P]. chosen and rejected are log π of whole answers, summed over their tokens,
// and perChosen and perRejected are 1/|w| and 1/|l|, [P] each; beta and gamma are
// [1].
func simpoLoss(t *autograd.Tape, chosen, rejected, perChosen, perRejected, beta, gamma tensor.Tensor) tensor.Tensor {
	better := t.Emit("mul", nil, chosen, perChosen)[0]    // mean log π of a token
	worse := t.Emit("mul", nil, rejected, perRejected)[0] // of the worse answer
	gap := t.Emit("scale", nil, t.Emit("sub", nil, better, worse)[0], beta)[0]
	d := t.Emit("sub", nil, gap, gamma)[0]
	return t.Emit("neg", nil, t.Emit("log_sigmoid", nil, d)[0])[0]
}

// </loss>

// Name is "simpo".
func (SimPO) Name() string { return "simpo" }

// Params are the settings of SimPO.
func (SimPO) Params(p nn.Preset) []Param {
	return pairParams(p, gentleDefaults, Param{
		Key: "beta", Symbol: `\beta`, Default: 2, Min: 0.1, Max: 20, Log: true,
		DocEN: "How much a nat of mean log-probability counts as reward.",
		DocZH: "平均对数概率每相差一纳特算作多少奖励。",
	}, Param{
		Key: "gamma", Symbol: `\gamma`, Default: 1, Min: 0, Max: 10,
		DocEN: "Margin of reward by which the better answer should win.",
		DocZH: "较好的回答应当领先的奖励差距。",
	}, certaintyParam())
}

// Start prepares a run; see startPairs.
func (stage SimPO) Start(s Setup) (Run, error) { return startPairs(stage, s) }

func (stage SimPO) objective(p *nn.Params, values map[string]float64) parallel.Replica {
	return objectiveOn(stage, values).replica(p)
}

func (SimPO) kind(map[string]float64) pairKind { return byItself }

func (SimPO) loss(v map[string]float64) pairLoss {
	return func(t *autograd.Tape, k *constants, a answers) tensor.Tensor {
		return simpoLoss(t, a.chosen, a.rejected, a.perChosen, a.perRejected, k.number(t, v["beta"]), k.number(t, v["gamma"]))
	}
}
