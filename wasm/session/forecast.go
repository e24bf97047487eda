package session

import (
	"cmp"
	"encoding/json"
	"errors"
	"maps"

	"sprout/stages"
	"sprout/wasm/protocol"
)

// errShape ends the preparation of a run of which only the shape was wanted.
var errShape = errors.New("the shape is known")

// glance is what a run of some shape was estimated to take.
type glance struct {
	ms  float64 // a step; 0: not known
	ran string  // its ranKey
}

// forecast says about how long a run would take. What is not known is 0, and a run
// that could not begin has no forecast: starting it says why.
func (s *Session) forecast(c protocol.ForecastRun, _ []byte) (any, []byte, error) {
	none := protocol.Forecast{}
	if s.run.active() || s.starting || c.Compute == onGPU {
		return none, nil, nil
	}
	asked := c
	asked.Params = leaving(c.Params, idle)
	key, err := json.Marshal(asked)
	if err != nil {
		return nil, nil, err
	}
	steps, told := c.Params["steps"]
	g, known := s.glances[string(key)]
	if !known || !told {
		b, ok := s.shapeOf(c)
		if !ok || s.run.active() || s.starting {
			return none, nil, nil
		}
		steps, g.ran = b.Values["steps"], ranKey(b, c.Compute, c.Workers)
		if !known && s.ran[g.ran] == 0 {
			g.ms = s.glanceAt(b, c.Workers)
			s.glances[string(key)] = g
		}
	}
	if ms := s.ran[g.ran]; ms > 0 {
		return protocol.Forecast{Seconds: steps * ms / 1000, Ran: true}, nil, nil
	}
	if g.ms == 0 {
		return none, nil, nil
	}
	return protocol.Forecast{
		Seconds: steps * g.ms / 1000,
		GPU:     s.options.OpenGPU != nil && cmp.Or(c.Compute, onAnything) == onAnything,
	}, nil, nil
}

// glanceAt measures what a step takes, in ms; 0 where that says too little.
func (s *Session) glanceAt(b stages.Blueprint, workers int) float64 {
	if b.Stage == (stages.DistillSequence{}).Name() && b.Values["teacher"] == 1 {
		return 0 // the teacher writes first, which nothing here measures
	}
	s.engine.Lock()
	defer s.engine.Unlock()
	ms, err := b.Glance(stages.Machine{
		NewBackend: s.options.NewBackend, Workers: s.possible(workers), MaxWorkers: s.cores(), Now: s.host.Now,
	}, s.speeds)
	if err != nil {
		return 0 // starting the run meets the same
	}
	return ms
}

// shapeOf is what a run would compute; false where it could not begin.
func (s *Session) shapeOf(c protocol.ForecastRun) (b stages.Blueprint, ok bool) {
	stage, err := stages.Find(c.Stage)
	if err != nil {
		return b, false
	}
	if c.Parent == "" && c.Teacher == "" {
		vocab := c.Vocab
		if t := s.data.tokenizers[c.Tokenizer]; t != nil {
			vocab = t.tok.Vocab()
		}
		if vocab == 0 {
			return b, false
		}
		b, err = stages.Fresh(stage, c.Preset, vocab, c.Params)
		return b, err == nil
	}
	setup, _, err := s.prepare(stage, c.StartRun)
	if err != nil {
		return b, false
	}
	if setup.Town != nil && setup.Corpus != nil {
		// The text that is gone over again has no part in the shape, and encoding it
		// takes the longest.
		setup.Corpus, setup.Params = nil, leaving(setup.Params, []string{"replay"})
	}
	setup.Progress = nil
	setup.Choose = func(seen stages.Blueprint) (stages.Machine, error) {
		b = seen
		return stages.Machine{}, errShape
	}
	_, err = stage.Start(*setup)
	return b, errors.Is(err, errShape)
}

// idle are settings on which the time of a step does not depend.
var idle = []string{
	"steps", "lr", "warmup", "weight_decay", "clip", "beta1", "beta2", "replay", "library", "loss_mask", "skill",
	"beta", "epsilon", "tau", "gamma", "lambda", "alpha", "temperature", "soft_labels", "first_place", "overlong",
	"clip_low", "clip_high", "value_coef", "value_clip", "entropy_coef", "target_kl", "kl_target",
}

func leaving(values map[string]float64, keys []string) map[string]float64 {
	out := maps.Clone(values)
	for _, key := range keys {
		delete(out, key)
	}
	return out
}

// ranKey names all that the time of a run's steps depends on.
func ranKey(b stages.Blueprint, compute string, workers int) string {
	b.Values = leaving(b.Values, idle)
	key, err := json.Marshal([]any{b, cmp.Or(compute, onAnything), workers})
	if err != nil {
		panic(err) // numbers and strings
	}
	return string(key)
}

// fewSteps say nothing of a run's pace: code is compiled, workers are tried out.
const fewSteps = 20

// remember keeps what a step of a run took, with all that was done beside it.
func (s *Session) remember(r *run) {
	if r.shape == "" || r.info.Step < fewSteps {
		return
	}
	if h := r.stage.History().Metrics; len(h) > 0 {
		last := h[len(h)-1]
		s.ran[r.shape] = last.Seconds * 1000 / float64(last.Step)
	}
}
