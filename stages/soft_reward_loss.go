package stages

import (
	"sprout/core/autograd"
	"sprout/core/tensor"
)

// The reward model's loss for labels that are probabilities: cross-entropy with
// the judge's doubt kept. A label of 1 is Bradley-Terry.
//
//	L(θ) = −[y·log σ(d) + (1−y)·log σ(−d)],  d = r_A − r_B
//
// Its minimum is not 0 but the entropy of the label, at d = log(y/(1−y)): a loss
// that stays at ln 2 may be a judge that does not know.

// <loss>

// softRewardLoss is −[y·log σ(d) + (1−y)·log σ(−d)] of each pair, [P]. Since
// log σ(d) = log σ(−d) + d, it is −[log σ(−d) + y·d]. a, b are the rewards of the
// two answers and label is y, [P] each.
func softRewardLoss(t *autograd.Tape, a, b, label tensor.Tensor) tensor.Tensor {
	d := t.Emit("sub", nil, a, b)[0]
	lost := t.Emit("log_sigmoid", nil, t.Emit("neg", nil, d)[0])[0] // log σ(−d)
	agreed := t.Emit("mul", nil, d, label)[0]
	return t.Emit("neg", nil, t.Emit("add", nil, lost, agreed)[0])[0]
}

// </loss>
