package stages

import "math"

// whiten shifts and scales the values whose mask is not 0 to mean 0 and variance
// 1; the others become 0. Mean and variance are those of the values given, which
// must be the whole minibatch: over a shard, or with padding, they would be
// others. Advantages that hardly differ are not blown up: 10⁻⁸ is added to the
// variance, as in arXiv 1909.08593's code.
func whiten(x []float64, mask []float32) []float64 {
	if len(x) != len(mask) {
		panic("stages: whiten of values and mask of different lengths")
	}
	n, mean, variance := 0.0, 0.0, 0.0
	for i, v := range x {
		if mask[i] != 0 {
			n++
			mean += v
		}
	}
	out := make([]float64, len(x))
	if n == 0 {
		return out
	}
	mean /= n
	for i, v := range x {
		if mask[i] != 0 {
			variance += (v - mean) * (v - mean)
		}
	}
	scale := 1 / math.Sqrt(variance/n+1e-8)
	for i, v := range x {
		if mask[i] != 0 {
			out[i] = (v - mean) * scale
		}
	}
	return out
}
