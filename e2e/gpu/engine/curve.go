//go:build js && wasm

package main

import (
	"math"

	"sprout/core/backend"
	"sprout/core/backend/simd"
	"sprout/core/backend/webgpu"
	"sprout/core/gen"
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

func curve(be *webgpu.Backend, steps int) (c curves, err error) {
	if c.WebGPU, err = losses(be, small, steps); err != nil {
		return c, err
	}
	if c.SIMD, err = losses(simd.New(), small, steps); err != nil {
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

// written are continuations of the same prompts with the same random numbers,
// from the KV cache.
type written struct {
	WebGPU [][]int32 `json:"webgpu"`
	SIMD   [][]int32 `json:"simd"`
	// Apart is the largest difference of a token's log-probability, in nats.
	Apart float64 `json:"apart"`
}

func answers(be *webgpu.Backend) (w written, err error) {
	a, err := answer(be)
	if err != nil {
		return w, err
	}
	b, err := answer(simd.New())
	if err != nil {
		return w, err
	}
	for i := range a {
		w.WebGPU, w.SIMD = append(w.WebGPU, a[i].Tokens), append(w.SIMD, b[i].Tokens)
		for j := range min(len(a[i].LogProbs), len(b[i].LogProbs)) {
			w.Apart = max(w.Apart, math.Abs(a[i].ModelLogProbs[j]-b[i].ModelLogProbs[j]))
		}
	}
	return w, nil
}

func answer(be backend.Backend) ([]gen.Sequence, error) {
	model, err := nn.NewParams(be, small.Model)
	if err != nil {
		return nil, err
	}
	defer model.Close()
	if err := model.Init(2); err != nil {
		return nil, err
	}
	g, err := gen.New(model, 2, nil)
	if err != nil {
		return nil, err
	}
	defer g.Close()
	return g.Generate([][]int32{{5, 6, 7, 8, 9}, {40}}, gen.Options{Sampling: gen.Sampling{Temperature: 1}, MaxTokens: 12, Seed: 3})
}
