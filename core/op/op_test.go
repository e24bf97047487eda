package op_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"sprout/core/op"
	"sprout/core/tensor"
)

func f(shape ...int) tensor.Tensor { return tensor.Tensor{Buf: 1, Shape: shape} }
func i(shape ...int) tensor.Tensor { return tensor.Tensor{Buf: 1, DType: tensor.I32, Shape: shape} }

func TestShapeErrors(t *testing.T) {
	for _, c := range []struct {
		kind   op.Kind
		params any
		in     []tensor.Tensor
		want   string
	}{
		{"add", nil, []tensor.Tensor{f(2)}, "needs the inputs x y, not 1"},
		{"add", nil, []tensor.Tensor{f(2), tensor.None}, "input y is absent"},
		{"add", nil, []tensor.Tensor{f(2), i(2)}, "input y must be f32"},
		{"add", nil, []tensor.Tensor{f(2, 3), f(2)}, "y is neither of x's shape"},
		{"add", nil, []tensor.Tensor{f(3), f(2, 3)}, "y is neither of x's shape"},
		{"matmul", nil, []tensor.Tensor{f(2, 3), f(3, 2)}, "needs parameters of type op.MatMul, not <nil>"},
		{"matmul", op.MatMul{TransA: true}, []tensor.Tensor{f(2, 3), f(3, 2)}, "A sums over 2, B over 3"},
		{"embedding", nil, []tensor.Tensor{f(6), i(2)}, "W must be [V,C]"},
		{"rms_norm", op.RMSNorm{}, []tensor.Tensor{f(2, 3), f(2)}, "w must have 3 elements, not 2"},
		{"rope", op.RoPE{Heads: 2}, []tensor.Tensor{f(2, 6), i(2), f(9, 3)}, "even D"},
		{"rope", op.RoPE{Heads: 2}, []tensor.Tensor{f(2, 8), i(3), f(9, 4)}, "pos must have 2 elements, not 3"},
		{"attention", op.Attention{Heads: 3, KVHeads: 2}, []tensor.Tensor{f(1, 2, 6), f(1, 2, 4), f(1, 2, 4), i(1), tensor.None}, "3 heads cannot share 2"},
		{"attention", op.Attention{Heads: 2, KVHeads: 1}, []tensor.Tensor{f(1, 3, 4), f(1, 2, 2), f(1, 2, 2), i(1), tensor.None}, "do not fit"},
		{"attention", op.Attention{Heads: 2, KVHeads: 1}, []tensor.Tensor{f(1, 2, 4), f(1, 2, 2), f(1, 2, 2), i(1), i(3)}, "from must have 2 elements"},
		{"cache_write", nil, []tensor.Tensor{f(1, 2, 4), f(1, 3, 4), i(1)}, "cache must be [B,Tmax,C]"},
		{"cross_entropy", nil, []tensor.Tensor{f(2, 5), i(2), f(3)}, "mask must have 2 elements"},
		{"jsd", nil, []tensor.Tensor{f(2, 5), f(2, 5), f(1), f(2)}, "beta must have 1 elements"},
		{"swiglu", nil, []tensor.Tensor{f(2, 5), f(5, 2)}, "differ in shape"},
		{"adamw", op.AdamW{}, []tensor.Tensor{f(3), f(3), f(2), f(3), f(8)}, "m must have 3 elements"},
		{"clip", nil, []tensor.Tensor{f(3), f(1), f(3)}, "hi must have 1 elements"},
	} {
		_, err := op.Infer(c.kind, c.params, c.in)
		assert.ErrorContains(t, err, c.want, "%s %v", c.kind, c.in)
	}
	assert.Panics(t, func() { op.Lookup("no_such") })
	assert.Panics(t, func() { op.Register(op.Lookup("add")) }, "registered twice")
}

func TestShapesOfOutputs(t *testing.T) {
	attention := []tensor.Tensor{f(2, 3, 8), f(2, 5, 4), f(2, 5, 4), i(2), tensor.None}
	for _, c := range []struct {
		kind   op.Kind
		params any
		in     []tensor.Tensor
		want   []tensor.Shape
	}{
		{"matmul", op.MatMul{TransB: true}, []tensor.Tensor{f(2, 3, 5), f(7, 5)}, []tensor.Shape{{6, 7}}},
		{"embedding", nil, []tensor.Tensor{f(9, 4), i(2, 3)}, []tensor.Shape{{6, 4}}},
		{"rms_norm", op.RMSNorm{}, []tensor.Tensor{f(2, 3, 4), f(4)}, []tensor.Shape{{2, 3, 4}, {6}}},
		{"attention", op.Attention{Heads: 4, KVHeads: 2}, attention, []tensor.Shape{{2, 3, 8}, {2, 4, 3}}},
		{"sum_cols", nil, []tensor.Tensor{f(2, 3, 4)}, []tensor.Shape{{4}}},
		{"sum_rows", nil, []tensor.Tensor{f(2, 3, 4)}, []tensor.Shape{{6}}},
	} {
		specs, err := op.Infer(c.kind, c.params, c.in)
		require.NoError(t, err)
		require.Len(t, specs, len(c.want))
		for j, s := range specs {
			assert.True(t, s.Shape.Equal(c.want[j]), "%s gives %v", c.kind, s.Shape)
		}
	}
}

func TestCosts(t *testing.T) {
	product := op.Call{Kind: "matmul", Params: op.MatMul{TransB: true}, In: []tensor.Tensor{f(6, 5), f(7, 5)}, Out: []tensor.Tensor{f(6, 7)}}
	assert.Equal(t, int64(2*6*7*5), product.FLOPs())
	assert.Equal(t, int64(4*(30+35+42)), product.Bytes())

	// Causal: half of the square; a decoding step sees the whole cache.
	train := op.Call{Kind: "attention", Params: op.Attention{Heads: 2, KVHeads: 2}, In: []tensor.Tensor{f(3, 4, 10), f(3, 4, 10), f(3, 4, 10), i(3), tensor.None}}
	assert.Equal(t, int64(3*(4*5/2)*2*4*5), train.FLOPs())
	decode := train
	decode.In = []tensor.Tensor{f(3, 1, 10), f(3, 9, 10), f(3, 9, 10), i(3), tensor.None}
	assert.Equal(t, int64(3*9*2*4*5), decode.FLOPs())

	lookup := op.Call{Kind: "embedding", In: []tensor.Tensor{f(1000, 8), i(5)}, Out: []tensor.Tensor{f(5, 8)}}
	assert.Equal(t, int64(4*5*(8+8+1)), lookup.Bytes(), "only the rows that are read")
}

func TestEveryOperationIsDescribed(t *testing.T) {
	for _, k := range op.Kinds() {
		d := op.Lookup(k)
		assert.NotEmpty(t, d.Doc, k)
		assert.NotEmpty(t, d.In, k)
		assert.NotEmpty(t, d.Out, k)
		assert.NotNil(t, d.Shape, k)
	}
}
