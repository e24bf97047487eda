package stages

// Generalized Advantage Estimation over one answer: how much better it went from
// each token on than the critic had expected.
//
// Paper: Schulman et al. 2015, High-Dimensional Continuous Control Using
// Generalized Advantage Estimation, arXiv 1506.02438.
//
//	δₜ = rₜ + γVₜ₊₁ − Vₜ,  Aₜ = δₜ + γλAₜ₊₁,  Rₜ = Aₜ + Vₜ
//
// λ = 1 is the return minus the value (no bias, much variance), λ = 0 is δ alone.
// Behind the last token V = 0, also where the answer was cut at the limit of its
// length; such an answer is to be flagged, since its critic is told that nothing
// would have followed.

// <loss>

// gae are the advantages of an answer's tokens, and the returns that the critic
// learns. values[t] is V before token t is chosen.
func gae(rewards, values []float64, gamma, lambda float64) (advantages, returns []float64) {
	if len(rewards) != len(values) {
		panic("stages: gae of rewards and values of different lengths")
	}
	advantages, returns = make([]float64, len(rewards)), make([]float64, len(rewards))
	advantage, next := 0.0, 0.0
	for t := len(rewards) - 1; t >= 0; t-- {
		delta := rewards[t] + gamma*next - values[t]
		advantage = delta + gamma*lambda*advantage
		next = values[t]
		advantages[t], returns[t] = advantage, advantage+values[t]
	}
	return advantages, returns
}

// </loss>
