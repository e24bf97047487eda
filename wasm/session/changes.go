package session

import (
	"sprout/core/checkpoint"
	"sprout/core/inspect"
	"sprout/core/nn"
	"sprout/core/problem"
	"sprout/core/tensor"
	"sprout/wasm/protocol"
)

// pictureCells bounds the sides of the picture of a matrix.
const pictureCells = 512

// changed is a checkpoint beside what it goes back to.
type changed struct {
	comparison inspect.Comparison
	against    string
	adapter    *nn.Adapter // nil: the weights themselves were trained
}

func (s *Session) changes(c protocol.GetChanges, _ []byte) (any, []byte, error) {
	before, name, err := s.before(c.Checkpoint)
	if err != nil {
		return nil, nil, err
	}
	s.engine.Lock()
	defer s.engine.Unlock()
	x, err := s.compare(c.Checkpoint, before)
	if err != nil {
		return nil, nil, err
	}
	all, err := inspect.Changes(x.comparison)
	if err != nil {
		return nil, nil, err
	}
	if len(all) == 0 {
		return nil, nil, problem.New("changes_unknown", problem.Args{"name": name},
			"What has changed in %q cannot be told: the model that it goes back to is no longer here, or has another shape.", name)
	}
	out := protocol.Changes{Against: x.against, Matrices: make([]protocol.Change, len(all))}
	drawn := 0
	for i, m := range all {
		out.Matrices[i] = change(m)
		if m.Name == c.Matrix || c.Matrix == "" && m.Relative > all[drawn].Relative {
			drawn = i
		}
	}
	d, err := inspect.DeltaOf(x.comparison, all[drawn].Name)
	if err != nil {
		return nil, nil, err
	}
	cells, height, width, block := inspect.Extremes(d.Shape[0], d.Shape[1], d.Values, pictureCells)
	out.Picture = protocol.Delta{Name: d.Name, Height: height, Width: width, Block: block, Singular: d.Singular}
	if a := x.adapter; a != nil {
		out.Rank, out.Scale, out.DoRA = a.Config.Rank, a.Config.Scale(), a.Config.DoRA
		A, B, err := a.Factors(d.Name)
		if err != nil {
			return nil, nil, err
		}
		cells = append(append(cells, A...), B...)
	}
	return out, checkpoint.Bytes(cells), nil
}

func change(m inspect.Change) protocol.Change {
	out := protocol.Change{
		Name: m.Name, Layer: -1, Kind: "embed", Rows: m.Shape[0], Cols: m.Shape[1], Size: m.Size, Relative: m.Relative,
	}
	if layer, kind, ok := nn.Place(m.Name); ok {
		out.Layer, out.Kind = layer, kind
	}
	return out
}

// before finds the nearest whole model that a checkpoint or the live run goes
// back to, nil where none is left, and the name of what goes back to it.
func (s *Session) before(id string) (*checkpoint.Checkpoint, string, error) {
	var ids []string
	name := ""
	if id == live {
		if s.run == nil {
			return nil, "", noRun()
		}
		ids, name = []string{s.run.info.Parent}, s.run.info.Stage
	} else {
		m, err := s.meta(id)
		if err != nil {
			return nil, "", err
		}
		ids, name = lineage(m), m.Name
	}
	for _, id := range ids {
		if id == "" {
			continue
		}
		c, err := s.load(id, checkpoint.Weights)
		switch {
		case err == nil && c.Meta.Adapter == nil:
			return c, name, nil
		case err != nil && problem.From(err).Code != "checkpoint_not_found":
			return nil, "", err
		}
	}
	return nil, name, nil
}

// compare holds a checkpoint against what it goes back to; the caller holds the
// engine.
func (s *Session) compare(id string, before *checkpoint.Checkpoint) (x changed, err error) {
	if before != nil {
		x.against = before.Meta.Name
	}
	if id != live {
		c, err := s.load(id, checkpoint.Weights)
		if err != nil {
			return x, err
		}
		if c.Meta.Adapter == nil {
			cfg, err := nn.ParseConfig(c.Meta.Config)
			x.comparison = inspect.Between(cfg, named(before), named(c))
			return x, err
		}
	}
	// Adapters work on the model that they are plugged into, and the weights of the
	// live run lie there, too.
	m, err := s.model(id, "")
	if err != nil {
		return x, err
	}
	if a := m.params.Adapter; a != nil {
		x.adapter, x.comparison = a, inspect.WithAdapter(a)
		return x, nil
	}
	now := map[string][]float32{}
	err = m.params.Dump(func(name string, _ tensor.Shape, data []float32) { now[name] = data })
	x.comparison = inspect.Between(m.params.Config, named(before), func(name string) []float32 { return now[name] })
	return x, err
}

// named finds the weights of a checkpoint; nil has none.
func named(c *checkpoint.Checkpoint) func(string) []float32 {
	return func(name string) []float32 {
		if c == nil {
			return nil
		}
		t, _ := c.Tensor(name)
		return t.Data
	}
}

func init() {
	problem.Register(map[string]string{
		"changes_unknown": "there is nothing to compare a checkpoint with: name",
		"token_unknown":   "a token that a model does not have: token, vocab",
	})
}
