package session

import (
	"slices"

	"sprout/core/problem"
	"sprout/stages"
	"sprout/wasm/protocol"
)

// describeWorkers says who computes the run.
func (s *Session) describeWorkers(r *run) protocol.Workers {
	i := r.stage.Info()
	w := protocol.Workers{
		Count: i.Workers, Requested: i.Requested, Max: i.MaxWorkers,
		Cores: s.cores(), Measuring: i.Calibrating,
	}
	if s.options.Spawn == nil || r.onGPU() {
		w.Max = 1
	}
	for _, c := range i.Calibration {
		w.Speeds = append(w.Speeds, protocol.WorkerSpeed{Count: c.Workers, StepsPerSec: c.StepsPerSec})
	}
	w.Memory = s.memory(r)
	slices.SortFunc(w.Speeds, func(a, b protocol.WorkerSpeed) int { return a.Count - b.Count })
	return w
}

// memoryEvery milliseconds the workers are asked what memory they have taken.
const memoryEvery = 3000

// memory that the run's workers have taken; it is told when it has grown by a
// twentieth, or when workers have come and gone.
func (s *Session) memory(r *run) int64 {
	now := s.host.Now()
	if r.memory > 0 && now-r.weighed < memoryEvery {
		return r.memory
	}
	r.weighed = now
	if taken, err := r.stage.Memory(); err == nil && (taken > r.memory+r.memory/20 || taken < r.memory) {
		r.memory = taken
	}
	return r.memory
}

func (s *Session) cores() int { return max(1, s.options.Cores) }

// crew tells a setup who may compute. Goroutines would not help: under wasm
// they share one thread.
func (s *Session) crew(setup *stages.Setup, r *run, workers int) {
	setup.Spawn, setup.MaxWorkers, setup.Speeds = s.options.Spawn, s.cores(), s.speeds
	setup.Workers = s.possible(workers)
	setup.OnLost = func(p *problem.Problem) { r.lost = append(r.lost, p) }
}

// possible is how many workers to ask for, 0 for automatic.
func (s *Session) possible(workers int) int {
	if s.options.Spawn == nil {
		return 1
	}
	return max(0, workers)
}

// setWorkers changes how many compute, between two steps.
func (s *Session) setWorkers(r *run, n int) error {
	r.workers = n
	if r.onGPU() {
		return nil // a GPU needs no help; they are there if it is lost
	}
	s.engine.Lock()
	err := r.stage.SetWorkers(s.possible(n))
	s.engine.Unlock()
	s.tellWorkers(r)
	return err
}

// endWorkers lets the workers of a run that is over go; its model stays.
func (s *Session) endWorkers(r *run) {
	s.engine.Lock()
	defer s.engine.Unlock()
	_ = r.stage.SetWorkers(1) // nothing is started
}

// tellWorkers reports lost workers, and whatever has changed about the others.
func (s *Session) tellWorkers(r *run) {
	now := s.describeWorkers(r)
	for _, p := range r.lost {
		s.emit("problem", protocol.ProblemEvent{Stage: r.info.Stage, Step: r.info.Step, Problem: *toProtocol(p)})
	}
	told := r.info.Workers
	same := now.Count == told.Count && now.Requested == told.Requested && now.Max == told.Max &&
		now.Measuring == told.Measuring && now.Memory == told.Memory && slices.Equal(now.Speeds, told.Speeds)
	if same && len(r.lost) == 0 {
		return
	}
	r.lost, r.info.Workers = nil, now
	s.emit("workers", protocol.WorkersEvent{Run: r.info.Run, Workers: now})
}
