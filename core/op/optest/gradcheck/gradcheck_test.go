package gradcheck

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"sprout/core/backend/ref"
	"sprout/core/op"
	"sprout/core/op/optest"
	"sprout/core/tensor"
)

func TestGradientsAgreeWithDifferences(t *testing.T) {
	rs, err := CheckGradients()
	require.NoError(t, err)
	seen, worst := map[op.Kind]bool{}, Result{}
	for _, r := range rs {
		assert.True(t, r.OK, r)
		seen[r.Kind] = true
		if r.Error > worst.Error {
			worst = r
		}
	}
	t.Logf("%d gradients, worst: %v", len(rs), worst)
	for _, k := range op.Kinds() {
		if k != otherMul && op.Lookup(k).Grad != nil {
			assert.True(t, seen[k], "no gradient of %s was checked", k)
		}
	}
}

// renamed is the reference with another name for mul.
type renamed struct{ *ref.Backend[float64] }

const otherMul = "mul_with_a_mistake"

func (renamed) Supports(op.Kind) bool { return true }

func (b renamed) Run(calls []op.Call) error {
	for _, c := range calls {
		if c.Kind == otherMul {
			c.Kind = "mul"
		}
		if err := b.Backend.Run([]op.Call{c}); err != nil {
			return err
		}
	}
	return nil
}

// A gradient that forgets a factor must not pass, nor one that forgets an input.
func TestWrongGradientsAreFound(t *testing.T) {
	right := op.Lookup("mul")
	var mistake func(d []tensor.Tensor, dOut tensor.Tensor) []tensor.Tensor
	wrong := right
	wrong.Kind = otherMul
	wrong.Grad = func(b op.Builder, c op.Call, dOut []tensor.Tensor) []tensor.Tensor {
		return mistake(right.Grad(b, c, dOut), dOut[0])
	}
	op.Register(wrong)

	small := optest.Case{Kind: otherMul, Diff: []int{0, 1}, In: []optest.Value{
		{Shape: tensor.Shape{3}, F: []float32{1, 2, 3}},
		{Shape: tensor.Shape{3}, F: []float32{0.5, -1, 1.01}},
	}}
	large := optest.Case{Kind: otherMul, Diff: []int{0, 1}}
	for range 2 {
		v := optest.Value{Shape: tensor.Shape{50}, F: make([]float32, 50)}
		for i := range v.F {
			v.F[i] = float32(i%7) - 2.5
		}
		large.In = append(large.In, v)
	}
	for _, c := range []optest.Case{small, large} {
		mistake = func(d []tensor.Tensor, _ tensor.Tensor) []tensor.Tensor { return d }
		rs, err := check(renamed{ref.New[float64]()}, c)
		require.NoError(t, err)
		require.True(t, rs[0].OK && rs[1].OK)

		mistake = func(d []tensor.Tensor, dOut tensor.Tensor) []tensor.Tensor { d[0] = dOut; return d }
		rs, err = check(renamed{ref.New[float64]()}, c)
		require.NoError(t, err)
		assert.False(t, rs[0].OK, rs[0])
		assert.True(t, rs[1].OK, rs[1])

		mistake = func(d []tensor.Tensor, _ tensor.Tensor) []tensor.Tensor { d[1] = tensor.None; return d }
		_, err = check(renamed{ref.New[float64]()}, c)
		assert.ErrorContains(t, err, "input 1 has no gradient")
	}
}
