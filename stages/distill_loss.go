package stages

import (
	"sprout/core/autograd"
	"sprout/core/tensor"
)

// divergence is how a student's distribution is held against its teacher's, a
// small type each. between records it for each position, in nats, [N], for
// logits [N,V] that are multiplied by invT, 1/T, first.
type divergence interface {
	between(t *autograd.Tape, teacher, student, invT tensor.Tensor) tensor.Tensor
}

// forwardKL is KL(teacher ‖ student): the student must cover whatever the
// teacher might say, and spreads where it cannot follow (arXiv 1503.02531).
type forwardKL struct{}

func (forwardKL) between(t *autograd.Tape, teacher, student, invT tensor.Tensor) tensor.Tensor {
	return t.Emit("kl_forward", nil, teacher, student, invT)[0]
}

// reverseKL is KL(student ‖ teacher): the student must not say what the teacher
// would not, and keeps to the main things where it cannot follow (MiniLLM, Gu et
// al. 2023, arXiv 2306.08543).
//
// Differs: per token on given text, where MiniLLM takes it over answers that the
// student samples and needs a policy gradient for that.
type reverseKL struct{}

func (reverseKL) between(t *autograd.Tape, teacher, student, invT tensor.Tensor) tensor.Tensor {
	return t.Emit("kl_reverse", nil, teacher, student, invT)[0]
}

// jensenShannon is JSD_β of gkdLoss, between the two: at β = ½ symmetric.
type jensenShannon struct{ beta tensor.Tensor } // [1]

func (d jensenShannon) between(t *autograd.Tape, teacher, student, invT tensor.Tensor) tensor.Tensor {
	return t.Emit("jsd", nil, teacher, student, invT, d.beta)[0]
}

// Knowledge distillation: the student learns what the teacher thought of every
// token of the vocabulary, and not only which one stands in the text.
//
// Paper: Hinton, Vinyals and Dean 2015, Distilling the Knowledge in a Neural
// Network, arXiv 1503.02531.
//
//	L(θ) = α·CE + (1−α)·T²·D(teacher^T, student^T),  p^T = softmax(z/T)
//
// D is the KL divergence of forwardKL in the paper. The gradient of D shrinks as
// 1/T², so T² keeps the two parts in proportion; as T grows the second becomes
// Var(Δz)/2 over the vocabulary, a match of logits. α = 1 is SFT; equal logits
// give 0 and no gradient from D. Traps: T² belongs to D alone; teacher and
// student must share the tokenizer; the teacher gets no gradient.

// <loss>

// distillLoss is Σ over the tokens whose mask is 1, [1]. teacher and student are
// logits [N,V]. The trainer divides by the tokens of the whole batch. ce is the
// cross entropy of each token by itself.
func distillLoss(t *autograd.Tape, k *constants, d divergence, teacher, student, next, mask tensor.Tensor, alpha, T float64) (all, ce tensor.Tensor) {
	ce = t.Emit("cross_entropy", nil, student, next, mask)[0] // [N]
	soft := t.Emit("mul", nil, d.between(t, teacher, student, k.number(t, 1/T)), mask)[0]
	hard := t.Emit("scale", nil, ce, k.number(t, alpha))[0]
	soft = t.Emit("scale", nil, soft, k.number(t, (1-alpha)*T*T))[0]
	return t.Emit("sum", nil, t.Emit("add", nil, hard, soft)[0])[0], ce
}

// </loss>
