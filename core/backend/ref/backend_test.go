package ref

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"sprout/core/backend"
	"sprout/core/op"
	"sprout/core/tensor"
)

var (
	_ backend.Backend = (*Backend[float32])(nil)
	_ backend.Backend = (*Backend[float64])(nil)
)

func TestEveryOperationHasAKernel(t *testing.T) {
	for _, k := range op.Kinds() {
		assert.True(t, New[float32]().Supports(k), k)
	}
	for k := range kernels {
		assert.Contains(t, op.Kinds(), k, "a kernel without an operation")
	}
}

func TestWrongHandlesPanic(t *testing.T) {
	be := New[float32]()
	buf, err := be.Alloc(tensor.F32, 6)
	require.NoError(t, err)
	x := tensor.Tensor{Buf: buf, Shape: tensor.Shape{2, 3}}
	assert.Panics(t, func() { be.Write(x, make([]float32, 5)) }, "lengths differ")
	beyond := x
	beyond.Off = 1
	assert.Panics(t, func() { be.Read(make([]float32, 6), beyond) }, "beyond the end")
	ints := x
	ints.DType = tensor.I32
	assert.Panics(t, func() { be.WriteInts(ints, make([]int32, 6)) }, "floats are no integers")
	be.Free(buf)
	assert.Panics(t, func() { be.Read(make([]float32, 6), x) }, "freed")
	assert.Panics(t, func() { be.Free(buf) }, "freed twice")
	assert.Panics(t, func() { _ = be.Run([]op.Call{{Kind: "no_such"}}) })
}

func TestFloat64KeepsItsDigits(t *testing.T) {
	be := New[float64]()
	buf, err := be.Alloc(tensor.F32, 1)
	require.NoError(t, err)
	x := tensor.Tensor{Buf: buf, Shape: tensor.Shape{1}}
	be.Write64(x, []float64{1.0 / 3})
	got := make([]float64, 1)
	be.Read64(got, x)
	assert.Equal(t, 1.0/3, got[0])
}
