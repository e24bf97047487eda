package stages

import (
	"sprout/core/autograd"
	"sprout/core/tensor"
)

// experience is what a policy loss reads of sampled answers besides the policy
// itself: one number per position, [N] each. All of them, and the policy's own
// log-probabilities, are 0 where there is no token of an answer: prompt, padding
// and rows that fill up a shard then have the ratio 1 and the weight 0, and
// nothing that stands there can change the loss.
type experience struct {
	old        tensor.Tensor // log π_old of each token under the policy that sampled it
	ref        tensor.Tensor // log π_ref; None where the loss has no KL of its own
	advantages tensor.Tensor
	weights    tensor.Tensor // how much a token counts in the objective's average, 0 outside the answers
	// With a critic: V of each position when the answers were sampled, and the
	// returns that it is to learn. None without one.
	values, returns tensor.Tensor
}

// clipRange is how far the ratio may fall below 1 and rise above it before
// nothing more is gained: ε twice in PPO, 0.2 and 0.28 where there is more room
// for unlikely tokens.
type clipRange struct{ low, high float64 }

// tokenLogProbs is log π of each next token, [N], and 0 where mask is 0. It is
// of the distribution that sampled only if logits were divided by the sampling
// temperature and nothing was cut off them.
func tokenLogProbs(t *autograd.Tape, logits, next, mask tensor.Tensor) tensor.Tensor {
	return t.Emit("neg", nil, t.Emit("cross_entropy", nil, logits, next, mask)[0])[0]
}

// The policy loss of PPO: likelier what went better than expected, but no
// further than a factor 1 ± ε from the policy that sampled.
//
// Paper: Schulman et al. 2017, Proximal Policy Optimization Algorithms, arXiv
// 1707.06347, eq. 7.
//
//	L(θ) = −E min(ρA, clip(ρ, 1−ε, 1+ε)·A),  ρ = π_θ/π_old = exp(log π_θ − log π_old)
//
// Traps: min, not max, of the gains: the clip takes away only what would pay to
// go further, so ρ = 0.7 with A < 0 is clipped and ρ = 1.3 with A < 0 is not.
// In the first minibatch ρ = 1, nothing is clipped and the gradient is that of
// REINFORCE, −A·∇log π. A ratio that is not 1 there means that sampling and
// training disagree about the log-probabilities. π_old is a number, not a
// function: no gradient flows through it.
//
// Differs: advantages are whitened over the tokens of a minibatch (see whiten).

// <loss>

// clippedSurrogate is min(ρA, clip(ρ)·A) of each token, [N].
func clippedSurrogate(t *autograd.Tape, k *constants, logprobs tensor.Tensor, x experience, clip clipRange) tensor.Tensor {
	ratio := t.Emit("exp", nil, t.Emit("sub", nil, logprobs, x.old)[0])[0] // ρ
	within := t.Emit("clip", nil, ratio, k.number(t, 1-clip.low), k.number(t, 1+clip.high))[0]
	gain := t.Emit("mul", nil, ratio, x.advantages)[0]
	clipped := t.Emit("mul", nil, within, x.advantages)[0]
	return t.Emit("min", nil, gain, clipped)[0]
}

// policyLoss is −Σ weight·min(ρA, clip(ρ)·A), [1]. The trainer divides by the
// weights' sum over the whole minibatch.
func policyLoss(t *autograd.Tape, k *constants, logprobs tensor.Tensor, x experience, clip clipRange) tensor.Tensor {
	gains := t.Emit("mul", nil, clippedSurrogate(t, k, logprobs, x, clip), x.weights)[0]
	return t.Emit("neg", nil, t.Emit("sum", nil, gains)[0])[0]
}

// </loss>
