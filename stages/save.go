package stages

import (
	"encoding/json"
	"fmt"
	"maps"
	"time"

	"sprout/core/checkpoint"
	"sprout/core/tensor"
)

// loadWeights takes the weights from where the run starts.
func (t *trainer) loadWeights() error {
	if a := t.model.Adapter; a != nil {
		if err := t.model.Load(named(t.Parent, "")); err != nil {
			return err
		}
		if t.Resume == nil {
			return a.Init(t.seed)
		}
		return a.Load(named(t.Resume, ""))
	}
	from := t.Resume
	if from == nil {
		from = t.Parent
	}
	if from == nil {
		return t.model.Init(t.seed)
	}
	return t.model.Load(named(from, ""))
}

// loadMoments takes the optimiser's state where a run is resumed.
func (t *trainer) loadMoments() error {
	if t.Resume == nil {
		return nil
	}
	w, _, _ := t.learned()
	if err := w.LoadInto(t.adam.M, named(t.Resume, checkpoint.FirstMoment)); err != nil {
		return err
	}
	return w.LoadInto(t.adam.V, named(t.Resume, checkpoint.SecondMoment))
}

func named(c *checkpoint.Checkpoint, prefix string) func(string) []float32 {
	data := make(map[string][]float32, len(c.Tensors))
	for _, x := range c.Tensors {
		data[x.Name] = x.Data
	}
	return func(name string) []float32 { return data[prefix+name] }
}

// Save copies everything that the run needs to go on exactly from here.
func (t *trainer) Save(kind string) (*checkpoint.Checkpoint, error) {
	news, err := t.Settle()
	if err != nil {
		return nil, err
	}
	if t.late != nil {
		t.late.news = news // for the next report
	}
	w, slab, _ := t.learned()
	held := t.model.Count()
	if t.model.Adapter != nil {
		held, _ = t.parameters()
	}
	c := &checkpoint.Checkpoint{Meta: checkpoint.Meta{
		ID: checkpoint.NewID(), Kind: kind, Stage: t.stage.Name(), Preset: t.preset.Name, Run: t.Run,
		Step: t.step, Steps: t.schedule.Steps, Created: time.Now().UnixMilli(), Seed: t.seed, Vocab: t.cfg.Vocab,
		Backend: t.be.Name(), Parameters: held, Resumable: true, Diverged: t.failed != nil, Adapter: t.adapterRef(),
	}}
	t.remember(&c.Meta)
	if t.Resume != nil {
		c.Meta.Parent, c.Meta.Ancestors = t.Resume.Meta.Parent, t.Resume.Meta.Ancestors
		if c.Meta.Companions == nil {
			c.Meta.Companions = maps.Clone(t.Resume.Meta.Companions)
		}
	} else if t.Parent != nil {
		checkpoint.Descend(&c.Meta, t.Parent.Meta)
	} else if t.Teacher != nil {
		checkpoint.Descend(&c.Meta, t.Teacher.Meta)
	}
	if m := t.lastMeasured(); m != nil {
		c.Meta.HeldOutLoss, c.Meta.BitsPerByte = *m.HeldOutLoss, *m.BitsPerByte
		c.Meta.Measures = maps.Clone(m.Measures)
	}
	if g, ok := t.eval.(rated); ok {
		c.Meta.Best = g.best()
	}
	c.Meta.Name = checkpoint.DefaultName(c.Meta)
	for _, s := range []struct {
		prefix string
		slab   tensor.Tensor
	}{{"", slab}, {checkpoint.FirstMoment, t.adam.M}, {checkpoint.SecondMoment, t.adam.V}} {
		err := w.DumpFrom(s.slab, func(name string, shape tensor.Shape, data []float32) {
			c.Tensors = append(c.Tensors, checkpoint.Tensor{Name: s.prefix + name, Shape: shape, Data: data})
		})
		if err != nil {
			return nil, err
		}
	}
	if err := t.saveBeside(c); err != nil {
		return nil, err
	}
	state := runState{
		Step: t.step, Params: maps.Clone(t.values), Seconds: t.clock.seconds, Data: t.print,
		Reference: t.state.Reference, Texts: t.state.Texts, Frozen: t.companions,
	}
	if t.memory != nil {
		var err error
		if state.Memory, err = encoded(t.memory.state()); err != nil {
			return nil, err
		}
	}
	c.Tokenizer = t.Setup.Tokenizer.JSON()
	for _, part := range []struct {
		to    *json.RawMessage
		value any
	}{
		{&c.Meta.Config, t.cfg},
		{&c.State, state},
		{&c.History, t.history},
	} {
		var err error
		if *part.to, err = encoded(part.value); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// remember notes what the run needs to be found again.
func (s Setup) remember(m *checkpoint.Meta) {
	m.Dataset, m.Lessons = s.Dataset, s.Lessons
	m.Dataset.Continuous = s.Corpus != nil && s.Corpus.Continuous
	for role, c := range map[string]*checkpoint.Checkpoint{checkpoint.Rewarder: s.Reward, checkpoint.Teacher: s.Teacher} {
		if c == nil {
			continue
		}
		if m.Companions == nil {
			m.Companions = map[string]checkpoint.Ancestor{}
		}
		m.Companions[role] = checkpoint.Ancestor{ID: c.Meta.ID, Name: c.Meta.Name, Stage: c.Meta.Stage, Step: c.Meta.Step}
	}
}

// encoded is JSON of what should hold finite numbers and strings alone. Where it does
// not, a run cannot be saved, and that is all that is lost.
func encoded(value any) (json.RawMessage, error) {
	b, err := json.Marshal(value)
	if err != nil {
		return nil, fmt.Errorf("stages: what a run remembers cannot be saved: %w", err)
	}
	return b, nil
}

// mustJSON encodes what holds finite numbers and strings alone, which always
// encode.
func mustJSON(value any) json.RawMessage {
	b, err := json.Marshal(value)
	if err != nil {
		panic("stages: " + err.Error())
	}
	return b
}

// lastMeasured is the newest held-out measurement, nil before the first.
func (t *trainer) lastMeasured() *Metrics {
	for i := len(t.history.Metrics) - 1; i >= 0; i-- {
		if m := &t.history.Metrics[i]; m.HeldOutLoss != nil {
			return m
		}
	}
	return nil
}
