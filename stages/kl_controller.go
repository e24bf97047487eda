package stages

// klController adapts β so that the KL of an answer to the reference stays near
// a target.
//
// Paper: Ziegler et al. 2019, arXiv 1909.08593.
//
//	e = clip(KL/target − 1, ±Clip),  β ← β·(1 + Gain·e)
//
// The KL is that of a whole answer (see sequenceKL), averaged over the answers of
// a step. This is not the rule of the PPO paper's section 4, which halves and
// doubles β.
type klController struct {
	Target float64 // nats per answer
	Gain   float64 // 0.1 in the paper
	Clip   float64 // 0.2 in the paper
}

// <loss>

// next is β after a step whose answers had this KL. A step moves β by a factor
// between 1 − Gain·Clip and 1 + Gain·Clip.
func (c klController) next(beta, kl float64) float64 {
	e := min(max(kl/c.Target-1, -c.Clip), c.Clip)
	return beta * (1 + c.Gain*e)
}

// </loss>
