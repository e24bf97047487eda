package workload

import (
	"slices"
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

// Rounds are the median milliseconds of a step in several rounds, by the number
// of workers.
type Rounds map[int][]float64

// Best is the best round.
func (r Rounds) Best(workers int) float64 { return slices.Min(r[workers]) }

// Scaling trains with one worker and with two in short turns, so that what else
// the machine does falls on both.
func Scaling(h Host, name string) (Rounds, error) {
	const rounds, settle, steps = 6, 4, 12
	shape, err := shapeOf(name)
	if err != nil {
		return nil, err
	}
	be := simd.New()
	defer be.Close()
	t, err := NewTrainer(h, be, shape, 2)
	if err != nil {
		return nil, err
	}
	defer t.Close()
	if _, err := t.timeSteps(h, 2*shape.Warm); err != nil {
		return nil, err
	}
	r := Rounds{}
	for range rounds {
		for _, workers := range []int{1, 2} {
			t.group.SetWorkers(workers)
			ms, err := t.timeSteps(h, settle+steps)
			if err != nil {
				return nil, err
			}
			ms = ms[settle:]
			slices.Sort(ms)
			r[workers] = append(r[workers], ms[len(ms)/2])
		}
	}
	return r, nil
}
