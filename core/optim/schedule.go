package optim

import "math"

// Schedule is the learning rate over a run: it rises in a straight line from
// Peak/(Warmup+1) at step 0 to Peak at step Warmup, then falls along half a
// cosine to Floor at step Steps. It is nanoGPT's, a pure function of the step.
type Schedule struct {
	Peak   float64
	Floor  float64 // learning rate at the end, often Peak/10
	Warmup int     // steps
	Steps  int     // of the whole run
}

// At is the learning rate of a step, counted from 0.
func (s Schedule) At(step int) float64 {
	switch {
	case step < s.Warmup:
		return s.Peak * float64(step+1) / float64(s.Warmup+1)
	case step >= s.Steps:
		return s.Floor
	}
	done := float64(step-s.Warmup) / float64(s.Steps-s.Warmup)
	return s.Floor + (s.Peak-s.Floor)*(1+math.Cos(math.Pi*done))/2
}
