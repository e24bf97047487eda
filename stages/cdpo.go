package stages

import (
	"sprout/core/autograd"
	"sprout/core/nn"
	"sprout/core/parallel"
	"sprout/core/tensor"
)

// ConservativeDPO is DPO for labels of which a share ε is wrong: it stops
// pushing two answers apart where the implicit reward says that the better one
// wins with probability 1 − ε.
//
// Source: Mitchell 2023, A note on DPO with noisy preferences and relationship
// to IPO; the loss it starts from is that of arXiv 2305.18290, eq. 7.
//
//	L(θ) = E[(1−ε)·L(d) + ε·L(−d)],  L(d) = −log σ(d),  d = β·h
//
// Traps: ε is the probability that a label is flipped, so 0 is DPO and ½ only
// holds the model where it is. The minimum is no longer 0 but the entropy of ε, at d = log((1−ε)/ε).
type ConservativeDPO struct{}

// <loss>

// conservativeLoss is (1−ε)·L(d) + ε·L(−d) of each pair, [P]. chosen and
// rejected are log π of whole answers, summed over their tokens, the others the
// same under the reference, [P] each; beta, flipped = ε and right = 1−ε are [1].
func conservativeLoss(t *autograd.Tape, chosen, rejected, refChosen, refRejected, beta, right, flipped tensor.Tensor) tensor.Tensor {
	gained := t.Emit("sub", nil, chosen, refChosen)[0]
	lost := t.Emit("sub", nil, rejected, refRejected)[0]
	h := t.Emit("sub", nil, gained, lost)[0]
	d := t.Emit("scale", nil, h, beta)[0]
	asLabelled := t.Emit("log_sigmoid", nil, d)[0]
	otherwise := t.Emit("log_sigmoid", nil, t.Emit("neg", nil, d)[0])[0]
	asLabelled = t.Emit("scale", nil, asLabelled, right)[0]
	otherwise = t.Emit("scale", nil, otherwise, flipped)[0]
	return t.Emit("neg", nil, t.Emit("add", nil, asLabelled, otherwise)[0])[0]
}

// </loss>

// Name is "cdpo".
func (ConservativeDPO) Name() string { return "cdpo" }

// Params are the settings of conservative DPO.
func (ConservativeDPO) Params(p nn.Preset) []Param {
	return pairParams(p, dpoDefaults, betaParam(), Param{
		Key: "epsilon", Symbol: `\varepsilon`, Default: 0.1, Min: 0, Max: 0.5,
		DocEN: "Share of the labels that are thought to be wrong. 0 believes all of them and is DPO.",
		DocZH: "认为标签中有多大比例是错的。0 表示全部相信，也就是 DPO。",
	}, certaintyParam())
}

// Start prepares a run; see startPairs.
func (stage ConservativeDPO) Start(s Setup) (Run, error) { return startPairs(stage, s) }

func (stage ConservativeDPO) objective(p *nn.Params, values map[string]float64) parallel.Replica {
	return objectiveOn(stage, values).replica(p)
}

func (ConservativeDPO) kind(map[string]float64) pairKind { return bySum }

func (ConservativeDPO) loss(v map[string]float64) pairLoss {
	return func(t *autograd.Tape, k *constants, a answers) tensor.Tensor {
		beta, epsilon := k.number(t, v["beta"]), k.number(t, v["epsilon"])
		return conservativeLoss(t, a.chosen, a.rejected, a.refChosen, a.refRejected, beta, k.number(t, 1-v["epsilon"]), epsilon)
	}
}
