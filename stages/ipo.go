package stages

import (
	"sprout/core/autograd"
	"sprout/core/nn"
	"sprout/core/parallel"
	"sprout/core/tensor"
)

// IPO asks for a margin of 1/(2τ) between the two answers and no more, where
// DPO pushes pairs that are labelled without doubt apart for ever.
//
// Paper: Azar et al. 2023, A General Theoretical Paradigm to Understand Learning
// from Human Preferences, arXiv 2310.12036, eq. 17.
//
//	L(θ) = E (h − 1/(2τ))²,  h = log π_θ(w)/π_ref(w) − log π_θ(l)/π_ref(l)
//
// Traps: the loss is a square and no log-probability, so it starts at 1/(4τ²), 25
// for τ = 0.1. A margin that is too wide costs as much as one too narrow.
//
// Choice: h is of sums over the tokens, as the paper writes it. Its authors'
// later code, and TRL after it, average over the tokens of each answer; that is
// the setting "average".
type IPO struct{}

// <loss>

// ipoLoss is (h − 1/(2τ))² of each pair, [P]. chosen and rejected are log π of
// the answers, the others the same under the reference, [P] each; margin is
// 1/(2τ), [1].
func ipoLoss(t *autograd.Tape, chosen, rejected, refChosen, refRejected, margin tensor.Tensor) tensor.Tensor {
	gained := t.Emit("sub", nil, chosen, refChosen)[0]
	lost := t.Emit("sub", nil, rejected, refRejected)[0]
	h := t.Emit("sub", nil, gained, lost)[0]
	miss := t.Emit("sub", nil, h, margin)[0]
	return t.Emit("mul", nil, miss, miss)[0]
}

// </loss>

// Name is "ipo".
func (IPO) Name() string { return "ipo" }

// Params are the settings of IPO.
func (IPO) Params(p nn.Preset) []Param {
	return pairParams(p, gentleDefaults, Param{
		Key: "tau", Symbol: `\tau`, Default: 0.1, Min: 1e-3, Max: 10, Log: true,
		DocEN: "How costly it is to leave the reference. The margin that is asked for is 1/(2 tau), in nats.",
		DocZH: "偏离参考模型的代价。所要求的差距是 1/(2τ) 纳特。",
	}, Param{
		Key: "average", Symbol: `1/|y|`, Default: 0,
		DocEN: "Sums over the tokens of an answer are compared, as the paper writes it, or means, so that long answers weigh no more than short ones.",
		DocZH: "比较回答各词元的对数概率之和，与论文一致；或者比较平均值，长回答就不会比短回答更重。",
	}.choosing([2]string{"sum", "求和"}, [2]string{"mean", "取平均"}), certaintyParam())
}

// Start prepares a run; see startPairs.
func (stage IPO) Start(s Setup) (Run, error) { return startPairs(stage, s) }

func (stage IPO) objective(p *nn.Params, values map[string]float64) parallel.Replica {
	return objectiveOn(stage, values).replica(p)
}

func (IPO) kind(v map[string]float64) pairKind {
	if v["average"] != 0 {
		return byMean
	}
	return bySum
}

func (IPO) loss(v map[string]float64) pairLoss {
	return func(t *autograd.Tape, k *constants, a answers) tensor.Tensor {
		if v["average"] != 0 {
			a = a.averaged(t)
		}
		return ipoLoss(t, a.chosen, a.rejected, a.refChosen, a.refRejected, k.number(t, 1/(2*v["tau"])))
	}
}
