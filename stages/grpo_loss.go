package stages

import (
	"sprout/core/autograd"
	"sprout/core/tensor"
)

// grpo is Group Relative Policy Optimization: PPO without a critic. What an
// answer is worth is measured against the other answers to the same prompt.
//
// Paper: Shao et al. 2024, DeepSeekMath: Pushing the Limits of Mathematical
// Reasoning in Open Language Models, arXiv 2402.03300.
//
//	L(θ) = −1/G Σᵢ 1/|oᵢ| Σₜ [min(ρA, clip(ρ, 1±ε)·A) − β·k3]
//	A = (R − mean R)/(std R + 10⁻⁴),  k3 = exp(x) − x − 1,  x = log π_ref − log π_θ
//
// Traps: A sums to 0 over a group, so at the first step, where ρ = 1, the loss is
// 0 although its gradient is not: a loss of 0 is no sign of having learnt. A
// group whose rewards are all equal teaches nothing. Each answer counts the same,
// however long, so a token of a long one counts less. The KL is in the loss, not
// in the reward as with PPO.
//
// Differs: the paper does not say which standard deviation; ours is that of the
// sample (÷ G−1) plus 10⁻⁴, as in TRL.
type grpo struct{}

// <loss>

// grpoLoss is −Σ weight·[min(ρA, clip(ρ)·A) − β·k3], [1]. The weight of a token
// is 1/|o|; the trainer divides by the number of answers in the minibatch.
func grpoLoss(t *autograd.Tape, k *constants, logprobs tensor.Tensor, x experience, clip clipRange, beta float64) tensor.Tensor {
	gain := clippedSurrogate(t, k, logprobs, x, clip)
	behind := t.Emit("sub", nil, x.ref, logprobs)[0] // log π_ref − log π_θ
	above := t.Emit("sub", nil, t.Emit("exp", nil, behind)[0], behind)[0]
	k3 := t.Emit("sub", nil, above, k.number(t, 1))[0] // ≥ 0, estimates KL(π_θ ‖ π_ref)
	net := t.Emit("sub", nil, gain, t.Emit("scale", nil, k3, k.number(t, beta))[0])[0]
	weighted := t.Emit("mul", nil, net, x.weights)[0]
	return t.Emit("neg", nil, t.Emit("sum", nil, weighted)[0])[0]
}

// </loss>

func (grpo) loss(t *autograd.Tape, k *constants, logprobs tensor.Tensor, x experience, clip clipRange, beta float64) tensor.Tensor {
	return grpoLoss(t, k, logprobs, x, clip, beta)
}

func (grpo) advantages(rewards []float64) []float64 { return groupNormalised(rewards) }

func (grpo) skips([]float64) bool { return false }

// weights make the mean over an answer's tokens, then over answers.
func (grpo) weights(lengths []int, _ int) (perToken []float64, divisor float64) {
	perToken = make([]float64, len(lengths))
	for i, n := range lengths {
		if n > 0 {
			perToken[i] = 1 / float64(n)
		}
	}
	return perToken, float64(len(lengths))
}
