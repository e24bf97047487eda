package optim

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"sprout/core/backend"
	"sprout/core/backend/ref"
	"sprout/core/backend/simd"
	"sprout/core/tensor"
)

func TestScheduleRisesAndFalls(t *testing.T) {
	s := Schedule{Peak: 1, Floor: 0.1, Warmup: 9, Steps: 109}
	require.InDelta(t, 0.1, s.At(0), 1e-12)
	require.InDelta(t, 0.5, s.At(4), 1e-12)
	require.InDelta(t, 1, s.At(9), 1e-12)
	require.InDelta(t, 0.55, s.At(59), 1e-12, "half way down the cosine")
	require.InDelta(t, 0.1, s.At(109), 1e-12)
	require.InDelta(t, 0.1, s.At(500), 1e-12)
	for i := range 108 {
		if i < 9 {
			require.Less(t, s.At(i), s.At(i+1))
		} else {
			require.Greater(t, s.At(i), s.At(i+1))
		}
	}
	require.InDelta(t, 1, Schedule{Peak: 1, Steps: 10}.At(0), 1e-12, "no warm-up")
}

func slab(t *testing.T, be backend.Backend, values []float32) tensor.Tensor {
	t.Helper()
	buf, err := be.Alloc(tensor.F32, len(values))
	require.NoError(t, err)
	s := tensor.Tensor{Buf: buf, Shape: tensor.Shape{len(values)}}
	require.NoError(t, be.Write(s, values))
	return s
}

func read(t *testing.T, be backend.Backend, x tensor.Tensor) []float32 {
	t.Helper()
	out := make([]float32, x.Len())
	require.NoError(t, be.Read(out, x))
	return out
}

func onBackends(t *testing.T, f func(t *testing.T, be backend.Backend)) {
	t.Run("ref", func(t *testing.T) { f(t, ref.New[float32]()) })
	t.Run("simd", func(t *testing.T) { f(t, simd.New()) })
}

const (
	n        = 3 * tensor.Align
	matrices = 2 * tensor.Align
)

func draw(seed uint64, scale float64) []float32 {
	rng := tensor.NewRNG(seed)
	out := make([]float32, n)
	for i := range out {
		out[i] = float32(scale * rng.Normal())
	}
	return out
}

// The update written out in float64, as PyTorch's documentation has it.
func TestAdamWFollowsItsFormula(t *testing.T) {
	cfg := Config{Beta1: .9, Beta2: .99, WeightDecay: .1, Clip: 1}
	onBackends(t, func(t *testing.T, be backend.Backend) {
		start := draw(1, 1)
		p, g := slab(t, be, start), slab(t, be, make([]float32, n))
		o, err := New(be, p, g, matrices, cfg)
		require.NoError(t, err)
		defer o.Close()
		want, m, v := make([]float64, n), make([]float64, n), make([]float64, n)
		for i, x := range start {
			want[i] = float64(x)
		}
		for step := range 5 {
			grad := draw(uint64(10+step), []float64{3, .01, 1, 3, .05}[step]) // clipped and not
			require.NoError(t, be.Write(g, grad))
			norm, err := o.Measure()
			require.NoError(t, err)
			square := 0.0
			for _, x := range grad {
				square += float64(x) * float64(x)
			}
			require.InEpsilon(t, math.Sqrt(square), norm, 1e-5)
			lr := .01 * float64(step+1)
			require.NoError(t, o.Update(step, lr))
			factor := min(1, cfg.Clip/math.Sqrt(square))
			for i := range want {
				gi := float64(grad[i]) * factor
				if i < matrices {
					want[i] *= 1 - lr*cfg.WeightDecay
				}
				m[i] = cfg.Beta1*m[i] + (1-cfg.Beta1)*gi
				v[i] = cfg.Beta2*v[i] + (1-cfg.Beta2)*gi*gi
				mh, vh := m[i]/(1-math.Pow(cfg.Beta1, float64(step+1))), v[i]/(1-math.Pow(cfg.Beta2, float64(step+1)))
				want[i] -= lr * mh / (math.Sqrt(vh) + 1e-8)
			}
			for i, x := range read(t, be, p) {
				require.InDelta(t, want[i], x, 2e-5, "step %d element %d", step, i)
			}
		}
	})
}

// What is not finite shows in the norm, before any weight is touched.
func TestMeasureShowsWhatIsNotFinite(t *testing.T) {
	onBackends(t, func(t *testing.T, be backend.Backend) {
		start := draw(1, 1)
		p, g := slab(t, be, start), slab(t, be, make([]float32, n))
		o, err := New(be, p, g, matrices, Config{Beta1: .9, Beta2: .99, Clip: 1})
		require.NoError(t, err)
		for _, bad := range []float32{float32(math.NaN()), float32(math.Inf(1)), 3e38} {
			grad := draw(2, 1)
			grad[77] = bad
			require.NoError(t, be.Write(g, grad))
			norm, err := o.Measure()
			require.NoError(t, err)
			require.True(t, math.IsNaN(norm) || math.IsInf(norm, 0), "%v gives %v", bad, norm)
			require.Equal(t, start, read(t, be, p))
		}
	})
}

func TestSnapshotComesBack(t *testing.T) {
	onBackends(t, func(t *testing.T, be backend.Backend) {
		a, b := slab(t, be, draw(1, 1)), slab(t, be, draw(2, 1))
		s, err := NewSnapshot(be, a, b)
		require.NoError(t, err)
		defer s.Close()
		require.NoError(t, s.Keep())
		require.NoError(t, be.Write(a, draw(3, 1)))
		require.NoError(t, be.Write(b, draw(4, 1)))
		for range 2 { // it may be used again
			require.NoError(t, s.Restore())
			require.Equal(t, draw(1, 1), read(t, be, a))
			require.Equal(t, draw(2, 1), read(t, be, b))
		}
		require.EqualValues(t, 8*n, s.Bytes())
	})
}

func TestUpdateAllocatesNothing(t *testing.T) {
	be := simd.New()
	o, err := New(be, slab(t, be, draw(1, 1)), slab(t, be, draw(2, 1)), matrices, Config{Beta1: .9, Beta2: .99, Clip: 1})
	require.NoError(t, err)
	step := 0
	require.Zero(t, testing.AllocsPerRun(20, func() {
		if _, err := o.Measure(); err != nil {
			t.Fatal(err)
		}
		if err := o.Update(step, .01); err != nil {
			t.Fatal(err)
		}
		step++
	}))
}

func TestNewPanicsOnUnequalSlabs(t *testing.T) {
	be := simd.New()
	a, b := slab(t, be, make([]float32, 64)), slab(t, be, make([]float32, 128))
	require.Panics(t, func() { New(be, a, b, 64, Config{}) })
	require.Panics(t, func() { New(be, a, a, 65, Config{}) })
}
