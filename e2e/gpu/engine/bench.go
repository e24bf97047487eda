//go:build js && wasm

package main

import (
	"slices"
	"time"

	"sprout/core/backend/webgpu"
	"sprout/core/op"
	"sprout/core/tensor"
	"sprout/e2e/bench/workload"
)

// figures of one device.
type figures struct {
	Matmuls []product `json:"matmuls"`
	Steps   []pace    `json:"steps"`
}

// product is C [M,N] over K, TransB as the model's layers have it.
type product struct {
	M, N, K int
	GFLOPs  float64 `json:"gflops"` // per second
}

// pace is what a step of training takes: median milliseconds, and those of
// writing what the device is told, until it is handed over.
type pace struct {
	Workload  string  `json:"workload"`
	Params    int     `json:"params"`
	Ms        float64 `json:"ms"`
	TokensPer float64 `json:"tokens_per_s"`
}

// bench times products, then whole steps of training, loss read back.
func bench(be *webgpu.Backend) (f figures, err error) {
	for _, d := range [][3]int{{1024, 1024, 1024}, {512, 384, 384}, {512, 1024, 384}, {512, 384, 1024}} {
		p := product{M: d[0], N: d[1], K: d[2]}
		if p.GFLOPs, err = speed(be, d); err != nil {
			return f, err
		}
		f.Matmuls = append(f.Matmuls, p)
	}
	for _, name := range []string{"char", "large"} {
		shape := workload.Shapes[name]
		t, err := workload.NewTrainer(workload.Host{}, be, shape, 1)
		if err != nil {
			return f, err
		}
		var ms []float64
		for i := range 8 {
			began := time.Now()
			if _, err := t.Step(); err != nil {
				return f, err
			}
			if i >= 3 {
				ms = append(ms, time.Since(began).Seconds()*1e3)
			}
		}
		t.Close()
		slices.Sort(ms)
		median := ms[len(ms)/2]
		f.Steps = append(f.Steps, pace{
			Workload: name, Params: shape.Model.ParamCount(), Ms: median,
			TokensPer: float64(shape.Batch*shape.Model.Context) / median * 1e3,
		})
	}
	return f, nil
}

// speed is that of the best of some rounds of products in one stream.
func speed(be *webgpu.Backend, d [3]int) (float64, error) {
	const rounds, each = 6, 8
	make := func(shape ...int) (t tensor.Tensor, err error) {
		t = tensor.Tensor{Shape: shape}
		t.Buf, err = be.Alloc(tensor.F32, t.Len())
		return t, err
	}
	a, err := make(d[0], d[2])
	if err != nil {
		return 0, err
	}
	b, err := make(d[1], d[2])
	if err != nil {
		return 0, err
	}
	c, err := make(d[0], d[1])
	if err != nil {
		return 0, err
	}
	defer func() {
		for _, t := range []tensor.Tensor{a, b, c} {
			be.Free(t.Buf)
		}
	}()
	call := op.Call{Kind: "matmul", Params: op.MatMul{TransB: true}, In: []tensor.Tensor{a, b}, Out: []tensor.Tensor{c}}
	calls := slices.Repeat([]op.Call{call}, each)
	one := c
	one.Shape = tensor.Shape{1}
	best := 0.0
	for range rounds {
		began := time.Now()
		if err := be.Run(calls); err != nil {
			return 0, err
		}
		if err := be.Read([]float32{0}, one); err != nil {
			return 0, err
		}
		best = max(best, each*float64(call.FLOPs())/time.Since(began).Seconds()/1e9)
	}
	return best, nil
}
