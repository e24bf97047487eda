package workload

import (
	"slices"
	"time"
)

// Windows of about this long are timed: long against a browser's clock, short
// against the turns that other programs take.
const window = 4 * time.Millisecond

// seconds is the time of one call of f. It first warms up: V8 compiles a
// function again, optimised, after it has run for a while, on another thread,
// and until then code runs at a third of its speed. Then it takes the tenth
// percentile of many windows: on a shared machine the mean measures the
// neighbours, and the shortest is a matter of luck.
func seconds(f func(), warm time.Duration, windows int, h Host) float64 {
	reps := 1
	for began := time.Now(); ; {
		start := time.Now()
		for range reps {
			f()
		}
		took := time.Since(start)
		if took < window {
			reps = max(reps+1, min(2*reps, int(float64(reps)*float64(window)/float64(took+1))+1))
		}
		h.breathe()
		if took >= window/2 && time.Since(began) >= warm {
			break
		}
	}
	times := make([]time.Duration, windows)
	for i := range times {
		start := time.Now()
		for range reps {
			f()
		}
		times[i] = time.Since(start)
		if i%8 == 7 {
			h.breathe()
		}
	}
	slices.Sort(times)
	return times[len(times)/10].Seconds() / float64(reps)
}
