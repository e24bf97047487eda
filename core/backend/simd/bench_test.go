package simd

import (
	"testing"
	"time"
)

// best reports the shortest time of one call in ns, over windows of about 2 ms.
// On a shared machine the mean measures the neighbours; the shortest window is
// the code. The first windows also warm up the engine's second compiler tier.
func best(b *testing.B, f func()) float64 {
	const window = 2 * time.Millisecond
	reps := 1
	for {
		start := time.Now()
		for range reps {
			f()
		}
		if d := time.Since(start); d >= window {
			break
		}
		reps *= 2
	}
	shortest := time.Duration(1 << 62)
	for range b.N {
		start := time.Now()
		for range reps {
			f()
		}
		shortest = min(shortest, time.Since(start))
	}
	b.ReportMetric(0, "ns/op")
	return float64(shortest.Nanoseconds()) / float64(reps)
}

// reportRate adds the best time and a rate: n units per call.
func reportRate(b *testing.B, n float64, unit string, f func()) {
	ns := best(b, f)
	b.ReportMetric(ns/1e3, "µs")
	b.ReportMetric(n/ns, unit)
}
