package stages

import (
	"sprout/core/autograd"
	"sprout/core/tensor"
)

// drGRPO is GRPO done right: it takes out the two divisions that make GRPO
// biased. Dividing by |o| lets a long wrong answer cost less per token than a
// short one, so wrong answers grow; dividing by the deviation favours prompts
// that are nearly always or nearly never answered well.
//
// Paper: Liu et al. 2025, Understanding R1-Zero-Like Training: A Critical
// Perspective, arXiv 2503.20783.
//
//	L(θ) = −1/(G·M) Σᵢ Σₜ min(ρA, clip(ρ, 1±ε)·A),  A = R − mean R
//
// M is a constant, the most tokens that an answer may have.
//
// Traps: the divisor must not depend on the answers, or the bias is back. The
// loss is smaller than that of GRPO by about |o|/M: the learning rate is not
// comparable.
type drGRPO struct{}

// <loss>

// advantages are R − mean R, with no deviation below.
func (drGRPO) advantages(rewards []float64) []float64 { return centred(rewards) }

// weights count every token once and divide by a constant: G·M.
func (drGRPO) weights(lengths []int, limit int) (perToken []float64, divisor float64) {
	return ones(len(lengths)), float64(len(lengths) * limit)
}

// loss is −Σ min(ρA, clip(ρ)·A), [1]; there is no KL.
func (drGRPO) loss(t *autograd.Tape, k *constants, logprobs tensor.Tensor, x experience, clip clipRange, _ float64) tensor.Tensor {
	return policyLoss(t, k, logprobs, x, clip)
}

// </loss>

func (drGRPO) skips([]float64) bool { return false }

func ones(n int) []float64 {
	w := make([]float64, n)
	for i := range w {
		w[i] = 1
	}
	return w
}
