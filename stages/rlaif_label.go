package stages

// verdict is what a judge said of two answers: the log-probability with which it
// would name the one shown first, and the one shown second.
type verdict struct{ First, Second float64 }

// The label of reinforcement learning from AI feedback: how likely a judge finds
// one answer better than the other, whichever it reads first.
//
// Paper: Lee et al. 2023, RLAIF vs. RLHF, arXiv 2309.00267.
//
//	label = ½[p("A") with A first + p("B") with B first]
//
// A judge that goes by the place alone gives ½. Trap: in the second order A is
// the answer shown second.

// <loss>

// preference is the probability that the answer shown first is the better one:
// the softmax of the two.
func (v verdict) preference() float64 { return logistic(v.First - v.Second) }

// rlaifLabel is the probability that answer A is better than B: the mean over
// both orders, since judges favour a place, often the first.
func rlaifLabel(aFirst, bFirst verdict) float64 {
	return (aFirst.preference() + 1 - bFirst.preference()) / 2
}

// </loss>

// positionBias is by how much the judge favours the first place, between −½ and
// ½; 0 is fair.
func positionBias(aFirst, bFirst verdict) float64 {
	return (aFirst.preference()+bFirst.preference())/2 - 0.5
}
