package simd_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"sprout/core/backend"
	"sprout/core/backend/simd"
	"sprout/core/op"
	"sprout/core/op/optest"
	"sprout/core/tensor"
)

var _ backend.Backend = (*simd.Backend)(nil)

func TestConformance(t *testing.T) {
	results := optest.All(simd.New())
	require.NotEmpty(t, results)
	for _, r := range results {
		assert.True(t, r.OK && !r.Skipped, r.String())
	}
}

func TestSupportsEveryOperation(t *testing.T) {
	for _, k := range op.Kinds() {
		assert.True(t, simd.New().Supports(k), "no kernel for %s", k)
	}
	assert.False(t, simd.New().Supports("fourier"))
}

// floats allocates and fills a tensor.
func floats(t *testing.T, be *simd.Backend, seed uint64, shape ...int) tensor.Tensor {
	t.Helper()
	x := tensor.Tensor{Shape: shape}
	var err error
	x.Buf, err = be.Alloc(tensor.F32, x.Len())
	require.NoError(t, err)
	rng, v := tensor.NewRNG(seed), make([]float32, x.Len())
	for i := range v {
		v[i] = float32(rng.Normal())
	}
	require.NoError(t, be.Write(x, v))
	return x
}

func ints(t *testing.T, be *simd.Backend, v ...int32) tensor.Tensor {
	t.Helper()
	x := tensor.Tensor{DType: tensor.I32, Shape: tensor.Shape{len(v)}}
	var err error
	x.Buf, err = be.Alloc(tensor.I32, len(v))
	require.NoError(t, err)
	require.NoError(t, be.WriteInts(x, v))
	return x
}

func read(t *testing.T, be *simd.Backend, x tensor.Tensor) []float32 {
	t.Helper()
	v := make([]float32, x.Len())
	require.NoError(t, be.Read(v, x))
	return v
}

// Weights are packed once and kept; every way of changing them must show.
func TestPackedWeightsFollowTheirBuffer(t *testing.T) {
	be := simd.New()
	x, w, y := floats(t, be, 1, 3, 16), floats(t, be, 2, 24, 16), floats(t, be, 3, 3, 24)
	calls := []op.Call{{Kind: "matmul", Params: op.MatMul{TransB: true}, In: []tensor.Tensor{x, w}, Out: []tensor.Tensor{y}}}
	fresh := func() []float32 { // the same product by a backend without a past
		other := simd.New()
		ox, ow, oy := floats(t, other, 0, 3, 16), floats(t, other, 0, 24, 16), floats(t, other, 0, 3, 24)
		require.NoError(t, other.Write(ox, read(t, be, x)))
		require.NoError(t, other.Write(ow, read(t, be, w)))
		require.NoError(t, other.Run([]op.Call{{Kind: "matmul", Params: op.MatMul{TransB: true}, In: []tensor.Tensor{ox, ow}, Out: []tensor.Tensor{oy}}}))
		return read(t, other, oy)
	}
	for range 3 { // seen, taken for a weight, used from the cache
		require.NoError(t, be.Run(calls))
		require.Equal(t, fresh(), read(t, be, y))
	}

	require.NoError(t, be.Write(w, make([]float32, w.Len())))
	require.NoError(t, be.Run(calls))
	require.Equal(t, make([]float32, y.Len()), read(t, be, y), "after Write")

	g, s := floats(t, be, 5, 24, 16), floats(t, be, 6, 1)
	scale := []op.Call{{Kind: "scale", In: []tensor.Tensor{g, s}, Out: []tensor.Tensor{w}}}
	require.NoError(t, be.Run(append(scale, calls...)))
	require.Equal(t, fresh(), read(t, be, y), "after an operation's output")

	part := tensor.Tensor{Buf: w.Buf, Off: 16, Shape: tensor.Shape{16}}
	require.NoError(t, be.Write(part, make([]float32, 16)))
	require.NoError(t, be.Run(calls))
	require.Equal(t, fresh(), read(t, be, y), "after a write to a part")
}

// Replaying a list allocates nothing, whatever the operations.
func TestReplayAllocatesNothing(t *testing.T) {
	be := simd.New()
	const b, tt, c, f, v = 2, 8, 16, 24, 33
	n := b * tt
	x, w, wide := floats(t, be, 1, n, c), floats(t, be, 2, c), floats(t, be, 3, f, c)
	y, rstd, h, up, act := floats(t, be, 4, n, c), floats(t, be, 5, n), floats(t, be, 6, n, f), floats(t, be, 7, n, f), floats(t, be, 8, n, f)
	q, k, o, lse := floats(t, be, 9, b, tt, c), floats(t, be, 10, b, tt, c), floats(t, be, 11, b, tt, c), floats(t, be, 12, b, 2, tt)
	dq, dk, dv := floats(t, be, 13, b, tt, c), floats(t, be, 14, b, tt, c), floats(t, be, 15, b, tt, c)
	dw, dWide, dx, dWeight := floats(t, be, 16, f, c), floats(t, be, 17, n, c), floats(t, be, 18, n, c), floats(t, be, 19, c)
	logits, losses, lseV, ids := floats(t, be, 20, n, v), floats(t, be, 21, n), floats(t, be, 22, n), ints(t, be, make([]int32, n)...)
	start, pos, table := ints(t, be, 0, 0), ints(t, be, make([]int32, n)...), floats(t, be, 23, 1, c/2)
	one, norm, beta, kl := floats(t, be, 24, 1), floats(t, be, 25, 1), floats(t, be, 26, 1), floats(t, be, 27, n)
	hyper, m, vv := floats(t, be, 28, op.HyperLen), floats(t, be, 29, c), floats(t, be, 30, c)
	type ts = []tensor.Tensor
	heads := op.Attention{Heads: 2, KVHeads: 2}
	calls := []op.Call{
		{Kind: "rms_norm", Params: op.RMSNorm{Eps: 1e-5}, In: ts{x, w}, Out: ts{y, rstd}},
		{Kind: "rms_norm_grad", In: ts{y, x, w, rstd}, Out: ts{dx, dWeight}},
		{Kind: "matmul", Params: op.MatMul{TransB: true}, In: ts{x, wide}, Out: ts{h}},
		{Kind: "matmul", Params: op.MatMul{TransA: true}, In: ts{h, x}, Out: ts{dw}},
		{Kind: "matmul", Params: op.MatMul{}, In: ts{h, wide}, Out: ts{dWide}},
		{Kind: "swiglu", In: ts{h, up}, Out: ts{act}},
		{Kind: "rope", Params: op.RoPE{Heads: 2}, In: ts{x, pos, table}, Out: ts{y}},
		{Kind: "attention", Params: heads, In: ts{q, k, k, start, tensor.None}, Out: ts{o, lse}},
		{Kind: "attention_grad", Params: heads, In: ts{o, q, k, k, start, tensor.None, o, lse}, Out: ts{dq, dk, dv}},
		{Kind: "cross_entropy", In: ts{logits, ids, rstd}, Out: ts{losses, lseV}},
		{Kind: "log_probs", In: ts{logits, ids}, Out: ts{losses}},
		{Kind: "kl_forward", In: ts{logits, logits, one}, Out: ts{kl}},
		{Kind: "jsd", In: ts{logits, logits, one, beta}, Out: ts{kl}},
		{Kind: "add", In: ts{x, one}, Out: ts{y}},
		{Kind: "clip", In: ts{x, one, beta}, Out: ts{y}},
		{Kind: "sum_squares", In: ts{x}, Out: ts{norm}},
		{Kind: "adamw", Params: op.AdamW{Decay: true}, In: ts{w, dWeight, m, vv, hyper}, Out: ts{w, m, vv}},
	}
	for range 3 { // memory grows to what is needed, weights are recognised
		require.NoError(t, be.Run(calls))
	}
	require.Zero(t, testing.AllocsPerRun(20, func() { _ = be.Run(calls) }))
}

func TestProgrammersErrorsPanic(t *testing.T) {
	be := simd.New()
	x := floats(t, be, 1, 4)
	assert.PanicsWithValue(t, "simd: write of 3 values, tensor is f32[4]", func() { _ = be.Write(x, make([]float32, 3)) })
	assert.Panics(t, func() { _ = be.WriteInts(x, make([]int32, 4)) }, "integers into floats")
	assert.Panics(t, func() { _ = be.Run([]op.Call{{Kind: "fourier", In: []tensor.Tensor{x}}}) })
	assert.Panics(t, func() { _ = be.Read(make([]float32, 5), tensor.Tensor{Buf: x.Buf, Shape: tensor.Shape{5}}) }, "beyond the buffer")
	be.Free(x.Buf)
	assert.Panics(t, func() { _ = be.Write(x, make([]float32, 4)) }, "after Free")
	y := floats(t, be, 1, 4)
	assert.NotEqual(t, x.Buf, y.Buf, "a handle is never reused")
	require.NoError(t, be.Close())
	assert.Panics(t, func() { _ = be.Write(y, make([]float32, 4)) }, "after Close")
}
