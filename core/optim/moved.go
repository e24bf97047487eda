package optim

import (
	"math"

	"sprout/core/op"
)

// Moved is by how much the last Update changed a weight, worked out backwards
// from what it left behind: the weight w and its moments m and v. decays says that
// the weight is one of the matrices. 0 before the first Update.
func (o *AdamW) Moved(w, m, v float32, decays bool) float64 {
	h := &o.host
	if h[op.HyperBias1] == 0 {
		return 0
	}
	lr := float64(h[op.HyperLR])
	step := lr * float64(m) / float64(h[op.HyperBias1]) /
		(math.Sqrt(float64(v)/float64(h[op.HyperBias2])) + float64(h[op.HyperEps]))
	if !decays {
		return -step
	}
	before := (float64(w) + step) / (1 - lr*float64(h[op.HyperWeightDecay]))
	return float64(w) - before
}
