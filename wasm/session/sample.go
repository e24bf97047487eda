package session

import (
	"cmp"
	"math"
	"slices"

	"sprout/core/backend"
	"sprout/core/checkpoint"
	"sprout/core/gen"
	"sprout/core/nn"
	"sprout/core/problem"
	"sprout/core/text"
	"sprout/stages"
	"sprout/wasm/protocol"
)

// modelsKept bounds how many models stay in memory for sampling; adapters on
// them come and go with them.
const modelsKept = 3

// models are those that were sampled lately, the newest last. That of the live
// run belongs to the run; only its generators are kept here.
type models []*model

type model struct {
	id, with string // of the checkpoint, and of the adapter on it
	traits
	params  *nn.Params
	gen     *gen.Generator
	back    backend.Backend // of params; nil where they belong to somebody else
	under   *model          // whose params they are, with an adapter of one's own
	adapter *nn.Adapter     // nil: none, or the one that is plugged in

	rewards *stages.Rewarder // of a reward model; nil: it writes
	step    int              // of a reward model
}

// traits are how a model is to be spoken to.
type traits struct {
	tok   *text.Tokenizer
	stage string
	name  string
	docs  bool // learned from documents, each of which begins after EOS
}

// talks reports whether the model has learned from conversations.
func (t traits) talks() bool { return t.stage != "pretrain" && t.stage != "" }

func (m *model) close() {
	if m.gen != nil {
		m.gen.Close()
	}
	if m.rewards != nil {
		m.rewards.Close()
	}
	if m.adapter != nil {
		m.adapter.Close()
	}
	if m.back != nil {
		if m.params != nil {
			m.params.Close()
		}
		_ = m.back.Close() // memory only
	}
}

// drop forgets a model with all that stands on it; the caller holds the engine.
func (ms *models) drop(id string) {
	kept := (*ms)[:0]
	var gone []*model
	for _, m := range *ms {
		if m.id == id {
			gone = append(gone, m)
		} else {
			kept = append(kept, m)
		}
	}
	*ms = kept
	// An adapter goes before the model that it was made for.
	slices.SortStableFunc(gone, func(a, b *model) int { return cmp.Compare(b.with, a.with) })
	for _, m := range gone {
		m.close()
	}
}

// model finds or loads what a checkpoint id names, with the adapter that is
// named; the caller holds the engine.
func (s *Session) model(id, adapter string) (*model, error) {
	for i, m := range s.models {
		if m.id == id && m.with == adapter {
			s.models = append(append(s.models[:i:i], s.models[i+1:]...), m)
			return m, nil
		}
	}
	if adapter != "" {
		return s.adapted(id, adapter)
	}
	m := &model{id: id}
	err := s.open(m)
	if err == nil && !stages.Writes(m.stage) {
		err = problem.New("writes_nothing", problem.Args{"name": m.name}, "%q scores answers and writes none.", m.name)
	}
	if err == nil {
		m.gen, err = gen.New(m.params, 1, nil)
	}
	if err != nil {
		m.close()
		return nil, err
	}
	s.models.makeRoom()
	s.models = append(s.models, m)
	return m, nil
}

// makeRoom drops the model that was not used for longest, where there are many.
func (ms *models) makeRoom() {
	n, oldest := 0, ""
	for _, m := range *ms {
		if m.under == nil {
			if n++; oldest == "" {
				oldest = m.id
			}
		}
	}
	if n >= modelsKept {
		ms.drop(oldest)
	}
}

// open finds the weights of a checkpoint or of the live run.
func (s *Session) open(m *model) (err error) {
	if m.id == live {
		r := s.run
		if r == nil {
			return noRun()
		}
		m.params = r.stage.Model()
		m.traits = traits{r.stage.Tokenizer(), r.info.Stage, r.info.Stage, r.docs}
		return nil
	}
	c, err := s.load(m.id, checkpoint.Weights)
	if err != nil {
		return err
	}
	m.traits = traits{nil, c.Meta.Stage, c.Meta.Name, !c.Meta.Dataset.Continuous}
	if m.tok, err = text.ParseJSON(c.Tokenizer); err != nil {
		return err
	}
	base, err := s.baseOf(c.Meta)
	if err != nil {
		return err
	}
	if m.back, err = s.options.NewBackend(); err != nil {
		return err
	}
	m.params, err = stages.LoadModel(m.back, c, base)
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
	m, err := s.model(c.Checkpoint, c.Adapter)
	if err != nil {
		return nil, nil, err
	}
	prompt := m.prompt(c.Prompt)
	if c.Chat {
		if prompt, err = m.goOn(c.Before, c.Prompt); err != nil {
			return nil, nil, err
		}
	}
	out := protocol.Sampled{}
	begin := s.host.Now()
	yielded := begin
	sequences, err := m.gen.Generate([][]int32{prompt}, gen.Options{
		Sampling:  gen.Sampling{Temperature: c.Temperature, TopK: c.TopK, TopP: c.TopP},
		MaxTokens: c.MaxTokens, Slide: c.MaxTokens > 0 && !c.Chat,
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
