package workload

import (
	"slices"
	"time"

	"sprout/core/backend/simd"
	"sprout/core/op"
)

// KindTime is what the calls of one kind take of a step.
type KindTime struct {
	Kind  op.Kind `json:"kind"`
	Calls int     `json:"calls"`
	Ms    float64 `json:"ms"`
	Share float64 `json:"share"`
	FLOPs float64 `json:"flops"`
}

// Profile times the operations of a step on one core, call by call, the median
// of several rounds; the slowest kind comes first.
func Profile(h Host, name string) ([]KindTime, error) {
	shape, err := shapeOf(name)
	if err != nil {
		return nil, err
	}
	be := simd.New()
	defer be.Close()
	t, err := NewTrainer(h, be, shape, 1)
	if err != nil {
		return nil, err
	}
	defer t.Close()
	if _, err := t.timeSteps(h, shape.Warm); err != nil {
		return nil, err
	}
	var calls []timed
	var times [][]time.Duration // by call
	for range 9 {
		if calls, err = t.profile(); err != nil {
			return nil, err
		}
		if times == nil {
			times = make([][]time.Duration, len(calls))
		}
		for i, c := range calls {
			times[i] = append(times[i], c.Time)
		}
		h.breathe()
	}
	var all []KindTime
	total := 0.0
	for i, c := range calls {
		j := slices.IndexFunc(all, func(k KindTime) bool { return k.Kind == c.Call.Kind })
		if j < 0 {
			j = len(all)
			all = append(all, KindTime{Kind: c.Call.Kind})
		}
		slices.Sort(times[i])
		ms := float64(c.times) * times[i][len(times[i])/2].Seconds() * 1e3
		all[j].Calls += c.times
		all[j].Ms += ms
		all[j].FLOPs += float64(c.times) * float64(c.FLOPs)
		total += ms
	}
	for i := range all {
		all[i].Share = all[i].Ms / total
	}
	slices.SortStableFunc(all, func(a, b KindTime) int {
		if a.Ms > b.Ms {
			return -1
		}
		return 1
	})
	return all, nil
}
