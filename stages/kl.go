package stages

import "math"

// klEstimates are three estimates of KL(π ‖ π_ref), in nats, from one token that
// π sampled; x is log π_ref − log π of it.
//
// Source: Schulman 2020, Approximating KL Divergence,
// http://joschu.net/blog/kl-approx.html.
//
//	k1 = −x          unbiased; a single one may well be negative
//	k2 = x²/2        biased, never negative; its gradient is unbiased
//	k3 = eˣ − x − 1  unbiased and never negative
//
// A mean of k1 that stays negative means that the tokens were not sampled from
// π: another temperature, a cut-off distribution, other weights.
func klEstimates(x float64) (k1, k2, k3 float64) {
	return -x, x * x / 2, math.Expm1(x) - x
}

// sequenceKL is Σ (log π − log π_ref) over the tokens of an answer: k1 of the
// whole answer, which is what rewards are charged with and what the target of
// klController counts in.
func sequenceKL(logprobs, ref []float64) float64 {
	sum := 0.0
	for t, lp := range logprobs {
		sum += lp - ref[t]
	}
	return sum
}
