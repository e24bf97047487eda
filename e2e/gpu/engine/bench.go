//go:build js && wasm

package main

import (
	"maps"
	"slices"
	"syscall/js"
	"time"

	"sprout/core/backend/webgpu"
	"sprout/core/op"
	"sprout/core/tensor"
	"sprout/e2e/bench/workload"
)

// figures of one device. A software adapter multiplies small matrices and trains
// a small model only: what it takes says nothing of a GPU.
type figures struct {
	Adapter  string    `json:"adapter"`
	Software bool      `json:"software"`
	Matmuls  []product `json:"matmuls"`
	Steps    []pace    `json:"steps"`
}

// product is C [M,N] over K, TransB as the model's layers have it.
type product struct {
	M, N, K int
	GFLOPs  float64 `json:"gflops"` // per second
}

// pace is what a step of training takes: medians in milliseconds, and what the
// device is told.
type pace struct {
	Workload     string      `json:"workload"`
	Params       int         `json:"params"`
	Ms           float64     `json:"ms"`
	EncodingMs   float64     `json:"encoding_ms"`       // in JavaScript
	LeastMs      float64     `json:"encoding_least_ms"` // of the steps: what else the machine did is left out
	TokensPerSec float64     `json:"tokens_per_s"`
	Work         webgpu.Work `json:"work"`
}

// bench times products, then whole steps of training with everything that is
// read back.
func bench(be *webgpu.Backend, device js.Value) (f figures, err error) {
	f.Adapter = device.Get("adapter").Get("name").String()
	f.Software = device.Get("adapter").Get("software").Bool()
	products := [][3]int{{1024, 1024, 1024}, {512, 384, 384}, {512, 1024, 384}, {512, 384, 1024}}
	shapes := map[string]workload.Shape{"char": workload.Shapes["char"], "large": workload.Shapes["large"]}
	if f.Software {
		products, shapes = [][3]int{{128, 128, 128}}, map[string]workload.Shape{"small": small}
	}
	for _, d := range products {
		p := product{M: d[0], N: d[1], K: d[2]}
		if p.GFLOPs, err = speed(be, d); err != nil {
			return f, err
		}
		f.Matmuls = append(f.Matmuls, p)
	}
	for _, name := range slices.Sorted(maps.Keys(shapes)) {
		p, err := train(be, device, shapes[name])
		if err != nil {
			return f, err
		}
		p.Workload = name
		f.Steps = append(f.Steps, p)
	}
	return f, nil
}

func train(be *webgpu.Backend, device js.Value, shape workload.Shape) (p pace, err error) {
	t, err := workload.NewTrainer(workload.Host{}, be, shape, 1)
	if err != nil {
		return p, err
	}
	defer t.Close()
	const warm, steps = 2, 5
	var ms, encoding []float64
	for i := range warm + steps {
		told, encoded, began := be.Work(), device.Get("encoding").Float(), time.Now()
		if _, err := t.Step(); err != nil {
			return p, err
		}
		if i < warm {
			continue
		}
		ms = append(ms, time.Since(began).Seconds()*1e3)
		encoding = append(encoding, device.Get("encoding").Float()-encoded)
		p.Work = be.Work().Less(told)
	}
	slices.Sort(ms)
	slices.Sort(encoding)
	p.Params, p.Ms, p.EncodingMs, p.LeastMs = shape.Model.ParamCount(), ms[steps/2], encoding[steps/2], encoding[0]
	p.TokensPerSec = float64(shape.Batch*shape.Model.Context) / p.Ms * 1e3
	return p, nil
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
