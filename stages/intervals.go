package stages

import "math"

// Estimate is a measured value with its 95 % interval: where the value would lie
// if other questions of the same kind had been asked. What another seed of
// training would change is not in it.
type Estimate struct {
	Value float64 `json:"value"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
	N     int     `json:"n"` // questions, answers, windows: what was counted
}

// z95 is the standard normal's quantile of 97.5 %.
const z95 = 1.959963984540054

// shareOf is a proportion with Wilson's score interval.
//
// Source: Wilson 1927, Probable Inference, the Law of Succession, and
// Statistical Inference.
//
//	(p + z²/2n ± z √(p(1−p)/n + z²/4n²)) / (1 + z²/n)
func shareOf(successes, n int) Estimate {
	if n == 0 {
		return Estimate{0, 0, 1, 0}
	}
	N := float64(n)
	p, z2 := float64(successes)/N, z95*z95
	middle := p + z2/(2*N)
	half := z95 * math.Sqrt(p*(1-p)/N+z2/(4*N*N))
	return Estimate{p, max(0, (middle-half)/(1+z2/N)), min(1, (middle+half)/(1+z2/N)), n}
}

// meanOf has a normal interval, from the sample's own deviation; fewer than two
// values have none, and the bounds are the value.
func meanOf(values []float64) Estimate {
	ones := make([]float64, len(values))
	for i := range ones {
		ones[i] = 1
	}
	return ratioOf(values, ones)
}

// ratioOf is Σ a / Σ b over independent clusters (answers, windows), with the
// normal interval of a ratio estimator.
//
// Source: Cochran 1977, Sampling Techniques, section 6.4.
//
//	R ± z √(n/(n−1) Σ (a − R b)²) / Σ b
func ratioOf(a, b []float64) Estimate {
	sumA, sumB := 0.0, 0.0
	for i := range a {
		sumA += a[i]
		sumB += b[i]
	}
	n := len(a)
	if sumB == 0 {
		return Estimate{}
	}
	r := sumA / sumB
	if n < 2 {
		return Estimate{r, r, r, n}
	}
	squares := 0.0
	for i := range a {
		d := a[i] - r*b[i]
		squares += d * d
	}
	half := z95 * math.Sqrt(float64(n)/float64(n-1)*squares) / sumB
	return Estimate{r, r - half, r + half, n}
}

// WinRate is (wins + ties/2) / n. Its interval is Tango's score interval of the
// difference δ between the shares of wins and of losses on the same questions,
// as (1 + δ)/2: it counts ties as what they are, and neither a rate of 1 nor
// nothing but ties leaves it empty.
//
// Source: Tango 1998, Equivalence Test and Confidence Interval for the
// Difference in Proportions for the Paired-Sample Design, Statistics in Medicine
// 17, 891–908.
func WinRate(wins, ties, losses int) Estimate {
	n := wins + ties + losses
	if n == 0 {
		return Estimate{0.5, 0, 1, 0}
	}
	b, c, N := float64(wins), float64(losses), float64(n)
	at := (b - c) / N
	// How far the counts lie from what a difference of d leads one to expect, in
	// deviations; it falls with d.
	score := func(d float64) float64 {
		q := tangoLosses(b, c, N, d)
		v := N * (2*q + d*(1-d))
		if v <= 0 {
			return math.Inf(int(math.Copysign(1, at-d)))
		}
		return (b - c - N*d) / math.Sqrt(v)
	}
	bound := func(end, want float64) float64 {
		inside, outside := at, end
		for range 60 {
			d := (inside + outside) / 2
			if math.Abs(score(d)) < want {
				inside = d
			} else {
				outside = d
			}
		}
		return inside
	}
	return Estimate{(1 + at) / 2, (1 + bound(-1, z95)) / 2, (1 + bound(1, z95)) / 2, n}
}

// tangoLosses is the likeliest share of losses where the difference is d.
func tangoLosses(b, c, n, d float64) float64 {
	B := -b - c + (2*n-b+c)*d
	C := -c * d * (1 - d)
	return (math.Sqrt(max(0, B*B-8*n*C)) - B) / (4 * n)
}

// scaled is the estimate in another unit.
func (e Estimate) scaled(by float64) Estimate {
	return Estimate{e.Value * by, e.Low * by, e.High * by, e.N}
}
