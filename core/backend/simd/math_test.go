package simd

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
)

// ulps is the distance from the exact value in units of the last place of the
// nearest float32.
func ulps(got float32, want float64) float64 {
	w := float32(want)
	if got == w || (got != got && want != want) {
		return 0
	}
	next := math.Nextafter32(float32(math.Abs(want)), float32(math.Inf(1)))
	return math.Abs(float64(got)-want) / (float64(next) - math.Abs(float64(w)))
}

func lanes4(f func(vec) vec, x float32) [4]float32 {
	var out [4]float32
	store(&out, f(load(&[4]float32{x, 0.5, x, x})))
	return out
}

func TestElementaryFunctions(t *testing.T) {
	softplus := func(x float64) float64 { // ln(1 + e⁻ˣ)
		return math.Log1p(math.Exp(-math.Abs(x))) - min(x, 0)
	}
	for _, c := range []struct {
		name   string
		f      func(vec) vec
		exact  func(float64) float64
		lo, hi float64
		limit  float64
	}{
		{"exp", exp4, math.Exp, -87, 88.7, 2},
		{"exp near 0", exp4, math.Exp, -1e-3, 1e-3, 2},
		{"log", log4, math.Log, 1e-30, 1e30, 2},
		{"log near 1", log4, math.Log, 0.7, 1.5, 2},
		{"sigmoid", sigmoid4, func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }, -80, 20, 3},
		{"log_sigmoid", logSigmoid4, func(x float64) float64 { return -softplus(x) }, -50, 80, 4},
	} {
		worst, at := 0.0, float32(0)
		const steps = 40001
		for i := range steps {
			u := float64(i) / (steps - 1)
			x := float32(c.lo + (c.hi-c.lo)*u)
			if c.name == "log" { // evenly over the exponents
				x = float32(c.lo * math.Pow(c.hi/c.lo, u))
			}
			out := lanes4(c.f, x)
			if e := ulps(out[0], c.exact(float64(x))); e > worst {
				worst, at = e, x
			}
			assert.Equal(t, math.Float32bits(out[0]), math.Float32bits(out[3]), "%s(%g) depends on the lane", c.name, x)
		}
		t.Logf("%s: at most %.2f ulp, at %g", c.name, worst, at)
		assert.LessOrEqual(t, worst, c.limit, "%s at %g", c.name, at)
	}
}

func TestElementaryFunctionsAtExtremes(t *testing.T) {
	inf, nan := float32(math.Inf(1)), float32(math.NaN())
	for _, c := range []struct {
		name    string
		f       func(vec) vec
		x, want float32
	}{
		{"exp", exp4, 0, 1},
		{"exp", exp4, -inf, 0},
		{"exp", exp4, inf, inf},
		{"exp", exp4, nan, nan},
		{"exp", exp4, 89, inf},
		{"exp", exp4, 1e30, inf},
		{"exp", exp4, -104, 0},
		{"exp", exp4, -1e30, 0},
		{"exp", exp4, -103, 1e-45},
		{"log", log4, 1, 0},
		{"log", log4, 0, -inf},
		{"log", log4, float32(math.Copysign(0, -1)), -inf},
		{"log", log4, inf, inf},
		{"log", log4, -1, nan},
		{"log", log4, -inf, nan},
		{"log", log4, nan, nan},
		{"log of a denormal", log4, 1e-45, -103.278929903},
		{"sigmoid", sigmoid4, inf, 1},
		{"sigmoid", sigmoid4, -inf, 0},
		{"sigmoid", sigmoid4, nan, nan},
		{"log_sigmoid", logSigmoid4, inf, 0},
		{"log_sigmoid", logSigmoid4, -inf, -inf},
		{"log_sigmoid", logSigmoid4, nan, nan},
	} {
		got := lanes4(c.f, c.x)[0]
		if c.want != c.want {
			assert.True(t, got != got, "%s(%g) = %g", c.name, c.x, got)
			continue
		}
		assert.Equal(t, c.want, got, "%s(%g)", c.name, c.x)
	}
}

// Goldens of the last bit: every build and browser must give these.
func TestElementaryFunctionsAreTheSameEverywhere(t *testing.T) {
	for _, c := range []struct {
		f    func(vec) vec
		want uint64
	}{{exp4, 0x712fa34bf2194bc7}, {log4, 0x15d98cfc926ad1e2}, {sigmoid4, 0x13d2d00dc84be64b}, {logSigmoid4, 0x26e96f3951556fb1}} {
		hash := uint64(14695981039346656037) // FNV-1a over the bits
		for i := range 4000 {
			x := float32(i-2000) * 0.037
			if i%2 == 1 {
				x = float32(math.Abs(float64(x)))
			}
			hash = (hash ^ uint64(math.Float32bits(lanes4(c.f, x)[0])&0x7fffffff)) * 1099511628211
		}
		assert.Equal(t, c.want, hash)
	}
}
