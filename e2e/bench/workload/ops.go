package workload

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"sprout/core/backend"
	"sprout/core/backend/ref"
	"sprout/core/backend/simd"
	"sprout/core/op"
	"sprout/core/op/optest"
	"sprout/core/tensor"
)

// OpTime is what one call of a training step takes.
type OpTime struct {
	Workload string   `json:"workload"` // "" for a size beside the models'
	Kind     op.Kind  `json:"kind"`
	Call     string   `json:"call"`  // parameters and shapes
	Count    int      `json:"count"` // such calls in a step
	FLOPs    int64    `json:"flops"` // of one call
	Bytes    int64    `json:"bytes"` // read and written by one call
	Simd     float64  `json:"simd"`  // seconds of one call
	Ref      *float64 `json:"ref,omitempty"`
}

// OpReport is the workbench's result in one place.
type OpReport struct {
	Passed int      `json:"passed"` // checks against the reference
	Failed []string `json:"failed,omitempty"`
	Peak   float64  `json:"peak"` // GFLOP/s of one core, see Peak
	Lanes  int      `json:"lanes"`
	Times  []OpTime `json:"times,omitempty"`
}

// Compute tells whether the operation is bound by arithmetic rather than memory.
func Compute(k op.Kind) bool { return k == "matmul" || k == "attention" || k == "attention_grad" }

// smallFLOPs and smallBytes bound what the reference is timed with.
const (
	smallFLOPs = 20e6
	smallBytes = 2e6
)

// Ops checks an operation, or "all", against the reference, and times it in the
// shapes of the workloads' steps. Nothing is timed where a check fails.
func Ops(h Host, kind string) (OpReport, error) {
	r := OpReport{Lanes: lanes}
	wanted := func(k op.Kind) bool { return kind == "all" || string(k) == kind }
	if !slices.ContainsFunc(op.Kinds(), wanted) {
		return r, fmt.Errorf("no operation %q", kind)
	}
	r.parity(wanted)
	if len(r.Failed) > 0 {
		return r, nil
	}
	before := Peak(h)
	for _, name := range []string{"char", "large", ""} {
		calls, err := sizes(name)
		if err != nil {
			return r, err
		}
		calls = slices.DeleteFunc(calls, func(c *stepCall) bool { return !wanted(c.Kind) })
		for _, c := range calls {
			x, err := timeCall(c, h)
			if err != nil {
				return r, err
			}
			x.Workload = name
			r.Times = append(r.Times, x)
		}
	}
	r.Peak = max(before, Peak(h))
	return r, nil
}

// sizes are those of a workload's step; "" stands for a product that is large
// enough for any blocking to show.
func sizes(name string) ([]*stepCall, error) {
	if name != "" {
		return stepCalls(name)
	}
	square := tensor.Tensor{Buf: 1, Shape: tensor.Shape{1024, 1024}}
	return []*stepCall{{
		Call:  op.Call{Kind: "matmul", Params: op.MatMul{}, In: []tensor.Tensor{square, square}, Out: []tensor.Tensor{square}},
		count: 1, weights: []bool{false, true},
	}}, nil
}

func (r *OpReport) parity(wanted func(op.Kind) bool) {
	be := simd.New()
	defer be.Close()
	for _, x := range optest.All(be) {
		switch {
		case !wanted(x.Kind) || x.Skipped:
		case x.OK:
			r.Passed++
		default:
			r.Failed = append(r.Failed, x.String())
		}
	}
}

func timeCall(c *stepCall, h Host) (OpTime, error) {
	_, shapes, _ := strings.Cut(describe(c.Call), string(c.Kind))
	x := OpTime{Kind: c.Kind, Call: strings.TrimSpace(shapes), Count: c.count, FLOPs: c.FLOPs(), Bytes: c.Bytes()}
	var err error
	if x.Simd, err = timeOn(simd.New(), c, 200*time.Millisecond, 40, h); err != nil {
		return x, err
	}
	if x.FLOPs <= smallFLOPs && x.Bytes <= smallBytes {
		s, err := timeOn(ref.New[float32](), c, 20*time.Millisecond, 4, h)
		if err != nil {
			return x, err
		}
		x.Ref = &s
	}
	return x, nil
}

func timeOn(be backend.Backend, c *stepCall, warm time.Duration, windows int, h Host) (float64, error) {
	defer be.Close()
	b, err := newBench(be, c)
	if err != nil {
		return 0, err
	}
	s := seconds(func() {
		if e := b.run(); e != nil {
			err = e
		}
	}, warm, windows, h)
	return s, err
}
