package session

import (
	"bytes"
	"context"
	"encoding/json"

	"sprout/core/checkpoint"
	"sprout/core/nn"
	"sprout/core/problem"
	"sprout/core/text"
	"sprout/stages"
	"sprout/wasm/protocol"
)

// Ids that name no row of the store.
const (
	live = "live" // the run in progress, as it is now
	demo = "demo" // the model that ships with the site
)

// demoFile lies beside the page.
const demoFile = "models/seed.safetensors"

// load reads a checkpoint of the store, the live run or the demo.
func (s *Session) load(id string, part checkpoint.Part) (*checkpoint.Checkpoint, error) {
	switch id {
	case live:
		if s.run == nil {
			return nil, noRun()
		}
		return s.snapshot(s.run, checkpoint.Manual)
	case demo:
		return s.loadDemo()
	}
	return s.storage.store.Get(context.Background(), id, part)
}

// meta describes a checkpoint of the store, the live run or the demo.
func (s *Session) meta(id string) (checkpoint.Meta, error) {
	if id == live && s.run != nil {
		d := checkpoint.Meta{Dataset: checkpoint.DatasetRef{ID: s.run.info.Dataset.ID}}
		if l := s.run.info.Lessons; l != nil {
			d.Lessons.ID = l.ID
		}
		return d, nil
	}
	c, err := s.load(id, checkpoint.Record)
	if err != nil {
		return checkpoint.Meta{}, err
	}
	return c.Meta, nil
}

func (s *Session) loadDemo() (*checkpoint.Checkpoint, error) {
	file, err := s.host.Fetch(s.base + demoFile)
	if err != nil {
		return nil, problem.Wrap(err, "demo_missing", problem.Args{"reason": err.Error()}, "The ready-made model could not be read. Grow your own: that works without it.")
	}
	c, err := readModel(file)
	if err != nil {
		return nil, err
	}
	c.Meta.ID, c.Meta.Kind = demo, checkpoint.Demo
	return c, nil
}

// readModel reads a file and holds it against the model it says it is.
func readModel(file []byte) (*checkpoint.Checkpoint, error) {
	c, err := checkpoint.Read(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		return nil, err
	}
	cfg, err := nn.ParseConfig(c.Meta.Config)
	if err != nil {
		return nil, err
	}
	specs, err := stages.Specs(c.Meta, cfg)
	if err != nil {
		return nil, err
	}
	if err := c.Check(specs); err != nil {
		return nil, err
	}
	if err := checkpoint.CheckFinite(c.Tensors); err != nil {
		return nil, err
	}
	tok, err := text.ParseJSON(c.Tokenizer)
	if err != nil {
		return nil, err
	}
	if tok.Vocab() != cfg.Vocab {
		return nil, problem.New("checkpoint_vocab", problem.Args{"tokenizer": tok.Vocab(), "model": cfg.Vocab},
			"The tokenizer of this file has %d tokens, its model %d; they do not belong together. Export or download it again.", tok.Vocab(), cfg.Vocab)
	}
	return c, nil
}

func (s *Session) listCheckpoints(protocol.ListCheckpoints, []byte) (any, []byte, error) {
	metas, err := s.storage.list()
	if err != nil {
		return nil, nil, err
	}
	out := protocol.Checkpoints{Checkpoints: make([]protocol.CheckpointInfo, len(metas))}
	cards := s.cards(metas)
	for i, m := range metas {
		out.Checkpoints[i] = describe(m)
		out.Checkpoints[i].Base = baseIn(m, metas)
		graded(&out.Checkpoints[i], cards)
	}
	return out, nil, nil
}

func describe(m checkpoint.Meta) protocol.CheckpointInfo {
	out := protocol.CheckpointInfo{
		ID: m.ID, Name: m.Name, Stage: m.Stage, Preset: m.Preset, Parent: m.Parent, Kind: m.Kind,
		Step: m.Step, Steps: m.Steps, Created: m.Created, Bytes: m.Bytes, Parameters: m.Parameters,
		HeldOutLoss: m.HeldOutLoss, BitsPerByte: m.BitsPerByte, Vocab: m.Vocab,
		Dataset: m.Dataset.Name, DatasetID: m.Dataset.ID,
		Adapter: m.Adapter != nil, Writes: stages.Writes(m.Stage),
		Resumable: m.Resumable && m.Step < m.Steps, Diverged: m.Diverged,
		Run: m.Run, Seed: m.Seed, Measures: m.Measures,
	}
	for _, a := range m.Ancestors {
		out.Ancestors = append(out.Ancestors, protocol.Ancestor(a))
	}
	for role, a := range m.Companions {
		if out.Companions == nil {
			out.Companions = map[string]protocol.Ancestor{}
		}
		out.Companions[role] = protocol.Ancestor(a)
	}
	return out
}

func (s *Session) renameCheckpoint(c protocol.RenameCheckpoint, _ []byte) (any, []byte, error) {
	return nil, nil, s.write(func(ctx context.Context, store checkpoint.Store) error {
		return store.Rename(ctx, c.Checkpoint, checkpoint.CleanName(c.Name, c.Checkpoint))
	})
}

// deleteCheckpoint refuses to take the model away from an adapter, which would
// be nothing without it.
func (s *Session) deleteCheckpoint(c protocol.DeleteCheckpoint, _ []byte) (any, []byte, error) {
	metas, err := s.storage.list()
	if err != nil {
		return nil, nil, err
	}
	for _, m := range metas {
		if m.ID != c.Checkpoint && baseIn(m, metas) == c.Checkpoint {
			return nil, nil, problem.New("checkpoint_needed", problem.Args{"name": m.Name},
				"The adapter %q needs this model. Merge or delete the adapter first.", m.Name)
		}
	}
	return nil, nil, s.write(func(ctx context.Context, store checkpoint.Store) error {
		return store.Delete(ctx, c.Checkpoint)
	})
}

func (s *Session) exportCheckpoint(c protocol.ExportCheckpoint, _ []byte) (any, []byte, error) {
	ck, err := s.load(c.Checkpoint, checkpoint.Everything)
	if err != nil {
		return nil, nil, err
	}
	f, err := checkpoint.NewFile(ck, checkpoint.Format{})
	if err != nil {
		return nil, nil, err
	}
	var out bytes.Buffer
	out.Grow(int(f.Size()))
	if _, err := f.WriteTo(&out); err != nil {
		return nil, nil, err
	}
	return nil, out.Bytes(), nil
}

func (s *Session) importCheckpoint(c protocol.ImportCheckpoint, file []byte) (any, []byte, error) {
	s.progress("import", 0)
	defer s.progress("import", 1)
	ck, err := readModel(file)
	if err != nil {
		return nil, nil, err
	}
	if ck.Meta.Kind == checkpoint.Ready {
		return s.importReady(ck)
	}
	ck.Adopt(c.Name, unixMilli())
	err = s.write(func(ctx context.Context, store checkpoint.Store) error { return store.Put(ctx, ck) })
	return describe(ck.Meta), nil, err
}

// importReady keeps a ready-made model under the id that it was made with: so it
// is there once, however often it is loaded, and models that were made from each
// other find each other.
func (s *Session) importReady(ck *checkpoint.Checkpoint) (any, []byte, error) {
	metas, err := s.storage.list()
	if err != nil {
		return nil, nil, err
	}
	for _, m := range metas {
		if m.ID == ck.Meta.ID {
			return describe(m), nil, nil
		}
	}
	ck.Meta.Created = unixMilli()
	err = s.write(func(ctx context.Context, store checkpoint.Store) error { return store.Put(ctx, ck) })
	return describe(ck.Meta), nil, err
}

func (s *Session) history(c protocol.GetHistory, _ []byte) (any, []byte, error) {
	ck, err := s.load(c.Checkpoint, checkpoint.Record)
	if err != nil {
		return nil, nil, err
	}
	return readHistory(ck.History), nil, nil
}

func (s *Session) details(c protocol.GetDetails, _ []byte) (any, []byte, error) {
	ck, err := s.load(c.Checkpoint, checkpoint.Record)
	if err != nil {
		return nil, nil, err
	}
	cfg, err := nn.ParseConfig(ck.Meta.Config)
	if err != nil {
		return nil, nil, err
	}
	run := stages.TrainedWith(ck)
	out := protocol.Details{
		Settings: run.Settings, Seconds: run.Seconds,
		Layers: cfg.Layers, Heads: cfg.Heads, Channels: cfg.Channels, Hidden: cfg.Hidden, Context: cfg.Context, Vocab: cfg.Vocab,
		Lessons: ck.Meta.Lessons.Name,
	}
	if out.Settings == nil {
		out.Settings = map[string]float64{}
	}
	return out, nil, nil
}

// readHistory never fails: a run goes on without the curve of its past.
func readHistory(raw json.RawMessage) protocol.History {
	var h protocol.History
	_ = json.Unmarshal(raw, &h)
	if h.Metrics == nil {
		h.Metrics = []protocol.Metrics{}
	}
	if h.Samples == nil {
		h.Samples = []protocol.SampleEvent{}
	}
	return h
}
