package optest_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"sprout/core/backend/ref"
	"sprout/core/op"
	"sprout/core/op/optest"
	"sprout/core/tensor"
)

func TestReferenceAgreesWithItself(t *testing.T) {
	rs := optest.All(ref.New[float32]())
	assert.Empty(t, optest.Failures(rs))
	for _, r := range rs {
		assert.False(t, r.Skipped, r.Name)
	}
}

// The float32 and the float64 reference are the same formulas: where they
// differ a case is ill-conditioned and would judge backends by luck.
func TestCasesAreWellConditioned(t *testing.T) {
	assert.Empty(t, optest.Failures(optest.Run(ref.New[float64]())))
}

func TestEveryOperationHasCases(t *testing.T) {
	seen := map[op.Kind]bool{}
	for _, r := range optest.Run(without{ref.New[float32]()}) {
		require.True(t, r.Skipped)
		seen[r.Kind] = true
	}
	for _, k := range op.Kinds() {
		assert.True(t, seen[k], "no case covers %s", k)
	}
	for _, c := range optest.Cases() {
		if op.Lookup(c.Kind).Grad != nil && c.Diff == nil {
			assert.NotEmpty(t, c.Why, "%s leaves its gradient out", c)
		}
	}
}

// without is a backend that supports nothing.
type without struct{ *ref.Backend[float32] }

func (without) Supports(op.Kind) bool { return false }

// spoilt is the reference with a defect after each call.
type spoilt struct {
	*ref.Backend[float32]
	spoil func(b spoilt, c op.Call)
}

func (b spoilt) Run(calls []op.Call) error {
	for _, c := range calls {
		if err := b.Backend.Run([]op.Call{c}); err != nil {
			return err
		}
		b.spoil(b, c)
	}
	return nil
}

// change replaces one element, counted from the tensor's start.
func (b spoilt) change(t tensor.Tensor, at int, f func(float32) float32) {
	x := make([]float32, 1)
	t.Off += at
	t.Shape = tensor.Shape{1}
	_ = b.Read(x, t)
	x[0] = f(x[0])
	_ = b.Write(t, x)
}

// runSmall runs the cases that take no time.
func runSmall(b spoilt) (rs []optest.Result) {
	for _, c := range optest.Cases() {
		if c.In[0].Shape.Len() < 100 {
			rs = append(rs, optest.RunCase(b, c)...)
		}
	}
	return rs
}

func TestDefectsAreFound(t *testing.T) {
	slightly := func(x float32) float32 { return x*1.001 + 1e-3 }
	aBit := func(x float32) float32 { return x * (1 + 1e-6) }
	for name, c := range map[string]struct {
		check func(b spoilt) []optest.Result
		spoil func(b spoilt, c op.Call)
	}{
		"a last element": {
			runSmall,
			func(b spoilt, c op.Call) { b.change(c.Out[0], c.Out[0].Len()-1, slightly) },
		},
		"a second output": {
			runSmall,
			func(b spoilt, c op.Call) {
				if len(c.Out) == 2 {
					b.change(c.Out[1], 0, slightly)
				}
			},
		},
		"one element beyond the end": {
			runSmall,
			func(b spoilt, c op.Call) { b.change(c.Out[0], c.Out[0].Len(), slightly) },
		},
		"a result that depends on the number of rows": {
			func(b spoilt) []optest.Result { return optest.RowInvariance(b) },
			func(b spoilt, c op.Call) {
				if c.Out[0].Shape[0] == 3 {
					b.change(c.Out[0], 0, aBit)
				}
			},
		},
	} {
		b := spoilt{ref.New[float32](), c.spoil}
		assert.Greater(t, len(optest.Failures(c.check(b))), 20, name)
	}
}
