package simd_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sprout/core/autograd"
	"sprout/core/backend/simd"
	"sprout/core/nn"
	"sprout/core/op"
	"sprout/core/tensor"
)

// char is the model and batch by which engines of this kind are compared:
// 803k parameters, 768 tokens a step.
var char = nn.Config{
	Vocab: 65, Layers: 4, Heads: 4, KVHeads: 4, Channels: 128, Hidden: 344, Context: 256,
	RopeTheta: 10000, NormEps: 1e-5,
}

const charRows, charTime = 12, 64

// step is a training step recorded by hand: four shards, their sum, clipping
// and AdamW, without the layers that the engine puts around it.
type step struct {
	be           *simd.Backend
	shard, merge *autograd.Plan
	update       *autograd.Plan
}

func newStep(tb testing.TB, cfg nn.Config, rows, T int) *step {
	be := simd.New()
	p, err := nn.NewParams(be, cfg)
	require.NoError(tb, err)
	require.NoError(tb, p.Init(1))
	slab := func() tensor.Tensor {
		buf, err := be.Alloc(tensor.F32, p.Slab.Len())
		require.NoError(tb, err)
		return tensor.Tensor{Buf: buf, Shape: p.Slab.Shape}
	}
	grad, total, m, v := slab(), slab(), slab(), slab()

	b := rows / shards
	t := autograd.NewTape()
	tokens, targets, pos := t.Input(tensor.I32, b, T), t.Input(tensor.I32, b*T), t.Input(tensor.I32, b, T)
	start, mask, seed := t.Input(tensor.I32, b), t.Input(tensor.F32, b*T), t.Input(tensor.F32, 1)
	logits := p.Forward(t, nn.Input{Tokens: tokens, Pos: pos, Start: start}, nn.Options{}).Logits
	loss := t.Emit("sum", nil, t.Emit("cross_entropy", nil, logits, targets, mask)[0])[0]
	var params []tensor.Tensor
	for _, x := range p.List {
		params = append(params, x.In(p.Slab))
	}
	for i, d := range t.Backward(loss, seed, params...) {
		t.Bind(d, tensor.Tensor{Buf: grad.Buf, Off: params[i].Off - p.Slab.Off, Shape: params[i].Shape})
	}
	s := &step{be: be}
	s.shard, err = t.Compile(be, loss)
	require.NoError(tb, err)
	rng := tensor.NewRNG(1)
	ids, at := make([]int32, b*T), make([]int32, b*T)
	for i := range ids {
		ids[i], at[i] = int32(rng.IntN(cfg.Vocab)), int32(i%T)
	}
	require.NoError(tb, be.WriteInts(s.shard.At(tokens), ids))
	require.NoError(tb, be.WriteInts(s.shard.At(targets), ids))
	require.NoError(tb, be.WriteInts(s.shard.At(pos), at))
	require.NoError(tb, be.Write(s.shard.At(mask), slices.Repeat([]float32{1}, b*T)))
	require.NoError(tb, be.Write(s.shard.At(seed), []float32{1 / float32(rows*T)}))

	t = autograd.NewTape()
	t.Bind(t.Emit("add", nil, grad, total)[0], total)
	s.merge, err = t.Compile(be)
	require.NoError(tb, err)

	t = autograd.NewTape()
	limit, hyper := t.Input(tensor.F32, 1), t.Input(tensor.F32, op.HyperLen)
	t.Emit("clip_factor", nil, t.Emit("sum_squares", nil, total)[0], limit)
	t.Emit("adamw", op.AdamW{Decay: true}, p.Slab, total, m, v, hyper)
	s.update, err = t.Compile(be)
	require.NoError(tb, err)
	require.NoError(tb, be.Write(s.update.At(hyper), []float32{1e-3, .9, .99, 1e-8, .1, .1, .01, 1}))
	return s
}

const shards = 4

func (s *step) run(tb testing.TB) {
	for range shards {
		require.NoError(tb, s.shard.Run())
		require.NoError(tb, s.merge.Run())
	}
	require.NoError(tb, s.update.Run())
}

// BenchmarkStep is a whole training step: the best and the median of b.N.
func BenchmarkStep(b *testing.B) {
	s := newStep(b, char, charRows, charTime)
	for range 5 {
		s.run(b)
	}
	times := make([]float64, 0, b.N)
	for range b.N {
		start := time.Now()
		s.run(b)
		times = append(times, float64(time.Since(start).Microseconds())/1e3)
	}
	slices.Sort(times)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(times[0], "ms-best")
	b.ReportMetric(times[len(times)/2], "ms-median")
}

// BenchmarkStepByKind splits the work of one shard among the operations.
func BenchmarkStepByKind(b *testing.B) {
	s := newStep(b, char, charRows, charTime)
	s.run(b)
	s.run(b)
	byKind := map[op.Kind][]op.Call{}
	for _, p := range []*autograd.Plan{s.shard, s.merge, s.update} {
		for _, c := range p.Calls() {
			byKind[c.Kind] = append(byKind[c.Kind], c)
		}
	}
	for _, k := range op.Kinds() {
		calls := byKind[k]
		if calls == nil {
			continue
		}
		b.Run(string(k), func(b *testing.B) {
			var flops int64
			for _, c := range calls {
				if f := op.Lookup(c.Kind).FLOPs; f != nil {
					flops += f(c.Params, c.In)
				}
			}
			simd.ReportRate(b, float64(flops), "GFLOP/s", func() { _ = s.be.Run(calls) })
			b.ReportMetric(float64(len(calls)), "calls")
		})
	}
}

// BenchmarkDecode is one token of one sequence against a cache that holds 64.
func BenchmarkDecode(b *testing.B) {
	be := simd.New()
	p, err := nn.NewParams(be, char)
	require.NoError(b, err)
	require.NoError(b, p.Init(1))
	var cache []nn.KV
	for range char.Layers {
		var kv nn.KV
		for _, t := range []*tensor.Tensor{&kv.Keys, &kv.Values} {
			shape := char.CacheShape(1, 128)
			buf, err := be.Alloc(tensor.F32, shape.Len())
			require.NoError(b, err)
			*t = tensor.Tensor{Buf: buf, Shape: shape}
		}
		cache = append(cache, kv)
	}
	t := autograd.NewTape()
	token, pos, start := t.Input(tensor.I32, 1, 1), t.Input(tensor.I32, 1, 1), t.Input(tensor.I32, 1)
	logits := p.Forward(t, nn.Input{Tokens: token, Pos: pos, Start: start, Cache: cache}, nn.Options{}).Logits
	plan, err := t.Compile(be, logits)
	require.NoError(b, err)
	require.NoError(b, be.WriteInts(plan.At(pos), []int32{64}))
	require.NoError(b, be.WriteInts(plan.At(start), []int32{64}))
	one := func() { _ = plan.Run() }
	one()
	one()
	require.Zero(b, testing.AllocsPerRun(10, one))
	simd.ReportRate(b, 1e9, "token/s", one)
	b.ReportMetric(float64(len(plan.Calls())), "calls")
}
