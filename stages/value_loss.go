package stages

import (
	"sprout/core/autograd"
	"sprout/core/tensor"
)

// The value loss of PPO: the critic learns the return of each position, and like
// the policy it is held within ε of what it said when the answers were sampled.
//
// Source: the squared error is in Schulman et al. 2017, arXiv 1707.06347; the clip
// came with its authors' code and into language models with Ziegler et al. 2019,
// Fine-Tuning Language Models from Human Preferences, arXiv 1909.08593.
//
//	L(φ) = ½ E max((V − R)², (clip(V, V_old ± ε) − R)²)
//
// Traps: max, not min: a value that moved beyond the range counts by the larger
// of the two errors, and gets no gradient where the clipped one is larger. R are
// the returns A + V_old with the advantages before they were whitened. ε is in
// units of reward; it suits rewards of about 1.

// <loss>

// valueLoss is Σ weight·½max((V−R)², (clip(V, V_old±ε)−R)²), [1]. The four
// tensors are [N] each.
func valueLoss(t *autograd.Tape, k *constants, values, old, returns, weights tensor.Tensor, epsilon float64) tensor.Tensor {
	moved := t.Emit("clip", nil, t.Emit("sub", nil, values, old)[0], k.number(t, -epsilon), k.number(t, epsilon))[0]
	near := t.Emit("add", nil, old, moved)[0] // clip(V, V_old ± ε)
	miss := t.Emit("sub", nil, values, returns)[0]
	nearMiss := t.Emit("sub", nil, near, returns)[0]
	larger := t.Emit("max", nil, t.Emit("mul", nil, miss, miss)[0], t.Emit("mul", nil, nearMiss, nearMiss)[0])[0]
	sum := t.Emit("sum", nil, t.Emit("mul", nil, larger, weights)[0])[0]
	return t.Emit("scale", nil, sum, k.number(t, 0.5))[0]
}

// </loss>
