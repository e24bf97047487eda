package stages

// The reward of each token of an answer: the price of leaving the reference
// everywhere, and the score of the whole answer on its last token.
//
// Paper: Ziegler et al. 2019, Fine-Tuning Language Models from Human Preferences,
// arXiv 1909.08593.
//
//	rₜ = −β·(log π − log π_ref)ₜ + [t last]·score
//
// The KL is a reward, a number: no gradient passes through it. β = 0 leaves the
// score alone, and a policy that then finds what the reward model likes rather
// than what is good.

// <loss>

// tokenRewards are rₜ of an answer's tokens. logprobs are those of the policy that
// sampled it.
func tokenRewards(logprobs, ref []float64, score, beta float64) []float64 {
	if len(logprobs) != len(ref) {
		panic("stages: rewards of policy and reference of different lengths")
	}
	r := make([]float64, len(logprobs))
	for t, lp := range logprobs {
		r[t] = -beta * (lp - ref[t])
	}
	if n := len(r); n > 0 {
		r[n-1] += score
	}
	return r
}

// </loss>
