package parallel

import "math/bits"

// Speed is what was measured of a number of workers.
type Speed struct {
	Workers     int
	StepsPerSec float64
}

// tuner finds the number of workers by making the first steps with several:
// no bit depends on it, so nothing is lost. It begins with the most, since that
// is the likely winner, and stops where fewer are slower.
type tuner struct {
	counts []int   // still to be measured, the first now
	steps  int     // made with it
	best   float64 // ms
	speeds []Speed
	chosen int
}

// Steps per count: a browser compiles in two tiers and swaps the better code in
// between steps; then the best of a few.
const (
	warmSteps     = 6
	measuredSteps = 5
	clearly       = 1.05 // how much slower fewer workers may be and still win
)

func newTuner(most int, known []Speed) tuner {
	if most < 2 {
		return tuner{chosen: 1}
	}
	if len(known) > 0 {
		t := tuner{speeds: known}
		t.choose()
		t.chosen = min(t.chosen, most)
		return t
	}
	counts := []int{most}
	for n := 1 << (bits.Len(uint(most-1)) - 1); n > 0; n /= 2 {
		counts = append(counts, n)
	}
	return tuner{counts: counts}
}

// active says that there is something left to measure.
func (t *tuner) active() bool { return len(t.counts) > 0 }

// count is the number of workers to use now.
func (t *tuner) count() int {
	if t.active() {
		return t.counts[0]
	}
	return t.chosen
}

// measured takes the time of a step and says how many workers come next.
func (t *tuner) measured(ms float64) int {
	t.steps++
	if t.steps > warmSteps && (t.best == 0 || ms < t.best) {
		t.best = ms
	}
	if t.steps < warmSteps+measuredSteps {
		return t.count()
	}
	speed := Speed{t.counts[0], 1000 / max(t.best, 1e-3)}
	slower := len(t.speeds) > 0 && clearly*speed.StepsPerSec < t.fastest()
	t.speeds = append(t.speeds, speed)
	t.counts, t.steps, t.best = t.counts[1:], 0, 0
	if slower || !t.active() {
		t.choose()
	}
	return t.count()
}

// fastest is the greatest speed measured.
func (t *tuner) fastest() (stepsPerSec float64) {
	for _, s := range t.speeds {
		stepsPerSec = max(stepsPerSec, s.StepsPerSec)
	}
	return stepsPerSec
}

// choose takes the smallest count that is about as fast as the fastest.
func (t *tuner) choose() {
	t.counts, t.chosen = nil, 0
	for _, s := range t.speeds {
		if clearly*s.StepsPerSec >= t.fastest() && (t.chosen == 0 || s.Workers < t.chosen) {
			t.chosen = s.Workers
		}
	}
}
