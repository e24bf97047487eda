package stages

import (
	"sprout/core/autograd"
	"sprout/core/tensor"
)

// Generalized Knowledge Distillation: the student writes the answers itself, a
// share λ of them, and the teacher says of every token what it would have
// thought. So the student meets its own mistakes, which the teacher's or the
// data's text never shows.
//
// Paper: Agarwal et al. 2023, On-Policy Distillation of Language Models: Learning
// from Self-Generated Mistakes, arXiv 2306.13649, eq. 1.
//
//	JSD_β(P, Q) = β·KL(P ‖ M) + (1−β)·KL(Q ‖ M),  M = β·P + (1−β)·Q
//
// with P the teacher and Q the student. At β = ½ it is symmetric; it never
// exceeds the entropy of (β, 1−β), ln 2 at most.
//
// Traps: JSD_β itself goes to 0 as β goes to 0 or 1 — what tends to the forward
// and the reverse KL is JSD_β/β and JSD_β/(1−β) — so a small β wants a larger
// learning rate. No gradient passes through the sampling. T is the temperature
// that the student sampled with; there is no T².

// <loss>

// gkdLoss is Σ JSD_β over the tokens whose mask is 1, [1]. teacher and student are
// logits [N,V]. jsd is that of each token, whatever the mask.
func gkdLoss(t *autograd.Tape, k *constants, teacher, student, mask tensor.Tensor, beta, T float64) (all, jsd tensor.Tensor) {
	jsd = t.Emit("jsd", nil, teacher, student, k.number(t, 1/T), k.number(t, beta))[0] // [N]
	return t.Emit("sum", nil, t.Emit("mul", nil, jsd, mask)[0])[0], jsd
}

// </loss>
