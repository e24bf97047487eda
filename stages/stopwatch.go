package stages

import "math"

// stopwatch measures steps with the clock it is given.
type stopwatch struct {
	now     func() float64 // ms; nil: everything stays 0
	seconds float64        // of all steps so far, with what was done beside them

	began   float64
	trainMs float64 // a step's training alone, averaged over the last steps
	stepMs  float64 // with measuring and sampling
	steps   int
	partsMs float64 // of what has come before the step in the making
}

func (s *stopwatch) start() {
	if s.now != nil {
		s.began = s.now()
	}
}

// part ends a part of what comes before a step.
func (s *stopwatch) part() {
	if s.now != nil {
		ms := s.now() - s.began
		s.partsMs += ms
		s.seconds += ms / 1000
	}
}

// trained ends the training proper of steps that were made together.
func (s *stopwatch) trained(steps int) {
	if s.now != nil {
		s.trainMs = s.average(s.trainMs, s.now()-s.began, 0.9, steps)
	}
}

// finished ends them.
func (s *stopwatch) finished(steps int) {
	if s.now == nil {
		return
	}
	ms := s.now() - s.began
	s.stepMs = s.average(s.stepMs, ms+s.partsMs, 0.99, steps)
	s.partsMs = 0
	s.seconds += ms / 1000
	s.steps += steps
}

// average forgets old values exponentially; the new one is that of so many steps
// together. The first steps, in which buffers grow and code is compiled, are
// forgotten at once.
func (s *stopwatch) average(old, together, memory float64, steps int) float64 {
	before, now := float64(s.steps), float64(steps)
	if before < 1/(1-memory) {
		memory = before / (before + now)
		if s.steps < 3 {
			memory = 0
		}
	} else {
		memory = math.Pow(memory, now)
	}
	return memory*old + (1-memory)*together/now
}

// perSecond is the rate of training for so many tokens per step.
func (s *stopwatch) perSecond(tokens int) float64 {
	if s.trainMs == 0 {
		return 0
	}
	return float64(tokens) * 1000 / s.trainMs
}

// left is the time in s that so many steps will take.
func (s *stopwatch) left(steps int) float64 { return float64(steps) * s.stepMs / 1000 }
