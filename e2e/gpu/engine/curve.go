//go:build js && wasm

package main

import (
	"math"

	"sprout/core/backend"
	"sprout/core/backend/simd"
	"sprout/core/backend/webgpu"
	"sprout/core/nn"
	"sprout/e2e/bench/workload"
)

// small is a model that a software adapter trains in seconds.
var small = workload.Shape{
	Model: nn.Config{
		Vocab: 65, Layers: 2, Heads: 4, KVHeads: 2, Channels: 48, Hidden: 128, Context: 32, RopeTheta: 10000, NormEps: 1e-5,
	},
	Batch: 4,
}

// curves are the losses of the same steps on both backends.
type curves struct {
	WebGPU []float64 `json:"webgpu"`
	SIMD   []float64 `json:"simd"`
	// Apart is the largest |webgpu − simd| / simd.
	Apart float64 `json:"apart"`
}

const curveSteps = 50

func curve(be *webgpu.Backend) (c curves, err error) {
	if c.WebGPU, err = losses(be, small, curveSteps); err != nil {
		return c, err
	}
	if c.SIMD, err = losses(simd.New(), small, curveSteps); err != nil {
		return c, err
	}
	for i, want := range c.SIMD {
		c.Apart = max(c.Apart, math.Abs(c.WebGPU[i]-want)/want)
	}
	return c, nil
}

func losses(be backend.Backend, s workload.Shape, steps int) (all []float64, err error) {
	t, err := workload.NewTrainer(workload.Host{}, be, s, 1)
	if err != nil {
		return nil, err
	}
	defer t.Close()
	for range steps {
		loss, err := t.Step()
		if err != nil {
			return nil, err
		}
		all = append(all, loss)
	}
	return all, nil
}
