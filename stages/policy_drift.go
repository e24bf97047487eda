package stages

import (
	"sprout/core/autograd"
	"sprout/core/tensor"
)

// policyDrift measures how far the policy has gone from the one that sampled:
// the number of tokens whose clip took something away, and
// Σ (ρ − 1 − log ρ), an estimate of Σ KL(π_old ‖ π_θ) that is never negative
// (k3 of klEstimates seen from the samples' side). Both are sums over the tokens
// whose mask is 1, [1]; no gradient is meant to pass. Before the first update
// both are 0, after it a KL above the target ends the epochs.
func policyDrift(t *autograd.Tape, k *constants, logprobs tensor.Tensor, x experience, mask tensor.Tensor, clip clipRange) (clipped, kl tensor.Tensor) {
	one, huge := k.number(t, 1), k.number(t, 1e30)
	logRatio := t.Emit("sub", nil, logprobs, x.old)[0]
	ratio := t.Emit("exp", nil, logRatio)[0]
	gain := t.Emit("mul", nil, ratio, x.advantages)[0]
	// 0 exactly, unless the clip took effect; huge makes all else more than 1.
	lost := t.Emit("sub", nil, gain, clippedSurrogate(t, k, logprobs, x, clip))[0]
	took := t.Emit("clip", nil, t.Emit("scale", nil, lost, huge)[0], k.number(t, 0), one)[0]
	clipped = t.Emit("sum", nil, t.Emit("mul", nil, took, mask)[0])[0]

	k3 := t.Emit("sub", nil, t.Emit("sub", nil, ratio, logRatio)[0], one)[0]
	kl = t.Emit("sum", nil, t.Emit("mul", nil, k3, mask)[0])[0]
	return clipped, kl
}
