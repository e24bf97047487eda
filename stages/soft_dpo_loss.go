package stages

import (
	"sprout/core/autograd"
	"sprout/core/tensor"
)

// DPO's loss for labels that are probabilities: cross-entropy with the doubt of
// whoever compared, as in softRewardLoss, of the implicit rewards β·log π/π_ref.
//
//	L(θ) = −[y·log σ(d) + (1−y)·log σ(−d)],  d = β·h
//
// It is conservative DPO with an ε of each pair's own, 1 − y. A label of 1 is DPO.

// <loss>

// softDPOLoss is −[y·log σ(d) + (1−y)·log σ(−d)] of each pair, [P]. Since
// log σ(d) = log σ(−d) + d, it is −[log σ(−d) + y·d]. chosen and rejected are
// log π of whole answers, summed over their tokens, the others the same under the
// reference, label is y, [P] each; beta is [1].
func softDPOLoss(t *autograd.Tape, chosen, rejected, refChosen, refRejected, label, beta tensor.Tensor) tensor.Tensor {
	gained := t.Emit("sub", nil, chosen, refChosen)[0]   // log π/π_ref of the better answer
	lost := t.Emit("sub", nil, rejected, refRejected)[0] // and of the worse one
	h := t.Emit("sub", nil, gained, lost)[0]
	d := t.Emit("scale", nil, h, beta)[0]
	otherwise := t.Emit("log_sigmoid", nil, t.Emit("neg", nil, d)[0])[0] // log σ(−d)
	agreed := t.Emit("mul", nil, d, label)[0]
	return t.Emit("neg", nil, t.Emit("add", nil, otherwise, agreed)[0])[0]
}

// </loss>
