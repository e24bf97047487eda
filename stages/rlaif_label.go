package stages

import (
	"sprout/core/autograd"
	"sprout/core/tensor"
)

// verdict is what a judge said of two answers: the log-probability with which it
// would name the one shown first, and the one shown second.
type verdict struct{ First, Second float64 }

// preference is the probability that the answer shown first is the better one:
// the softmax of the two.
func (v verdict) preference() float64 { return logistic(v.First - v.Second) }

// rlaifLabel is the probability that answer A is better than B: the mean over
// both orders, since judges favour a place, often the first.
//
// Paper: Lee et al. 2023, RLAIF vs. RLHF, arXiv 2309.00267.
//
//	label = ½[p("A") with A first + p("B") with B first]
//
// A judge that goes by the place alone gives ½. Trap: in the second order A is
// the answer shown second.
func rlaifLabel(aFirst, bFirst verdict) float64 {
	return (aFirst.preference() + 1 - bFirst.preference()) / 2
}

// positionBias is by how much the judge favours the first place, between −½ and
// ½; 0 is fair.
func positionBias(aFirst, bFirst verdict) float64 {
	return (aFirst.preference()+bFirst.preference())/2 - 0.5
}

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
