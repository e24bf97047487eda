package stages

import (
	"encoding/json"
	"time"

	"sprout/core/backend"
	"sprout/core/checkpoint"
	"sprout/core/nn"
	"sprout/core/problem"
	"sprout/core/tensor"
)

// LoadModel puts a checkpoint's weights on a backend. Those of an adapter need
// base, the checkpoint of the model under it, and are plugged in. Problems
// "adapter_base_missing", "adapter_base", and those of configurations and
// weights.
func LoadModel(be backend.Backend, c, base *checkpoint.Checkpoint) (*nn.Params, error) {
	cfg, err := nn.ParseConfig(c.Meta.Config)
	if err != nil {
		return nil, err
	}
	weights := c
	if c.Meta.Adapter != nil {
		weights = base
		if err := fits(c.Meta, base, cfg); err != nil {
			return nil, err
		}
	}
	p, err := nn.NewParams(be, cfg)
	if err != nil {
		return nil, err
	}
	if err = p.Load(named(weights, "")); err == nil && c.Meta.Adapter != nil {
		p.Adapter, err = readAdapter(p, c)
	}
	if err != nil {
		p.Close()
		return nil, err
	}
	return p, nil
}

// LoadAdapter puts the adapter of a checkpoint beside a model that was loaded
// from base, and does not plug it in: several take turns, each as the Linear of
// a generator of its own. The model must outlive it. Problems: those of LoadModel
// and "adapter_none".
func LoadAdapter(p *nn.Params, c, base *checkpoint.Checkpoint) (*nn.Adapter, error) {
	if err := isAdapter(c.Meta); err != nil {
		return nil, err
	}
	if err := fits(c.Meta, base, p.Config); err != nil {
		return nil, err
	}
	return readAdapter(p, c)
}

func readAdapter(p *nn.Params, c *checkpoint.Checkpoint) (*nn.Adapter, error) {
	cfg, err := nn.ParseAdapterConfig(c.Meta.Adapter.Config)
	if err != nil {
		return nil, err
	}
	a, err := nn.NewAdapter(p, cfg)
	if err != nil {
		return nil, err
	}
	if err := a.Load(named(c, "")); err != nil {
		a.Close()
		return nil, err
	}
	return a, nil
}

func isAdapter(m checkpoint.Meta) error {
	if m.Adapter != nil {
		return nil
	}
	return problem.New("adapter_none", problem.Args{"name": m.Name}, "The checkpoint %q is a whole model and no adapter.", m.Name)
}

// fits checks that base is the model that an adapter was trained on.
func fits(adapter checkpoint.Meta, base *checkpoint.Checkpoint, cfg nn.Config) error {
	if base == nil {
		return problem.New("adapter_base_missing", problem.Args{"base": adapter.Parent},
			"An adapter is nothing without the model that it was trained on. Choose that model as well.")
	}
	if adapter.Adapter == nil || adapter.Adapter.Base != weightsPrint(base, cfg) {
		return problem.New("adapter_base", problem.Args{"base": base.Meta.Name},
			"The adapter was trained on another model than %q. Choose the one that it was trained on.", base.Meta.Name)
	}
	return nil
}

// MergeAdapter makes a whole model of an adapter and its base: a checkpoint by
// itself, to go on from in any stage, that descends from the adapter. The backend
// is only computed on. Problems: those of LoadModel and "adapter_none".
func MergeAdapter(be backend.Backend, adapter, base *checkpoint.Checkpoint) (*checkpoint.Checkpoint, error) {
	if err := isAdapter(adapter.Meta); err != nil {
		return nil, err
	}
	p, err := LoadModel(be, adapter, base)
	if err != nil {
		return nil, err
	}
	defer p.Close()
	c := &checkpoint.Checkpoint{Meta: adapter.Meta, Tokenizer: adapter.Tokenizer}
	c.Meta.Adapter, c.Meta.Resumable = nil, false
	c.Meta.ID, c.Meta.Kind, c.Meta.Created = checkpoint.NewID(), checkpoint.Manual, time.Now().UnixMilli()
	c.Meta.Parameters = p.Config.ParamCount()
	checkpoint.Descend(&c.Meta, adapter.Meta)
	c.Meta.Config = append(json.RawMessage(nil), adapter.Meta.Config...)
	return c, p.Adapter.DumpMerged(func(name string, shape tensor.Shape, data []float32) {
		c.Tensors = append(c.Tensors, checkpoint.Tensor{Name: name, Shape: shape, Data: data})
	})
}
