package session

import (
	"runtime"
	"strings"

	"sprout/core/checkpoint"
	"sprout/core/nn"
	"sprout/core/op/optest"
	"sprout/core/text"
	"sprout/stages"
	"sprout/wasm/protocol"
)

func (s *Session) hello(c protocol.Hello, _ []byte) (any, []byte, error) {
	s.base = c.Base
	s.storage.begin(c.Writer)
	ready := protocol.Ready{
		Version: protocol.Version, Backend: s.options.Backend, SIMD: s.options.SIMD, Go: goVersion(),
		Cores: s.cores(), Workers: s.options.Spawn != nil,
		Storage: s.storage.info,
	}
	if metas, err := s.storage.list(); err == nil && !s.run.active() {
		if m := unfinished(metas); m != nil {
			info := describe(*m)
			ready.Resumable = &info
		}
	}
	return ready, nil, nil
}

// goVersion leaves out the experiments.
func goVersion() string {
	v, _, _ := strings.Cut(runtime.Version(), "-X:")
	return v
}

// unfinished finds the run that was interrupted last: the newest checkpoint of
// all that was made here, where it did not reach the end.
func unfinished(metas []checkpoint.Meta) *checkpoint.Meta {
	for i, m := range metas {
		switch {
		case m.Kind == checkpoint.Imported || m.Kind == checkpoint.Ready:
			continue
		case m.Kind != checkpoint.Final && m.Resumable && m.Step < m.Steps:
			return &metas[i]
		}
		return nil
	}
	return nil
}

// usualVocab is the vocabulary for which preset sizes are quoted.
const usualVocab = 1024

func (s *Session) listStages(protocol.ListStages, []byte) (any, []byte, error) {
	var out protocol.Stages
	for _, stage := range stages.Journey {
		x := protocol.Stage{Name: stage.Name()}
		for _, p := range stage.Params(nn.Presets[0]) {
			x.Params = append(x.Params, protocol.Param(p))
		}
		out.Stages = append(out.Stages, x)
	}
	for _, p := range nn.Presets {
		cfg := p.For(usualVocab)
		size := protocol.Preset{
			Name: p.Name, Layers: cfg.Layers, Heads: cfg.Heads, KVHeads: cfg.KVHeads,
			Channels: cfg.Channels, Hidden: cfg.Hidden, Context: cfg.Context,
			Params: cfg.ParamCount(), Heavy: p.Heavy,
			Defaults: map[string]map[string]float64{},
		}
		for _, stage := range stages.Journey {
			defaults := map[string]float64{}
			for _, q := range stage.Params(p) {
				defaults[q.Key] = q.Default
			}
			size.Defaults[stage.Name()] = defaults
		}
		out.Presets = append(out.Presets, size)
	}
	return out, nil, nil
}

// evaluate measures a checkpoint on the held-out part of a dataset.
func (s *Session) evaluate(c protocol.Evaluate, _ []byte) (any, []byte, error) {
	if c.Checkpoint != live && c.Dataset == "" {
		e, err := s.examineAgain(c.Checkpoint)
		return evaluation(e), nil, err
	}
	s.engine.Lock()
	defer s.engine.Unlock()
	if c.Checkpoint == live && s.run != nil && (c.Dataset == "" || c.Dataset == s.run.info.Dataset.ID) {
		e, err := s.run.stage.Evaluate()
		return evaluation(e), nil, err
	}
	m, err := s.model(c.Checkpoint, "")
	if err != nil {
		return nil, nil, err
	}
	d, err := s.dataset(c.Dataset)
	if err != nil {
		return nil, nil, err
	}
	data, err := text.NewDataset(d.corpus, m.tok, nil)
	if err != nil {
		return nil, nil, err
	}
	e, err := stages.Measure(m.params, data, d.town, d.langs, m.tok)
	return evaluation(e), nil, err
}

// examineAgain opens the run that saved a checkpoint once more, without a step,
// since only its stage knows all that is measured. Problems: those of a run that
// goes on, and "run_busy": a second run at once could be too much for the memory.
func (s *Session) examineAgain(id string) (out stages.Evaluation, err error) {
	if s.run.active() || s.starting {
		return out, busy()
	}
	s.starting = true
	defer func() { s.starting = false }()
	m, err := s.meta(id)
	if err != nil {
		return out, err
	}
	stage, err := stages.Find(m.Stage)
	if err != nil {
		return out, err
	}
	setup, r, err := s.prepare(stage, protocol.StartRun{Stage: m.Stage, Resume: id})
	if err != nil {
		return out, err
	}
	again, err := s.begin(r, stage, *setup, onWorkers, 0)
	if err != nil {
		return out, err
	}
	defer again.Close()
	s.engine.Lock()
	defer s.engine.Unlock()
	return again.Evaluate()
}

func evaluation(e stages.Evaluation) protocol.Evaluation {
	out := protocol.Evaluation{
		Loss: e.Loss, BitsPerByte: e.BitsPerByte, Tokens: e.Tokens, NGrams: ngrams(e.NGrams), Recall: e.Recall,
		Measures: e.Measures,
	}
	for _, b := range e.Calibration {
		out.Calibration = append(out.Calibration, protocol.CalibrationBin(b))
	}
	return out
}

// selfTest runs the conformance cases on a backend of its own.
func (s *Session) selfTest(protocol.SelfTest, []byte) (any, []byte, error) {
	be, err := s.options.NewBackend()
	if err != nil {
		return nil, nil, err
	}
	defer be.Close()
	report := protocol.SelfTestReport{Failed: []string{}}
	for _, r := range optest.Run(be) {
		if r.OK {
			report.Passed++
		} else {
			report.Failed = append(report.Failed, r.String())
		}
	}
	return report, nil, nil
}

// profile times the operations of one step of the run in progress.
func (s *Session) profile(protocol.Profile, []byte) (any, []byte, error) {
	if s.run == nil {
		return nil, nil, noRun()
	}
	s.engine.Lock()
	defer s.engine.Unlock()
	times, err := s.run.stage.Profile()
	if err != nil {
		return nil, nil, err
	}
	var out protocol.StepProfile
	for _, t := range times {
		out.Ops = append(out.Ops, protocol.OpTime(t))
		out.Ms += t.Ms
	}
	return out, nil, nil
}
