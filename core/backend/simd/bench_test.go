package simd

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"sprout/core/op"
	"sprout/core/tensor"
)

// quick is the time of one call in ns: the tenth percentile of windows of about
// 4 ms. On a shared machine the mean measures the neighbours, and a browser's
// clock ticks in 0.1 ms, which makes the shortest window a matter of luck. The
// first windows also warm up the engine's second compiler tier.
func quick(b *testing.B, f func()) float64 {
	const window = 4 * time.Millisecond
	reps := 1
	for {
		start := time.Now()
		for range reps {
			f()
		}
		if time.Since(start) >= window {
			break
		}
		reps *= 2
	}
	times := make([]time.Duration, b.N)
	for i := range times {
		start := time.Now()
		for range reps {
			f()
		}
		times[i] = time.Since(start)
	}
	slices.Sort(times)
	b.ReportMetric(0, "ns/op")
	return float64(times[len(times)/10].Nanoseconds()) / float64(reps)
}

// reportRate adds the time and a rate: n units per call.
func reportRate(b *testing.B, n float64, unit string, f func()) {
	ns := quick(b, f)
	b.ReportMetric(ns/1e3, "µs")
	b.ReportMetric(n/ns, unit)
}

// bench times one call on fresh tensors: floats of the given shapes, outputs by
// the op's own rule. It reports arithmetic, or memory where there is none.
func bench(b *testing.B, name string, k op.Kind, params any, in ...any) {
	b.Run(name, func(b *testing.B) {
		be := New()
		c := op.Call{Kind: k, Params: params}
		put := func(dt tensor.DType, shape tensor.Shape) tensor.Tensor {
			buf, _ := be.Alloc(dt, shape.Len())
			return tensor.Tensor{Buf: buf, DType: dt, Shape: shape}
		}
		for i, x := range in {
			switch x := x.(type) {
			case []int:
				t := put(tensor.F32, x)
				_ = be.Write(t, randomValues(t.Len(), uint64(i)))
				c.In = append(c.In, t)
			case []int32:
				t := put(tensor.I32, tensor.Shape{len(x)})
				_ = be.WriteInts(t, x)
				c.In = append(c.In, t)
			default:
				c.In = append(c.In, tensor.None)
			}
		}
		def := op.Lookup(k)
		specs, err := def.Shape(params, c.In)
		if err != nil {
			b.Fatal(err)
		}
		for i, s := range specs {
			if def.InPlace != nil && def.InPlace[i] >= 0 {
				c.Out = append(c.Out, c.In[def.InPlace[i]])
				continue
			}
			c.Out = append(c.Out, put(s.DType, s.Shape))
		}
		var n float64
		unit := "GFLOP/s"
		switch k {
		case "matmul", "attention", "attention_grad":
			n = float64(def.FLOPs(params, c.In))
		default:
			unit = "GB/s"
			for _, t := range append(c.In, c.Out...) {
				n += 4 * float64(t.Len())
			}
		}
		calls := []op.Call{c}
		reportRate(b, n, unit, func() { _ = be.Run(calls) })
	})
}

type dims = []int

// The shapes of the 803k model: M is a shard of three sequences of 64 tokens,
// or one token; then those of a model of 11M.
func BenchmarkMatMul(b *testing.B) {
	for _, s := range []struct{ m, n, k int }{
		{192, 128, 128},
		{192, 344, 128},
		{192, 128, 344},
		{192, 65, 128},
		{1, 128, 128},
		{1, 344, 128},
		{1, 128, 344},
		{512, 384, 384},
		{512, 1024, 384},
	} {
		bench(b, fmt.Sprintf("forward/%dx%dx%d", s.m, s.n, s.k), "matmul", op.MatMul{TransB: true}, dims{s.m, s.k}, dims{s.n, s.k})
	}
	for _, s := range []struct{ m, n, k int }{{192, 128, 128}, {192, 344, 128}, {192, 128, 344}, {192, 65, 128}} {
		bench(b, fmt.Sprintf("input_grad/%dx%dx%d", s.m, s.k, s.n), "matmul", op.MatMul{}, dims{s.m, s.n}, dims{s.n, s.k})
		bench(b, fmt.Sprintf("weight_grad/%dx%dx%d", s.n, s.k, s.m), "matmul", op.MatMul{TransA: true}, dims{s.m, s.n}, dims{s.m, s.k})
	}
}

func BenchmarkAttention(b *testing.B) {
	p := op.Attention{Heads: 4, KVHeads: 4}
	for _, T := range []int{64, 128, 256} {
		x, start := dims{3, T, 128}, []int32{0, 0, 0}
		bench(b, fmt.Sprintf("forward/T%d", T), "attention", p, x, x, x, start, nil)
		bench(b, fmt.Sprintf("grad/T%d", T), "attention_grad", p, x, x, x, x, start, nil, x, dims{3, 4, T})
		bench(b, fmt.Sprintf("decode/T%d", T), "attention", p, dims{1, 1, 128}, dims{1, T, 128}, dims{1, T, 128}, []int32{int32(T - 1)}, nil)
	}
}

func BenchmarkRows(b *testing.B) {
	x, ids := dims{192, 128}, make([]int32, 192)
	bench(b, "rms_norm", "rms_norm", op.RMSNorm{Eps: 1e-5}, x, dims{128})
	bench(b, "rms_norm_grad", "rms_norm_grad", nil, x, x, dims{128}, dims{192})
	bench(b, "rope", "rope", op.RoPE{Heads: 4}, x, ids, dims{64, 32})
	bench(b, "add", "add", nil, x, x)
	bench(b, "softmax", "softmax", nil, dims{192, 256})
	bench(b, "swiglu", "swiglu", nil, dims{192, 344}, dims{192, 344})
	bench(b, "swiglu_grad", "swiglu_grad", nil, dims{192, 344}, dims{192, 344}, dims{192, 344})
	bench(b, "cross_entropy", "cross_entropy", nil, dims{192, 65}, ids, dims{192})
	bench(b, "cross_entropy_grad", "cross_entropy_grad", nil, dims{192}, dims{192, 65}, ids, dims{192}, dims{192})
	bench(b, "embedding_grad", "embedding_grad", op.EmbeddingGrad{Vocab: 65}, x, ids)
}

func BenchmarkSlabs(b *testing.B) {
	n := dims{803_000}
	bench(b, "adamw", "adamw", op.AdamW{Decay: true}, n, n, n, n, dims{op.HyperLen})
	bench(b, "sum_squares", "sum_squares", nil, n)
	bench(b, "add", "add", nil, n, n)
}
