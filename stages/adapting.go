package stages

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"sprout/core/backend"
	"sprout/core/checkpoint"
	"sprout/core/nn"
	"sprout/core/problem"
	"sprout/core/tensor"
)

// adapting is a stage that trains an adapter and leaves the model as it is. Its
// checkpoints hold the adapter alone, so they need the model to go on.
type adapting interface {
	adapter(values map[string]float64) nn.AdapterConfig
}

// newModel reserves the weights of a stage's model, with its heads, and its
// adapter plugged in.
func newModel(stage Stage, be backend.Backend, cfg nn.Config, values map[string]float64) (*nn.Params, error) {
	p, err := nn.NewParams(be, cfg, headsOf(stage)...)
	if err != nil {
		return nil, err
	}
	if s, ok := stage.(adapting); ok {
		if p.Adapter, err = nn.NewAdapter(p, s.adapter(values)); err != nil {
			p.Close()
			return nil, err
		}
	}
	return p, nil
}

// learned are the weights that training changes.
type learned interface {
	LoadInto(slab tensor.Tensor, get func(name string) []float32) error
	DumpFrom(slab tensor.Tensor, each func(name string, shape tensor.Shape, data []float32)) error
}

// learned are the adapter's weights, where the model has one, or else the
// model's, and their slab, of which the first matrices elements decay.
func (t *trainer) learned() (w learned, slab tensor.Tensor, matrices int) {
	if a := t.model.Adapter; a != nil {
		return a, a.Slab, a.Config.MatrixRange(t.cfg)
	}
	if headAlone(t.stage, t.values) {
		return t.model, t.model.Slab, 0
	}
	return t.model, t.model.Slab, t.cfg.MatrixRange()
}

// parameters are the numbers of weights that are trained and of all.
func (t *trainer) parameters() (trained, all int) {
	all = t.model.Count()
	if headAlone(t.stage, t.values) {
		for _, q := range t.model.List {
			if q.Head {
				trained += q.Shape.Len()
			}
		}
		return trained, all
	}
	if t.model.Adapter == nil {
		return all, all
	}
	trained = t.model.Adapter.Config.ParamCount(t.cfg)
	return trained, all + trained
}

// needsBase checks that an adapter's run has the model that the adapter is for.
func (o *opened) needsBase(cfg nn.AdapterConfig) error {
	if err := cfg.Validate(); err != nil {
		return err
	}
	if o.Resume != nil {
		if err := fits(o.Resume.Meta, o.Parent, o.cfg); err != nil {
			return err
		}
		if err := o.Resume.Check(cfg.Specs(o.cfg)); err != nil {
			return err
		}
	}
	o.base = weightsPrint(o.Parent, o.cfg)
	specs, err := Specs(o.Parent.Meta, o.cfg)
	if err != nil {
		return err
	}
	return o.Parent.Check(specs)
}

// weightsPrint is short for all weights of a model.
func weightsPrint(c *checkpoint.Checkpoint, cfg nn.Config) string {
	h := sha256.New()
	get := named(c, "")
	for _, s := range nn.Specs(cfg) {
		fmt.Fprintln(h, s.Name, s.Shape)
		h.Write(checkpoint.Bytes(get(s.Name)))
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// adapterRef is what a checkpoint says of the adapter that it holds, nil where
// it holds a model.
func (t *trainer) adapterRef() *checkpoint.AdapterRef {
	if t.model.Adapter == nil {
		return nil
	}
	config, err := json.Marshal(t.model.Adapter.Config)
	if err != nil {
		panic("stages: " + err.Error()) // finite numbers and strings always encode
	}
	return &checkpoint.AdapterRef{Config: config, Base: t.base}
}

func init() {
	problem.Register(map[string]string{
		"adapter_base_missing": "an adapter's run needs the model under it: base",
		"adapter_none":         "a checkpoint that should be an adapter is a whole model: name",
		"adapter_base":         "the model is not the one that the adapter was trained on: base",
		"parent_adapter":       "the parent is an adapter, no model by itself",
	})
}
