package workload

import (
	"fmt"
	"slices"
	"time"

	"sprout/core/backend/simd"
)

// CostPoint is what one training step costs.
type CostPoint struct {
	Parameters int     `json:"params"`
	Context    int     `json:"context"`
	Batch      int     `json:"batch"` // sequences
	Workers    int     `json:"workers"`
	FLOPs      float64 `json:"flops"`
	Ms         float64 `json:"ms"`     // tenth percentile of some steps
	Memory     int64   `json:"memory"` // bytes in use for it, of all workers
}

// curve lists the shapes of a curve and the workers for each.
func curve(name string) (shapes []Shape, workers []int, err error) {
	switch name {
	case "parameters": // 512 tokens a step
		for _, m := range []struct{ layers, heads, channels, hidden int }{
			{2, 4, 64, 172}, {3, 4, 96, 256}, {4, 4, 128, 344}, {5, 6, 192, 512}, {6, 8, 256, 688}, {6, 6, 384, 1024},
		} {
			shapes = append(shapes, Shape{Model: model(m.layers, m.heads, m.channels, m.hidden, 64), Batch: 8})
			workers = append(workers, 1)
		}
	case "context": // 2048 tokens a step
		for _, T := range []int{32, 64, 128, 256, 512} {
			shapes = append(shapes, Shape{Model: model(4, 4, 128, 344, T), Batch: 2048 / T})
			workers = append(workers, 1)
		}
	case "workers": // 8 shards
		for _, n := range []int{1, 2, 3, 4, 6, 8} {
			shapes = append(shapes, Shape{Model: model(4, 4, 128, 344, 64), Batch: 16})
			workers = append(workers, n)
		}
	default:
		return nil, nil, fmt.Errorf("no curve %q", name)
	}
	return shapes, workers, nil
}

// Cost measures a curve: parameters, context or workers.
func Cost(h Host, name string) ([]CostPoint, error) {
	shapes, workers, err := curve(name)
	if err != nil {
		return nil, err
	}
	var all []CostPoint
	for i, s := range shapes {
		p, err := cost(h, s, workers[i])
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, nil
}

func cost(h Host, s Shape, workers int) (p CostPoint, err error) {
	p = CostPoint{Parameters: s.Model.ParamCount(), Context: s.Model.Context, Batch: s.Batch}
	if p.FLOPs, err = flops(s); err != nil {
		return p, err
	}
	empty := h.memory().Heap
	be := simd.New()
	defer be.Close()
	t, err := NewTrainer(h, be, s, workers)
	if err != nil {
		return p, err
	}
	defer t.Close()
	p.Workers = t.group.Workers()
	if _, err := t.stepsFor(h, 1500*time.Millisecond, 3); err != nil {
		return p, err
	}
	ms, err := t.stepsFor(h, 2*time.Second, 4)
	if err != nil {
		return p, err
	}
	slices.Sort(ms)
	p.Ms = ms[len(ms)/10]
	used, err := t.memories()
	if err != nil {
		return p, err
	}
	for i, m := range used {
		if i == 0 || h.Memory != nil { // natively, workers share one heap
			p.Memory += int64(m.Heap) - int64(empty)
		}
	}
	return p, nil
}

// stepsFor trains for a time, and at least some steps.
func (t *Trainer) stepsFor(h Host, d time.Duration, atLeast int) (ms []float64, err error) {
	for began := time.Now(); len(ms) < atLeast || time.Since(began) < d; {
		one, err := t.timeSteps(h, 1)
		if err != nil {
			return nil, err
		}
		ms = append(ms, one...)
	}
	return ms, nil
}

// flops of a training step.
func flops(s Shape) (n float64, err error) {
	t, err := NewTrainer(Host{}, &paper{}, s, 1)
	if err != nil {
		return 0, err
	}
	defer t.Close()
	calls, err := t.profile()
	for _, c := range calls {
		n += float64(c.times) * float64(c.FLOPs)
	}
	return n, err
}
