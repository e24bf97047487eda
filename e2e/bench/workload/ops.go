package workload

import (
	"fmt"
	"sort"
	"time"

	"sprout/core/autograd"
	"sprout/core/op"
)

// OpTime sums up the equal calls of one training step.
type OpTime struct {
	Call    string  `json:"call"`  // kind, parameters and shapes
	Count   int     `json:"count"` // such calls in a step
	Ms      float64 `json:"ms"`    // of one call, the mean over many steps
	GFLOPs  float64 `json:"gflop_s"`
	GBytesS float64 `json:"gbyte_s"`
}

// Ops times the calls that compute a step's gradient, all of them or those of
// one kind, the most expensive first.
func (t *Trainer) Ops(kind string) ([]OpTime, error) {
	const warm, rounds = 10, 20
	for range warm { // fills every buffer with numbers of the usual size, too
		if _, err := t.Step(); err != nil {
			return nil, err
		}
	}
	type sum struct {
		calls        int
		time         time.Duration
		flops, bytes int64
	}
	sums := map[string]*sum{}
	for range rounds {
		shard, tree, shards, err := t.group.Profile()
		if err != nil {
			return nil, err
		}
		for i, timings := range [][]autograd.Timing{shard, tree} {
			times := 1
			if i == 0 {
				times = shards
			}
			for _, timing := range timings {
				if kind != "all" && string(timing.Call.Kind) != kind {
					continue
				}
				name := describe(timing.Call)
				s := sums[name]
				if s == nil {
					s = &sum{flops: timing.FLOPs, bytes: timing.Bytes}
					sums[name] = s
				}
				s.calls += times
				s.time += time.Duration(times) * timing.Time
			}
		}
	}
	if len(sums) == 0 {
		return nil, fmt.Errorf("the step has no operation %q", kind)
	}
	times := make([]OpTime, 0, len(sums))
	for name, s := range sums {
		seconds := s.time.Seconds() / float64(s.calls)
		times = append(times, OpTime{
			Call: name, Count: s.calls / rounds, Ms: seconds * 1e3,
			GFLOPs: float64(s.flops) / seconds / 1e9, GBytesS: float64(s.bytes) / seconds / 1e9,
		})
	}
	sort.Slice(times, func(i, j int) bool {
		return times[i].Ms*float64(times[i].Count) > times[j].Ms*float64(times[j].Count)
	})
	return times, nil
}

func describe(c op.Call) string {
	s := string(c.Kind)
	if c.Params != nil {
		s += fmt.Sprintf("%+v", c.Params)
	}
	for _, x := range c.In {
		if x.IsNone() {
			s += " –"
			continue
		}
		s += fmt.Sprint(" ", []int(x.Shape))
	}
	return s
}
