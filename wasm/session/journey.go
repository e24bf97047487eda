package session

import (
	"cmp"
	"context"
	"encoding/json"
	"runtime"

	"sprout/core/backend"
	"sprout/core/checkpoint"
	"sprout/core/problem"
	"sprout/journey"
	"sprout/stages"
	"sprout/wasm/protocol"
)

// walking is the journey in progress.
type walking struct{ stop bool }

func busy() error {
	return problem.New("run_busy", nil, "A run is in progress; stop it before you start another.")
}

// walkJourney goes through all stages. It holds the engine except when it
// yields, so that the page can sample what was made so far.
func (s *Session) walkJourney(c protocol.WalkJourney, _ []byte) (any, []byte, error) {
	if s.run.active() || s.starting {
		return nil, nil, busy()
	}
	preset, err := journey.FindPreset(c.Preset)
	if err != nil {
		return nil, nil, err
	}
	walk := &walking{}
	s.starting, s.walking = true, walk
	defer func() { s.starting, s.walking = false, nil }()
	s.engine.Lock()
	defer s.engine.Unlock()

	o := journey.Options{
		Preset: preset, Only: c.Only, Set: c.Set, Shelf: drawer{s},
		Setup: stages.Setup{
			NewBackend: s.options.NewBackend, Spawn: s.options.Spawn, Workers: s.possible(c.Workers), MaxWorkers: s.cores(),
			Speeds: s.speeds, Now: s.host.Now, Yield: s.breathe,
			Late: lateSteps, Choose: s.chooser(&run{}, cmp.Or(c.Compute, onAnything), c.Workers),
			OnLost: func(p *problem.Problem) { s.emit("problem", protocol.ProblemEvent{Problem: *toProtocol(p)}) },
		},
	}
	o.Failed = func(e *backend.DeviceError, step int) {
		s.emit("problem", protocol.ProblemEvent{Step: step, Problem: *toProtocol(gpuLost(e, step, 0))})
	}
	told := s.host.Now()
	o.Tell = func(e journey.Event) error {
		if now := s.host.Now(); e.Row != nil || e.Done == 0 || now-told > metricsEvery {
			told = now
			s.emit("journey", describeJourney(e))
		}
		s.breathe()
		if walk.stop {
			return problem.New("journey_stopped", nil, "The journey was stopped; what was made is kept.")
		}
		return nil
	}
	var runs []journey.Passage
	for i := range max(1, c.Seeds) {
		o.Seed = c.Seed + uint64(i)
		run, err := journey.Run(o)
		if err != nil {
			return nil, nil, err
		}
		runs = append(runs, run)
	}
	r := journey.NewReport(preset.Name, runs)
	r.Where, r.Cores = runtime.GOOS+"/"+runtime.GOARCH, s.cores()
	out, err := json.Marshal(r)
	return nil, out, err
}

// breathe lets other commands be heard and have the engine.
func (s *Session) breathe() {
	s.engine.Unlock()
	s.host.Yield()
	s.engine.Lock()
}

func (s *Session) stopJourney(protocol.StopJourney, []byte) (any, []byte, error) {
	if s.walking != nil {
		s.walking.stop = true
	}
	return nil, nil, nil
}

func describeJourney(e journey.Event) protocol.JourneyEvent {
	out := protocol.JourneyEvent{
		Seed: e.Seed, Key: e.Key, Number: e.Number, Of: e.Of, Doing: e.Doing, Done: e.Done, Line: e.String(),
	}
	if e.Last != nil {
		out.Step, out.Loss = e.Last.Step, e.Last.TrainLoss
	}
	return out
}

// drawer keeps what a journey makes among the other checkpoints, and never asks
// for it again.
type drawer struct{ s *Session }

// Take implements journey.Shelf.
func (drawer) Take(uint64, string) (*journey.Kept, error) { return nil, nil }

// Keep implements journey.Shelf. A failure is reported and the journey goes on.
func (d drawer) Keep(_ uint64, k *journey.Kept) error {
	saved := false
	d.s.saving(func(ctx context.Context, store checkpoint.Store) error {
		_, err := checkpoint.Autosave(ctx, store, k.Model, checkpoint.DefaultKeep)
		saved = err == nil
		return err
	})
	if saved {
		d.s.emit("saved", protocol.SavedEvent{Checkpoint: describe(k.Model.Meta)})
	}
	return nil
}

func init() {
	problem.Register(map[string]string{
		"journey_stopped": "somebody stopped the journey",
	})
}
