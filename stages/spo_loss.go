package stages

import (
	"sprout/core/autograd"
	"sprout/core/tensor"
)

// Single-stream Policy Optimization: one answer to each prompt, judged against
// what the policy has lately achieved on that very prompt (see betaTracker).
//
// Paper: Xu and Ding 2025, Single-stream Policy Optimization, arXiv 2509.13232.
//
//	A = norm(r − v),  L(θ) = −1/Σ|o| Σ min(ρA, clip(ρ, 1−ε_low, 1+ε_high)·A)
//
// with ε_low = 0.2, ε_high = 0.28, and norm over the answers of the whole batch.
//
// Traps: v is the tracker's value before it learns of r. Normalising is over
// answers, one number each, before they are spread over tokens; over tokens, long
// answers would count more. It is not SimPO, which the letters also stand for.
//
// Differs: the mean is over the tokens of the minibatch, and a reward model's score
// is given deviation 1 before σ bounds it.

// <loss>

// spoAdvantages are (r − v − mean)/(std + 10⁻⁸) of the batch's answers. v are the
// values of their prompts before this step.
func spoAdvantages(rewards, v []float64) []float64 {
	a := make([]float64, len(rewards))
	for i, r := range rewards {
		a[i] = r - v[i]
	}
	return standardised(a, 1e-8)
}

// spoLoss is −Σ min(ρA, clip(ρ)·A), [1]. Weights are 1 for the answers' tokens.
func spoLoss(t *autograd.Tape, k *constants, logprobs tensor.Tensor, x experience, clip clipRange) tensor.Tensor {
	return policyLoss(t, k, logprobs, x, clip)
}

// </loss>
