package session

import (
	"sprout/core/backend"
	"sprout/core/checkpoint"
	"sprout/core/problem"
	"sprout/stages"
	"sprout/wasm/protocol"
)

// reporting is the report in progress.
type reporting struct{ stop bool }

// report grades a checkpoint. It is read on backends of its own, so that a run
// in progress goes on meanwhile, and by what computes that run.
func (s *Session) report(c protocol.Report, _ []byte) (any, []byte, error) {
	if s.reporting != nil {
		return nil, nil, problem.New("report_busy", nil, "Another report is being made; wait for it, or stop it.")
	}
	now := &reporting{}
	s.reporting = now
	defer func() { s.reporting = nil }()
	of, err := s.examinee(c.Checkpoint)
	if err != nil {
		return nil, nil, err
	}
	tell := s.preparing()
	meta := of.Checkpoint.Meta
	o := stages.ReportOptions{
		Prompts: c.Prompts, Temperature: c.Temperature, Seed: c.Seed, Quick: c.Quick,
		Progress: func(what string, done float64) error {
			err := tell(what, done)
			if now.stop {
				err = problem.New("report_stopped", nil, "The report was stopped.")
			}
			return err
		},
	}
	if c.Against != "" {
		x, err := s.examinee(c.Against)
		if err != nil {
			return nil, nil, err
		}
		o.Against = &x
	}
	if o.Reference, err = s.reference(c, meta); err != nil {
		return nil, nil, err
	}
	if c.Dataset == "" {
		c.Dataset = meta.Dataset.ID
	}
	if c.Dataset == "" {
		return nil, nil, problem.New("report_without_town", nil, "Answers are graded by what is known of a town. Choose a model and a text of a town.")
	}
	d, err := s.dataset(c.Dataset)
	if err != nil {
		return nil, nil, err
	}
	o.Town, o.Langs, o.Corpus = d.town, d.langs, d.corpus

	var card stages.Card
	on, err := s.reading(func(m stages.Machine) error {
		o.Machine = m
		card, err = stages.ReportCard(of, o)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	out := reportCard(card)
	out.Checkpoint, out.Quick, out.Backend = c.Checkpoint, c.Quick, on
	s.keepCard(out)
	return out, nil, nil
}

// reading has a checkpoint read beside the run in progress, or the last one, and by
// what computes that; with workers where a GPU fails at it. It names the backend.
func (s *Session) reading(read func(stages.Machine) error) (on string, err error) {
	m := s.machine()
	if s.run.onGPU() {
		if g, err := s.openGPU(); err == nil {
			gpu := m
			gpu.NewBackend = func() (backend.Backend, error) { return keeps{g.Backend}, nil }
			gpu.Workers, gpu.MaxWorkers = 1, 1
			err := read(gpu)
			_ = g.Close() // memory only
			if deviceFailed(err) == nil {
				return gpuBackend, err
			}
		}
	}
	return s.options.Backend, read(m)
}

// machine is the workers that a checkpoint is read with.
func (s *Session) machine() stages.Machine {
	return stages.Machine{
		NewBackend: s.options.NewBackend, Spawn: s.options.Spawn,
		Workers: s.possible(0), MaxWorkers: s.cores(), Now: s.host.Now, Yield: s.host.Yield,
	}
}

// examinee is a checkpoint with the model under it, where it is an adapter.
func (s *Session) examinee(id string) (x stages.Examinee, err error) {
	if x.Checkpoint, err = s.load(id, checkpoint.Weights); err == nil {
		x.Base, err = s.baseOf(x.Checkpoint.Meta)
	}
	return x, err
}

// reference is the model that KL is measured to: the one asked for, or the
// parent; nil where that is no longer there, or writes nothing.
func (s *Session) reference(c protocol.Report, of checkpoint.Meta) (*stages.Examinee, error) {
	id := c.Reference
	if id == "" {
		id = of.Parent
	}
	if id == "" {
		return nil, nil
	}
	x, err := s.examinee(id)
	switch {
	case err == nil:
		return &x, nil
	case c.Reference == "" && problem.From(err).Code == "checkpoint_not_found":
		return nil, nil
	}
	return nil, err
}

func reportCard(c stages.Card) protocol.ReportCard {
	out := protocol.ReportCard{
		Checkpoint: c.ID, Name: c.Name, Stage: c.Stage, Preset: c.Preset, Form: string(c.Form),
		Parameters: c.Parameters, Trained: c.Trained, Bytes: c.Bytes,
		Seed: c.Seed, Temperature: c.Temperature, TokensPerSec: c.TokensPerSec,
		Measures: map[string]protocol.Estimate{}, Reference: c.Reference, Opponent: c.Opponent,
	}
	for key, e := range c.Measures {
		out.Measures[key] = protocol.Estimate(e)
	}
	if m := c.Match; m != nil {
		out.Match = &protocol.Match{
			WinRate: protocol.Estimate(m.WinRate), Wins: m.Wins, Ties: m.Ties, Losses: m.Losses,
			Score: protocol.Estimate(m.Score), Against: protocol.Estimate(m.Against), Gain: protocol.Estimate(m.Gain),
			KL: (*protocol.Estimate)(m.KL), KLPerToken: (*protocol.Estimate)(m.KLPerToken),
		}
	}
	return out
}

func (s *Session) stopReport(protocol.StopReport, []byte) (any, []byte, error) {
	if s.reporting != nil {
		s.reporting.stop = true
	}
	return nil, nil, nil
}

func init() {
	problem.Register(map[string]string{
		"report_busy":    "another report is being made",
		"report_stopped": "somebody stopped a report",
	})
}
