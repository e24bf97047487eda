package session

import (
	"math"
	"strings"

	"sprout/core/backend"
	"sprout/core/checkpoint"
	"sprout/core/gen"
	"sprout/core/nn"
	"sprout/core/text"
	"sprout/stages"
	"sprout/wasm/protocol"
)

// modelsKept bounds how many models stay in memory for sampling.
const modelsKept = 3

// models are those that were sampled lately, the newest last. That of the live
// run belongs to the run; only its generator is kept here.
type models []*model

type model struct {
	id   string
	tok  *text.Tokenizer
	gen  *gen.Generator
	docs bool            // learned from documents, each of which begins after EOS
	own  *nn.Params      // nil for the live run's
	back backend.Backend // of own
}

func (m *model) close() {
	m.gen.Close()
	if m.own != nil {
		m.own.Close()
		_ = m.back.Close() // memory only
	}
}

// drop forgets a model; the caller holds the engine.
func (ms *models) drop(id string) {
	for i, m := range *ms {
		if m.id == id {
			m.close()
			*ms = append((*ms)[:i], (*ms)[i+1:]...)
			return
		}
	}
}

// model finds or loads what a checkpoint id names; the caller holds the engine.
func (s *Session) model(id string) (*model, error) {
	for i, m := range s.models {
		if m.id == id {
			s.models = append(append(s.models[:i:i], s.models[i+1:]...), m)
			return m, nil
		}
	}
	m := &model{id: id}
	var params *nn.Params
	if id == live {
		if s.run == nil {
			return nil, noRun()
		}
		params, m.tok = s.run.stage.Model(), s.run.stage.Tokenizer()
		m.docs = !s.run.data.corpus.Continuous
	} else {
		if err := s.loadModel(id, m); err != nil {
			return nil, err
		}
		params = m.own
	}
	var err error
	if m.gen, err = gen.New(params, 1, nil); err != nil {
		return nil, err
	}
	if len(s.models) >= modelsKept {
		s.models.drop(s.models[0].id)
	}
	s.models = append(s.models, m)
	return m, nil
}

// loadModel brings a checkpoint's weights onto a backend of their own.
func (s *Session) loadModel(id string, m *model) error {
	c, err := s.load(id, checkpoint.Weights)
	if err != nil {
		return err
	}
	if m.tok, err = text.ParseJSON(c.Tokenizer); err != nil {
		return err
	}
	if m.back, err = s.options.NewBackend(); err != nil {
		return err
	}
	// A file's own text is one long document more often than not.
	m.docs = strings.HasPrefix(c.Meta.Dataset.ID, townID)
	base, err := s.baseOf(c.Meta)
	if err != nil {
		return err
	}
	m.own, err = stages.LoadModel(m.back, c, base)
	return err
}

// prompt encodes the beginning that the model is to continue, at a place like
// those it has learned from.
func (m *model) prompt(s string) []int32 {
	var ids []int32
	switch {
	case m.docs:
		ids = append(ids, text.EOS)
	case s == "":
		s = "\n"
	}
	return m.tok.Append(ids, []byte(s))
}

// streamEvery is how long tokens are sampled before the page may draw, in ms.
const streamEvery = 12

func (s *Session) sample(c protocol.Sample, _ []byte) (any, []byte, error) {
	stop := new(bool)
	s.sampling.Store(c.Stream, stop)
	defer s.sampling.Delete(c.Stream)

	s.engine.Lock()
	defer s.engine.Unlock()
	m, err := s.model(c.Checkpoint)
	if err != nil {
		return nil, nil, err
	}
	out := protocol.Sampled{}
	begin := s.host.Now()
	yielded := begin
	sequences, err := m.gen.Generate([][]int32{m.prompt(c.Prompt)}, gen.Options{
		Sampling:  gen.Sampling{Temperature: c.Temperature, TopK: c.TopK, TopP: c.TopP},
		MaxTokens: c.MaxTokens, Slide: c.MaxTokens > 0,
		Seed: c.Seed, Top: 8, Decode: m.tok,
		OnToken: func(t *gen.Token) error {
			out.Text += t.Delta
			out.Tokens++
			event := protocol.TokenEvent{Stream: c.Stream, Token: token(m.tok, t.ID), Delta: t.Delta, P: math.Exp(t.LogProb)}
			for _, top := range t.Top {
				event.Top = append(event.Top, protocol.Likelihood{Token: token(m.tok, top.ID), P: top.P})
			}
			s.emit("token", event)
			if now := s.host.Now(); now-yielded > streamEvery {
				s.host.Yield()
				yielded = s.host.Now()
			}
			if *stop {
				return gen.ErrStop
			}
			return nil
		},
	})
	if err != nil {
		return nil, nil, err
	}
	out.Stop = string(sequences[0].Stop)
	if sequences[0].Stop == gen.StopContext {
		out.Stop = string(gen.StopLength)
	}
	if ms := s.host.Now() - begin; ms > 0 {
		out.TokensPerSec = float64(out.Tokens) / ms * 1000
	}
	return out, nil, nil
}

func (s *Session) stopSampling(c protocol.StopSampling, _ []byte) (any, []byte, error) {
	if stop, ok := s.sampling.Load(c.Stream); ok {
		*stop.(*bool) = true
	}
	return nil, nil, nil
}
