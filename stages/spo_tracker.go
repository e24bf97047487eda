package stages

import (
	"cmp"
	"math"
	"slices"

	"sprout/core/tensor"
)

// betaTracker remembers how well the policy answers one prompt, as the two
// counts of a Beta distribution: the baseline that a group of answers gives GRPO,
// kept from earlier steps, so that one answer per prompt is enough and no group
// can be degenerate.
//
// Paper: Xu and Ding 2025, Single-stream Policy Optimization, arXiv 2509.13232.
//
//	v = a/(a+b);  a ← ρa + r,  b ← ρb + 1 − r,  r in [0,1]
//
// Trap: the advantage r − v takes the v before the update. Afterwards v has
// already seen r, and the advantage would be too small.
type betaTracker struct {
	A float64 `json:"a"`
	B float64 `json:"b"`
}

// Bounds and half-life of the forgetting, and the share of every prompt in the
// draw, as in the paper.
const (
	spoHalf    = 0.06 // change of log π per token at which half is forgotten
	spoRhoMin  = 0.875
	spoRhoMax  = 0.96
	spoExplore = 0.05
)

// newBetaTracker starts from n first samples with so many successes (their
// rewards' sum): N₀ = 1/(1 − rhoMin) counts, which is what forgetting at that
// rate would leave, divided as the samples say with half a success and half a
// failure added. Without samples v = ½.
func newBetaTracker(successes float64, n int, rhoMin float64) betaTracker {
	n0 := 1 / (1 - rhoMin)
	return betaTracker{
		A: n0 * (successes + 0.5) / float64(n+1),
		B: n0 * (float64(n) - successes + 0.5) / float64(n+1),
	}
}

// <loss>

// value is the expected reward.
func (b betaTracker) value() float64 { return b.A / (b.A + b.B) }

// update counts a reward in [0,1], after forgetting a share 1 − rho.
func (b *betaTracker) update(reward, rho float64) {
	b.A = rho*b.A + reward
	b.B = rho*b.B + 1 - reward
}

// </loss>

// weight is how often the prompt is to be drawn, relative to others: most where
// the outcome is open, least where it is known, and never 0.
func (b betaTracker) weight() float64 {
	v := b.value()
	return math.Sqrt(v*(1-v)) + spoExplore
}

// spoForgetting is ρ = 2^(−change/half), before and after it is clipped to
// [lowest, highest]. change is the mean |Δ log π| of the tokens of that prompt's
// last answer between the policy that gave it and the present one: what a policy
// that has changed did before says less.
func spoForgetting(change, half, lowest, highest float64) (raw, rho float64) {
	raw = math.Exp2(-change / half)
	return raw, min(max(raw, lowest), highest)
}

// meanChange is the mean |Δ log π| of an answer's tokens.
func meanChange(before, now []float64) float64 {
	if len(before) == 0 {
		return 0
	}
	sum := 0.0
	for t, lp := range before {
		sum += math.Abs(now[t] - lp)
	}
	return sum / float64(len(before))
}

// boundedReward turns the score of a reward model into a reward in [0,1]:
// σ(score − centre), centre being the mean score of the model's own answers. A
// verifiable reward is 0 or 1 and needs none of it.
func boundedReward(score, centre float64) float64 { return logistic(score - centre) }

// draw picks n different prompts, a prompt of twice the weight being twice as
// likely to come first (Efraimidis and Spirakis 2006, Weighted random sampling
// with a reservoir). Prompts are in the order in which they were drawn; more than
// there are cannot be had.
func draw(weights []float64, n int, rng *tensor.RNG) []int {
	key := make([]float64, len(weights))
	order := make([]int, len(weights))
	for i, w := range weights {
		key[i] = -math.Log(1-rng.Float64()) / w // exponential with rate w: the soonest is drawn first
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int { return cmp.Compare(key[i], key[j]) })
	return order[:min(n, len(order))]
}
