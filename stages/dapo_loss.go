package stages

import (
	"sprout/core/autograd"
	"sprout/core/tensor"
)

// dapo is Decoupled Clip and Dynamic Sampling Policy Optimization: GRPO for
// long answers. Unlikely tokens get more room to become likely (clip-higher),
// groups that teach nothing are sampled again, every token counts the same, and
// nothing ties the policy to a reference.
//
// Paper: Yu et al. 2025, DAPO: An Open-Source LLM Reinforcement Learning System
// at Scale, arXiv 2503.14476.
//
//	L(θ) = −1/Σ|oᵢ| Σᵢ Σₜ min(ρA, clip(ρ, 1−ε_low, 1+ε_high)·A),  ε_low = 0.2, ε_high = 0.28
//
// Traps: the mean is over tokens, so a long answer counts more than a short one;
// with answers of one length it is that of GRPO. Dynamic sampling makes a step
// cost as many rollouts as it takes to fill the batch: bound it.
//
// Differs: the tokens are those of the whole minibatch, where the paper averages
// inside a group first. Its reward for overlong answers is not part of it.
type dapo struct{}

// <loss>

// advantages are those of GRPO.
func (dapo) advantages(rewards []float64) []float64 { return groupNormalised(rewards) }

// skips groups in which no answer is better than another.
func (dapo) skips(rewards []float64) bool { return allEqual(rewards) }

// weights count every token once and divide by the number of tokens.
func (dapo) weights(lengths []int, _ int) (perToken []float64, divisor float64) {
	for _, n := range lengths {
		divisor += float64(n)
	}
	return ones(len(lengths)), divisor
}

// loss is −Σ min(ρA, clip(ρ)·A), [1], with a clip that reaches further up.
func (dapo) loss(t *autograd.Tape, k *constants, logprobs tensor.Tensor, x experience, clip clipRange, _ float64) tensor.Tensor {
	return policyLoss(t, k, logprobs, x, clip)
}

// </loss>
