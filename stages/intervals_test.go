package stages

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"sprout/core/tensor"
	"sprout/core/world"
)

func between(t *testing.T, low, high float64, e Estimate) {
	t.Helper()
	require.InDelta(t, low, e.Low, 5e-5)
	require.InDelta(t, high, e.High, 5e-5)
}

// At the ends Wilson's interval is n/(n+z²) and z²/(n+z²); 8 of 10 give
// (9.92073 ± 3.13576)/13.84146 by hand.
func TestWilson(t *testing.T) {
	e := shareOf(8, 10)
	require.Equal(t, 0.8, e.Value)
	require.Equal(t, 10, e.N)
	between(t, 0.4902, 0.9433, e)
	between(t, 0.7225, 1, shareOf(10, 10))
	between(t, 0, 0.2775, shareOf(0, 10))
	between(t, 0, 1, shareOf(0, 0))
}

func TestMeansAndRatios(t *testing.T) {
	// Deviation √(5/3), error √(5/12).
	e := meanOf([]float64{1, 2, 3, 4})
	require.Equal(t, 2.5, e.Value)
	between(t, 2.5-1.959964*math.Sqrt(5./12), 2.5+1.959964*math.Sqrt(5./12), e)
	require.Equal(t, Estimate{7, 7, 7, 1}, meanOf([]float64{7}))
	require.Equal(t, Estimate{}, meanOf(nil))

	// 6 nats over 4 tokens: residuals 1 − 1.5 and 5 − 4.5, so √(2·0.5)/4.
	r := ratioOf([]float64{1, 5}, []float64{1, 3})
	require.Equal(t, 1.5, r.Value)
	between(t, 1.5-1.959964/4, 1.5+1.959964/4, r)
	require.Equal(t, Estimate{3, 3 - 2*1.959964064/4, 3 + 2*1.959964064/4, 2}.N, r.scaled(2).N)
	require.Equal(t, 3., r.scaled(2).Value)
}

func TestWinRateCountsTiesHalf(t *testing.T) {
	require.Equal(t, 0.625, WinRate(5, 5, 2).Value)
	require.Equal(t, 0.5, WinRate(0, 9, 0).Value)
	require.Equal(t, 1., WinRate(4, 0, 0).Value)
	require.Equal(t, 12, WinRate(5, 5, 2).N)

	// Nothing but ties: δ² n = z² (δ − δ²)… with no losses at the bound, so
	// δ = z²/(n + z²) on either side.
	z2 := 1.959964 * 1.959964
	between(t, 0.5-z2/(400+z2)/2, 0.5+z2/(400+z2)/2, WinRate(0, 400, 0))

	// More ties, the same wins and losses: surer.
	few, many := WinRate(60, 0, 40), WinRate(60, 300, 40)
	require.Less(t, many.High-many.Low, few.High-few.Low)
	// The sides are alike.
	a, b := WinRate(30, 20, 10), WinRate(10, 20, 30)
	require.InDelta(t, a.Low, 1-b.High, 1e-9)
	require.InDelta(t, a.High, 1-b.Low, 1e-9)
}

// At a bound, what was counted lies just z deviations from what the likeliest
// shares with that difference lead one to expect. Those shares are found by
// trying.
func TestWinRateBoundsAreScoreBounds(t *testing.T) {
	for _, x := range [][3]int{{12, 36, 2}, {7, 0, 3}, {260, 80, 60}, {5, 90, 5}} {
		b, ties, c := float64(x[0]), float64(x[1]), float64(x[2])
		n := b + ties + c
		e := WinRate(x[0], x[1], x[2])
		for _, bound := range []float64{e.Low, e.High} {
			d := 2*bound - 1
			best, q := math.Inf(-1), 0.
			low, high := max(0, -d), (1-d)/2
			for i := 1; i < 200_000; i++ {
				p := low + (high-low)*float64(i)/200_000
				if l := b*math.Log(p+d) + c*math.Log(p) + ties*math.Log(max(1-2*p-d, 1e-300)); l > best {
					best, q = l, p
				}
			}
			z := math.Abs(b-c-n*d) / math.Sqrt(n*(2*q+d-d*d))
			require.InDelta(t, 1.959964, z, 2e-3, "%v %v", x, bound)
		}
	}
}

// The intervals cover what they claim to, with many ties as well.
func TestWinRateCoverage(t *testing.T) {
	const runs, n, win, tie = 4000, 60, 0.35, 0.45
	truth := win + tie/2
	rng, covered := tensor.NewRNG(11), 0
	for range runs {
		var x [3]int
		for range n {
			switch u := rng.Float64(); {
			case u < win:
				x[0]++
			case u < win+tie:
				x[1]++
			default:
				x[2]++
			}
		}
		if e := WinRate(x[0], x[1], x[2]); e.Low <= truth && truth <= e.High {
			covered++
		}
	}
	require.InDelta(t, 0.95, float64(covered)/runs, 0.012)
}

func TestCompareCountsPairs(t *testing.T) {
	best := world.Grade{Correct: true, Honest: true, Polite: true, Brief: true, Language: true}
	plain := best
	plain.Polite = false
	none := world.Grade{}
	of := func(g ...world.Grade) (out []answer) {
		for _, x := range g {
			out = append(out, answer{grade: x})
		}
		return out
	}
	m := compare(of(best, plain, none, best), of(plain, best, none, none))
	require.Equal(t, []int{2, 1, 1}, []int{m.Wins, m.Ties, m.Losses})
	require.Equal(t, 0.625, m.WinRate.Value)
	// Weights 2 true, 2 honest, 1 brief, 1 friendly, 1 language: plain lacks half
	// of friendly, an answer without anything has the other half.
	require.InDelta(t, (7+6.5+.5+7)/28, m.Score.Value, 1e-12)
	require.InDelta(t, (6.5+7+.5+.5)/28, m.Against.Value, 1e-12)
	require.InDelta(t, m.Score.Value-m.Against.Value, m.Gain.Value, 1e-12)
}

func TestPortions(t *testing.T) {
	require.Equal(t, []int{3, 3, 2, 2}, portions(10, []int{9, 9, 9, 9}))
	require.Equal(t, []int{1, 5, 4}, portions(10, []int{1, 9, 9}))
	require.Equal(t, []int{1, 2}, portions(10, []int{1, 2}))
	require.Equal(t, []int{0, 0}, portions(0, []int{1, 2}))
}
