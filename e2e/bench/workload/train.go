package workload

import (
	"time"

	"sprout/core/backend/simd"
)

// Training is the outcome of a run. Milliseconds are of the timed steps, losses
// of all.
type Training struct {
	Ms         []float64 `json:"ms"`
	Losses     []float64 `json:"losses"`
	Parameters int       `json:"params"`
	Workers    int       `json:"workers"`
	Memory     Memory    `json:"memory"`
}

// Train runs the warm-up and the timed steps.
func Train(h Host, name string, workers int) (Training, error) {
	shape, err := shapeOf(name)
	if err != nil {
		return Training{}, err
	}
	be := simd.New()
	defer be.Close()
	t, err := NewTrainer(h, be, shape, workers)
	if err != nil {
		return Training{}, err
	}
	defer t.Close()
	r := Training{Parameters: shape.Model.ParamCount(), Workers: t.group.Workers()}
	for s := range shape.Warm + shape.Steps {
		began := time.Now()
		loss, err := t.Step()
		if err != nil {
			return r, err
		}
		if s >= shape.Warm {
			r.Ms = append(r.Ms, time.Since(began).Seconds()*1e3)
		}
		r.Losses = append(r.Losses, loss)
		h.breathe()
	}
	r.Memory = h.memory()
	return r, nil
}
