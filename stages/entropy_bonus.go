package stages

import (
	"sprout/core/autograd"
	"sprout/core/tensor"
)

// The entropy bonus keeps the policy from settling too early: a policy that is
// sure of everything samples nothing new.
//
// Papers: Williams and Peng 1991, Function Optimization using Connectionist
// Reinforcement Learning Algorithms; in PPO, arXiv 1707.06347.
//
//	S(π) = −Σ_v π(v)·log π(v),  L = L_policy + c_v·L_value − c_e·S
//
// Traps: it is subtracted. It is the entropy over the whole vocabulary, between
// 0 and ln V nats, and not −log π of the token that was sampled.

// <loss>

// entropyBonus is Σ weight·S, [1], for logits [N,V] and weights [N].
func entropyBonus(t *autograd.Tape, logits, weights tensor.Tensor) tensor.Tensor {
	logp := t.Emit("log_softmax", nil, logits)[0] // [N,V]
	p := t.Emit("exp", nil, logp)[0]
	negative := t.Emit("sum_rows", nil, t.Emit("mul", nil, p, logp)[0])[0] // Σ π·log π, [N]
	sum := t.Emit("sum", nil, t.Emit("mul", nil, negative, weights)[0])[0]
	return t.Emit("neg", nil, sum)[0]
}

// </loss>
