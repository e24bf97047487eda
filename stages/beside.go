package stages

import (
	"strings"

	"sprout/core/backend"
	"sprout/core/checkpoint"
	"sprout/core/nn"
	"sprout/core/parallel"
	"sprout/core/problem"
	"sprout/core/tensor"
)

// Companion is a frozen model that a run reads beside the one that it trains: a
// reference, a reward model. Every worker has it; its weights travel once.
type Companion struct {
	Name   string    `json:"name"`
	Config nn.Config `json:"config"`
	Head   nn.Head   `json:"head,omitempty"` // empty: none
}

// Names of the companions.
const (
	referenceModel = "reference" // what the run began with
	rewardModel    = "reward"
)

func (c Companion) heads() []nn.Head {
	if c.Head == "" {
		return nil
	}
	return []nn.Head{c.Head}
}

// accompanied is a stage whose workers do more than all others do, with the help
// of the models beside: it adds services, or replaces what is recorded.
type accompanied interface {
	accompany(r *parallel.Replica, s *services, beside map[string]*nn.Params, values map[string]float64)
}

// newBeside reserves the companions' weights.
func newBeside(be backend.Backend, list []Companion) (map[string]*nn.Params, error) {
	out := map[string]*nn.Params{}
	for _, c := range list {
		p, err := nn.NewParams(be, c.Config, c.heads()...)
		if err != nil {
			closeBeside(out)
			return nil, err
		}
		out[c.Name] = p
	}
	return out, nil
}

func closeBeside(beside map[string]*nn.Params) {
	for _, p := range beside {
		p.Close()
	}
}

// frozenName is what a companion's tensors are called in a checkpoint.
func (c Companion) frozenName() string { return checkpoint.FrozenPrefix + c.Name + "." }

// loadBeside fills the companions: from the checkpoint of a run that is resumed,
// else from where each begins.
func (t *trainer) loadBeside() error {
	for _, c := range t.companions {
		from, prefix := t.Resume, c.frozenName()
		if from == nil {
			from, prefix = t.origins[c.Name], ""
		}
		if err := t.beside[c.Name].Load(named(from, prefix)); err != nil {
			return err
		}
	}
	return nil
}

// saveBeside puts the companions into a checkpoint, so that a run can go on
// though what they came from is gone.
func (t *trainer) saveBeside(c *checkpoint.Checkpoint) error {
	for _, x := range t.companions {
		err := t.beside[x.Name].Dump(func(name string, shape tensor.Shape, data []float32) {
			c.Tensors = append(c.Tensors, checkpoint.Tensor{Name: x.frozenName() + name, Shape: shape, Data: data})
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// besides settles who stands beside the model: those of the checkpoint that is
// resumed, else those given with their checkpoints.
func (o *opened) besides(list []Companion, origins map[string]*checkpoint.Checkpoint) error {
	if o.Resume == nil {
		o.companions, o.origins = list, origins
		return nil
	}
	o.companions = o.state.Frozen
	for _, c := range o.companions {
		have := map[string]tensor.Shape{}
		for _, x := range o.Resume.Tensors {
			if name, ok := strings.CutPrefix(x.Name, c.frozenName()); ok {
				have[name] = x.Shape
			}
		}
		if err := c.Config.Validate(); err != nil {
			return err
		}
		for _, s := range nn.Specs(c.Config, c.heads()...) {
			if shape, ok := have[s.Name]; !ok || !shape.Equal(s.Shape) {
				return problem.New("resume_state", nil, "What the checkpoint says about its run cannot be read.")
			}
		}
	}
	return nil
}
