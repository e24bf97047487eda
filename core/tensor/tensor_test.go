package tensor_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"sprout/core/tensor"
)

func TestShapes(t *testing.T) {
	for _, c := range []struct {
		shape           tensor.Shape
		n, rows, last   int
		equal, notEqual tensor.Shape
	}{
		{tensor.Shape{}, 1, 1, 1, nil, tensor.Shape{1}},
		{tensor.Shape{4}, 4, 1, 4, tensor.Shape{4}, tensor.Shape{4, 1}},
		{tensor.Shape{2, 3, 4}, 24, 6, 4, tensor.Shape{2, 3, 4}, tensor.Shape{3, 2, 4}},
		{tensor.Shape{3, 0}, 0, 0, 0, tensor.Shape{3, 0}, tensor.Shape{0}},
	} {
		assert.Equal(t, c.n, c.shape.Len())
		assert.Equal(t, c.rows, c.shape.Rows())
		assert.Equal(t, c.last, c.shape.Last())
		assert.True(t, c.shape.Equal(c.equal))
		assert.False(t, c.shape.Equal(c.notEqual))
	}
}

func TestReshape(t *testing.T) {
	x := tensor.Tensor{Buf: 3, Off: 64, DType: tensor.I32, Shape: tensor.Shape{2, 3}}
	y := x.Reshape(6)
	assert.Equal(t, tensor.Tensor{Buf: 3, Off: 64, DType: tensor.I32, Shape: tensor.Shape{6}}, y)
	assert.Equal(t, tensor.Shape{2, 3}, x.Shape)
	assert.PanicsWithValue(t, "tensor: reshape [2 3] to [7]: lengths differ", func() { x.Reshape(7) })
	assert.Equal(t, "i32[2 3]", x.String())
	assert.True(t, tensor.None.IsNone())
	assert.False(t, x.IsNone())
}
