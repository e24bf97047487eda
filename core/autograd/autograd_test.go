package autograd_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"sprout/core/autograd"
	"sprout/core/backend/ref"
	"sprout/core/op"
	"sprout/core/tensor"
)

// bench is a float64 backend with memory that a caller would own.
type bench struct {
	*testing.T
	be *ref.Backend[float64]
}

func newBench(t *testing.T) bench { return bench{t, ref.New[float64]()} }

func (b bench) tensor(shape ...int) tensor.Tensor {
	n := tensor.Shape(shape).Len()
	buf, err := b.be.Alloc(tensor.F32, n)
	require.NoError(b, err)
	return tensor.Tensor{Buf: buf, Shape: shape}
}

func (b bench) filled(x tensor.Tensor, values ...float64) tensor.Tensor {
	b.be.Write64(x, values)
	return x
}

func (b bench) read(x tensor.Tensor) []float64 {
	v := make([]float64, x.Len())
	b.be.Read64(v, x)
	return v
}

func (b bench) compile(t *autograd.Tape, keep ...tensor.Tensor) *autograd.Plan {
	p, err := t.Compile(b.be, keep...)
	require.NoError(b, err)
	return p
}

func kinds(calls []op.Call) (ks []op.Kind) {
	for _, c := range calls {
		ks = append(ks, c.Kind)
	}
	return ks
}

func TestGradientsOfSharedTensorsAddUp(t *testing.T) {
	b := newBench(t)
	x := b.filled(b.tensor(2), 3, 5)
	one := b.filled(b.tensor(1), 1)
	slab := b.filled(b.tensor(4), 9, 9, 9, 9)
	dx := tensor.Tensor{Buf: slab.Buf, Off: 1, Shape: tensor.Shape{2}}

	tape := autograd.NewTape()
	square := tape.Emit("mul", nil, x, x)[0]
	cube := tape.Emit("mul", nil, square, x)[0]
	loss := tape.Emit("sum", nil, tape.Emit("add", nil, cube, x)[0])[0] // Σ x³ + x
	grads := tape.Backward(loss, one, x)
	tape.Bind(grads[0], dx)
	plan := b.compile(tape, loss)
	for range 2 { // a replay overwrites, it does not add
		require.NoError(t, plan.Run())
		assert.Equal(t, []float64{27 + 125 + 8}, b.read(plan.At(loss)))
		assert.Equal(t, []float64{9, 28, 76, 9}, b.read(slab)) // 3x² + 1
	}
	last := plan.Calls()[len(plan.Calls())-1]
	assert.Equal(t, op.Kind("add"), last.Kind, "the last sum lands in the slab, nothing is copied")
	assert.Equal(t, dx, last.Out[0])
}

// The embedding doubles as the head: its gradient comes from both.
func TestTiedEmbedding(t *testing.T) {
	b := newBench(t)
	w := b.filled(b.tensor(2, 2), 1, 2, 3, 4)
	tape := autograd.NewTape()
	ids := tape.Input(tensor.I32, 1)
	x := tape.Emit("embedding", nil, w, ids)[0]
	logits := tape.Emit("matmul", op.MatMul{TransB: true}, x, w)[0] // [1,2]
	loss := tape.Emit("sum", nil, logits)[0]
	seed := tape.Input(tensor.F32, 1)
	d := tape.Backward(loss, seed, w)[0]
	plan := b.compile(tape, d)
	require.NoError(t, b.be.WriteInts(plan.At(ids), []int32{1}))
	b.be.Write64(plan.At(seed), []float64{1})
	require.NoError(t, plan.Run())
	// loss = w₁·w₀ + w₁·w₁: d/dw₀ = w₁, d/dw₁ = w₀ + 2w₁.
	assert.Equal(t, []float64{3, 4, 7, 10}, b.read(plan.At(d)))
}

func TestViewsShareAGradient(t *testing.T) {
	b := newBench(t)
	x := b.filled(b.tensor(2, 2), 1, 2, 3, 4)
	one := b.filled(b.tensor(1), 1)
	tape := autograd.NewTape()
	y := tape.Emit("mul", nil, x, x)[0]
	a := tape.Emit("sum", nil, y.Reshape(4))[0]
	c := tape.Emit("sum", nil, tape.Emit("sum_rows", nil, y)[0])[0]
	loss := tape.Emit("add", nil, a, c)[0]
	d := tape.Backward(loss, one, x.Reshape(4))[0]
	assert.Equal(t, tensor.Shape{4}, d.Shape)
	plan := b.compile(tape, d)
	require.NoError(t, plan.Run())
	assert.Equal(t, []float64{4, 8, 12, 16}, b.read(plan.At(d)))
}

func TestReadingAPartOfAVirtualTensor(t *testing.T) {
	b := newBench(t)
	x := b.filled(b.tensor(4), 1, 2, 3, 4)
	tape := autograd.NewTape()
	y := tape.Emit("add", nil, x, x)[0]
	part := y
	part.Off, part.Shape = 1, tensor.Shape{2}
	z := tape.Emit("sum", nil, part)[0]
	plan := b.compile(tape, z, part)
	require.NoError(t, plan.Run())
	assert.Equal(t, []float64{10}, b.read(plan.At(z)))
	assert.Equal(t, []float64{4, 6}, b.read(plan.At(part)))

	one := b.filled(b.tensor(1), 1)
	assert.PanicsWithValue(t, "autograd: no gradient passes into elements 1 to 3 of a tensor at 0 to 4",
		func() { tape.Backward(z, one, x) })
}

func TestTensorThatTheLossDoesNotDependOn(t *testing.T) {
	b := newBench(t)
	x, w := b.filled(b.tensor(1), 2), b.filled(b.tensor(1), 7)
	one := b.filled(b.tensor(1), 1)
	dw := b.filled(b.tensor(1), 99)
	tape := autograd.NewTape()
	tape.Emit("mul", nil, w, w) // not part of the loss
	loss := tape.Emit("mul", nil, x, x)[0]
	grads := tape.Backward(loss, one, x, w)
	assert.False(t, grads[0].IsNone())
	assert.True(t, grads[1].IsNone())
	tape.Bind(grads[1], dw)
	plan := b.compile(tape)
	require.NoError(t, plan.Run())
	assert.Equal(t, []float64{0}, b.read(dw), "an absent gradient is zero")
}

// One tensor of gradients may be wanted in several places.
func TestBindCopiesWhereItMust(t *testing.T) {
	b := newBench(t)
	x, y := b.filled(b.tensor(2), 1, 2), b.filled(b.tensor(2), 3, 4)
	dx, dy, ds := b.tensor(2), b.tensor(2), b.tensor(2)
	tape := autograd.NewTape()
	z := tape.Emit("add", nil, x, y)[0]
	seed := tape.Input(tensor.F32, 2)
	grads := tape.Backward(z, seed, x, y)
	tape.Bind(grads[0], dx)
	tape.Bind(grads[1], dy)
	twice := tape.Emit("add", nil, z, z)[0]
	tape.Bind(twice, ds)
	tape.Bind(twice, y) // and into what the caller reads next time
	plan := b.compile(tape)
	b.be.Write64(plan.At(seed), []float64{5, 6})
	require.NoError(t, plan.Run())
	for _, d := range []tensor.Tensor{dx, dy} {
		assert.Equal(t, []float64{5, 6}, b.read(d))
		b.be.Write64(d, []float64{0, 0}) // the caller's memory; the input stays
	}
	assert.Equal(t, []float64{8, 12}, b.read(ds))
	assert.Equal(t, []float64{8, 12}, b.read(y))
	require.NoError(t, plan.Run())
	assert.Equal(t, []float64{5, 6}, b.read(dx))
	assert.Equal(t, []float64{5, 6}, b.read(dy))
	assert.Panics(t, func() { tape.Bind(twice, b.tensor(3)) })
}

func TestNoGradientPanics(t *testing.T) {
	b := newBench(t)
	tape := autograd.NewTape()
	x, cache := b.tensor(1, 1, 2), b.tensor(1, 4, 2)
	start := tape.Input(tensor.I32, 1)
	full := tape.Emit("cache_write", nil, cache, x, start)[0]
	loss := tape.Emit("sum", nil, full)[0]
	one := b.tensor(1)
	assert.Panics(t, func() { tape.Backward(loss, one, x) }, "keys in a cache have no gradient")
	assert.Panics(t, func() { tape.Backward(loss, b.tensor(2), x) }, "the seed has the loss's shape")

	tape = autograd.NewTape()
	lse := tape.Emit("rms_norm", op.RMSNorm{}, x, b.tensor(2))[1]
	loss = tape.Emit("sum", nil, lse)[0]
	assert.Panics(t, func() { tape.Backward(loss, one, x) }, "an output for the backward pass only")
}

func TestEmitPanicsWithOpAndShapes(t *testing.T) {
	b := newBench(t)
	assert.PanicsWithValue(t, "op matmul[f32[2 3] f32[2 3]]: A sums over 3, B over 2", func() {
		autograd.NewTape().Emit("matmul", op.MatMul{}, b.tensor(2, 3), b.tensor(2, 3))
	})
}

func TestCallsThatServeNobodyAreLeftOut(t *testing.T) {
	b := newBench(t)
	x, frozen := b.tensor(2, 2), b.tensor(2, 2)
	tape := autograd.NewTape()
	y := tape.Emit("matmul", op.MatMul{}, x, frozen)[0]
	tape.Emit("exp", nil, y)
	loss := tape.Emit("sum", nil, y)[0]
	one := b.filled(b.tensor(1), 1)
	d := tape.Backward(loss, one, x)[0]
	plan := b.compile(tape, d)
	// Neither exp nor the frozen weight's gradient nor the loss itself.
	assert.Equal(t, []op.Kind{"sum_grad", "matmul"}, kinds(plan.Calls()))
	assert.Panics(t, func() { plan.At(loss) }, "what is not kept has no memory of its own")
}

func TestInPlaceOnInputsAndOwnedMemory(t *testing.T) {
	b := newBench(t)
	cache := b.tensor(1, 3, 1)
	tape := autograd.NewTape()
	start := tape.Input(tensor.I32, 1)
	p := tape.Input(tensor.F32, 1)
	step := tape.Input(tensor.F32, 1, 1, 1)
	tape.Emit("cache_write", nil, cache, step, start)
	tape.Emit("fill_zero", nil, p)
	plan := b.compile(tape)
	require.Len(t, plan.Calls(), 2)
	b.be.Write64(plan.At(p), []float64{4})
	for i := range 3 {
		require.NoError(t, b.be.WriteInts(plan.At(start), []int32{int32(i)}))
		b.be.Write64(plan.At(step), []float64{float64(i + 5)})
		require.NoError(t, plan.Run())
	}
	assert.Equal(t, []float64{5, 6, 7}, b.read(cache))
	assert.Equal(t, []float64{0}, b.read(plan.At(p)))
}

// A long chain needs two buffers; what is kept or an input is never shared.
func TestMemoryIsUsedAgain(t *testing.T) {
	b := newBench(t)
	tape := autograd.NewTape()
	x := tape.Input(tensor.F32, 8)
	y, middle := x, x
	for i := range 100 {
		y = tape.Emit("add", nil, y, x)[0]
		if i == 49 {
			middle = y
		}
	}
	plan := b.compile(tape, middle, y)
	assert.LessOrEqual(t, plan.Bytes(), int64(5*8*4))
	b.be.Write64(plan.At(x), []float64{1, 2, 3, 4, 5, 6, 7, 8})
	for range 2 {
		require.NoError(t, plan.Run())
		assert.Equal(t, []float64{101, 202, 303, 404, 505, 606, 707, 808}, b.read(plan.At(y)))
		assert.Equal(t, 51.0, b.read(plan.At(middle))[0])
		assert.Equal(t, 1.0, b.read(plan.At(x))[0])
	}
	for _, c := range plan.Calls() {
		for _, in := range c.In {
			assert.NotEqual(t, in.Buf, c.Out[0].Buf, "an output never overwrites an input")
		}
	}
	plan.Close()
	assert.Panics(t, func() { b.read(plan.At(x)) }, "freed")
}

// Plans that take turns compute in the memory of one, and what lasts of each stays.
func TestPlansThatTakeTurns(t *testing.T) {
	b := newBench(t)
	chain := func(n int) (tape *autograd.Tape, x, y tensor.Tensor) {
		tape = autograd.NewTape()
		x = tape.Input(tensor.F32, n)
		y = x
		for range 10 {
			y = tape.Emit("add", nil, y, x)[0]
		}
		return tape, x, y
	}
	tape, longX, longY := chain(9)
	long := b.compile(tape, longY)
	tape, shortX, shortY := chain(2)
	short, err := tape.CompileBeside(long, shortY)
	require.NoError(t, err)
	require.EqualValues(t, 4*(2+2), short.Bytes(), "what is given and what is kept")
	b.be.Write64(long.At(longX), []float64{1, 2, 3, 4, 5, 6, 7, 8, 9})
	b.be.Write64(short.At(shortX), []float64{10, 20})
	for range 2 {
		require.NoError(t, long.Run())
		require.NoError(t, short.Run())
		require.Equal(t, []float64{11, 22, 33, 44, 55, 66, 77, 88, 99}, b.read(long.At(longY)))
		require.Equal(t, []float64{110, 220}, b.read(short.At(shortY)))
	}
	short.Close()
	require.NoError(t, long.Run(), "what was lent is not given back")
}

func TestProfileDoesWhatRunDoes(t *testing.T) {
	b := newBench(t)
	x := b.filled(b.tensor(3, 2), 1, 2, 3, 4, 5, 6)
	tape := autograd.NewTape()
	y := tape.Emit("matmul", op.MatMul{TransB: true}, x, x)[0]
	z := tape.Emit("sum", nil, y)[0]
	plan := b.compile(tape, z)
	timings, err := plan.Profile()
	require.NoError(t, err)
	require.Len(t, timings, 2)
	assert.Equal(t, []float64{9*9 + 12*12}, b.read(plan.At(z)))
	assert.Equal(t, int64(2*3*3*2), timings[0].FLOPs)
	assert.Equal(t, int64(4*(6+6+9)), timings[0].Bytes)
	assert.Equal(t, plan.FLOPs(), timings[0].FLOPs+timings[1].FLOPs)
	assert.Equal(t, tensor.Shape{3, 3}, timings[0].Call.Out[0].Shape)
}
