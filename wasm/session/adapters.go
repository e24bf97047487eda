package session

import (
	"context"

	"sprout/core/checkpoint"
	"sprout/core/gen"
	"sprout/core/nn"
	"sprout/core/problem"
	"sprout/stages"
	"sprout/wasm/protocol"
)

// without leaves out the adapter that a model has.
const without = "none"

// baseOf finds the model under an adapter among its ancestors, nil where none is
// left or the checkpoint is a model by itself.
func (s *Session) baseOf(m checkpoint.Meta) (*checkpoint.Checkpoint, error) {
	if m.Adapter == nil {
		return nil, nil
	}
	for _, id := range lineage(m) {
		c, err := s.load(id, checkpoint.Weights)
		switch {
		case err == nil && c.Meta.Adapter == nil:
			return c, nil
		case err != nil && problem.From(err).Code != "checkpoint_not_found":
			return nil, err
		}
	}
	return nil, nil
}

// baseIn is what baseOf would find in a list, empty for none.
func baseIn(m checkpoint.Meta, metas []checkpoint.Meta) string {
	if m.Adapter == nil {
		return ""
	}
	there := map[string]bool{demo: true}
	for _, other := range metas {
		there[other.ID] = other.Adapter == nil
	}
	for _, id := range lineage(m) {
		if there[id] {
			return id
		}
	}
	return ""
}

func lineage(m checkpoint.Meta) []string {
	ids := []string{m.Parent}
	for _, a := range m.Ancestors {
		ids = append(ids, a.ID)
	}
	return ids
}

// adapted puts an adapter on a model that is loaded, or leaves out the one that
// it has; several share one model's weights. The caller holds the engine.
func (s *Session) adapted(id, adapter string) (*model, error) {
	if id == live && adapter != without && s.run != nil {
		id = s.run.info.Parent // on which the run's own adapter is but one of several
	}
	under, err := s.model(id, "")
	if err != nil {
		return nil, err
	}
	m := &model{id: id, with: adapter, under: under, params: under.params, traits: under.traits}
	linear := nn.Linear(nn.Dense)
	if adapter != without {
		c, err := s.load(adapter, checkpoint.Weights)
		if err != nil {
			return nil, err
		}
		base, err := s.load(id, checkpoint.Weights)
		if err != nil {
			return nil, err
		}
		if m.adapter, err = stages.LoadAdapter(under.params, c, base); err != nil {
			return nil, err
		}
		linear, m.stage = m.adapter.Linear, c.Meta.Stage
	}
	if m.gen, err = gen.New(m.params, 1, linear); err != nil {
		m.close()
		return nil, err
	}
	s.models = append(s.models, m)
	return m, nil
}

// mergeAdapter makes a model that needs no adapter any more.
func (s *Session) mergeAdapter(c protocol.MergeAdapter, _ []byte) (any, []byte, error) {
	ck, err := s.load(c.Checkpoint, checkpoint.Weights)
	if err != nil {
		return nil, nil, err
	}
	base, err := s.baseOf(ck.Meta)
	if err != nil {
		return nil, nil, err
	}
	be, err := s.options.NewBackend()
	if err != nil {
		return nil, nil, err
	}
	defer be.Close()
	whole, err := stages.MergeAdapter(be, ck, base)
	if err != nil {
		return nil, nil, err
	}
	whole.Meta.Name = checkpoint.CleanName(c.Name, ck.Meta.Name)
	err = s.write(func(ctx context.Context, store checkpoint.Store) error { return store.Put(ctx, whole) })
	return describe(whole.Meta), nil, err
}
