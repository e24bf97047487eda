package stages

import (
	"maps"
	"slices"

	"sprout/core/backend"
	"sprout/core/checkpoint"
	"sprout/core/nn"
	"sprout/core/parallel"
)

// Blueprint is all that another process needs to compute for a run: from it a
// worker builds the same model and records the same steps. The weights are not
// in it; they come with the first job. It travels as JSON.
//
// Without a stage the worker only reads; then it needs no settings, and is told
// of an adapter in so many words.
type Blueprint struct {
	Stage   string             `json:"stage,omitempty"`
	Config  nn.Config          `json:"config"`
	Values  map[string]float64 `json:"values,omitempty"` // of every setting
	Batch   int                `json:"batch,omitempty"`  // rows of a step
	Beside  []Companion        `json:"beside,omitempty"`
	Adapter *nn.AdapterConfig  `json:"adapter,omitempty"`
}

// Worker builds the side that computes on a backend, which it closes in the
// end, also where it fails.
func (b Blueprint) Worker(be backend.Backend) (*parallel.Worker, error) {
	if b.Stage == "" {
		return b.reader(be)
	}
	stage, err := Find(b.Stage)
	if err == nil {
		err = b.Config.Validate()
	}
	if err != nil {
		be.Close()
		return nil, err
	}
	p, err := newModel(stage, be, b.Config, b.Values)
	if err != nil {
		be.Close()
		return nil, err
	}
	beside, err := newBeside(be, b.Beside)
	if err != nil {
		p.Close()
		be.Close()
		return nil, err
	}
	return parallel.NewWorker(replica(stage, p, beside, b.Values), b.Batch), nil
}

// replica is a stage's objective on a model, with the services that every
// stage has. It owns the models and their backend.
func replica(stage Stage, p *nn.Params, beside map[string]*nn.Params, values map[string]float64) parallel.Replica {
	r := stage.objective(p, values)
	s := newServices(p)
	r.Services = map[string]parallel.Service{lossesService: s.scorers.serve, generateService: s.generate}
	if slices.Contains(headsOf(stage), nn.Score) {
		r.Services[rewardsService] = s.judges.serve
	}
	for _, name := range slices.Sorted(maps.Keys(beside)) {
		r.Frozen = append(r.Frozen, beside[name].Slab)
	}
	if x, ok := stage.(accompanied); ok {
		x.accompany(&r, s, beside, values)
	}
	r.Bytes = s.bytes
	r.Close = func() {
		s.close()
		closeBeside(beside)
		p.Close()
		p.Backend().Close()
	}
	return r
}

// headed is a stage whose models have heads beside the decoder.
type headed interface{ heads() []nn.Head }

// headsOf are the heads of a stage's models.
func headsOf(s Stage) []nn.Head {
	if h, ok := s.(headed); ok {
		return h.heads()
	}
	return nil
}

// Specs lists the tensors that a checkpoint must hold, given its model's
// configuration; a stage that is not known makes plain decoders.
func Specs(m checkpoint.Meta, cfg nn.Config) ([]checkpoint.Spec, error) {
	if m.Adapter != nil {
		a, err := nn.ParseAdapterConfig(m.Adapter.Config)
		if err != nil {
			return nil, err
		}
		return a.Specs(cfg), nil
	}
	if s, err := Find(m.Stage); err == nil {
		return nn.Specs(cfg, headsOf(s)...), nil
	}
	return nn.Specs(cfg), nil
}
