package stages

import "math"

// <loss>

// groupNormalised is (R − mean R)/(std R + 10⁻⁴) of a group's rewards, with the
// standard deviation of the sample (arXiv 2402.03300). Rewards that are all equal
// give zeros exactly; so does a group of one.
func groupNormalised(rewards []float64) []float64 { return standardised(rewards, 1e-4) }

// standardised is (x − mean x)/(s + eps), s the standard deviation of the sample
// (÷ n−1); values that are all equal give zeros exactly.
func standardised(x []float64, eps float64) []float64 {
	out := centred(x)
	squares := 0.0
	for _, d := range out {
		squares += d * d
	}
	if squares == 0 {
		return out
	}
	s := math.Sqrt(squares / float64(len(x)-1))
	for i := range out {
		out[i] /= s + eps
	}
	return out
}

// </loss>

// centred is x − mean x; values that are all equal give zeros exactly.
func centred(x []float64) []float64 {
	out := make([]float64, len(x))
	if allEqual(x) {
		return out
	}
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	for i, v := range x {
		out[i] = v - sum/float64(len(x))
	}
	return out
}

// leaveOneOut is R − the mean of the others' rewards: RLOO, Ahmadian et al. 2024,
// Back to Basics, arXiv 2402.14740. It is G/(G−1) times the centred reward, and
// unbiased, since the baseline does not know the answer. A group of one has
// nothing to compare with and gives 0.
func leaveOneOut(rewards []float64) []float64 {
	out := centred(rewards)
	if n := float64(len(rewards)); n > 1 {
		for i := range out {
			out[i] *= n / (n - 1)
		}
	}
	return out
}

// allEqual says that a group is degenerate: nothing can be learnt from it.
func allEqual(x []float64) bool {
	for _, v := range x {
		if v != x[0] {
			return false
		}
	}
	return true
}
