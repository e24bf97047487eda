package stages

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"sprout/core/backend/simd"
	"sprout/core/nn"
	"sprout/core/parallel"
	"sprout/core/tensor"
)

// Each epoch goes through all pairs, in an order of its own, wherever one begins.
func TestShuffledEpochs(t *testing.T) {
	s := shuffled{n: 7, seed: 2}
	var orders [3][]int
	for i := range 21 {
		orders[i/7] = append(orders[i/7], s.at(i))
	}
	for _, o := range orders {
		require.ElementsMatch(t, []int{0, 1, 2, 3, 4, 5, 6}, o)
	}
	require.NotEqual(t, orders[0], orders[1])
	later := shuffled{n: 7, seed: 2}
	require.Equal(t, orders[2][3], later.at(17))
	require.Equal(t, orders[0][3], later.at(3))
}

// Batches of pairs of about equal length go through all pairs in every epoch, also
// where an epoch ends within a batch or is shorter than one; what stands at a place
// does not depend on what was asked before; and short batches and long ones come in
// no order.
func TestBatchesOfAboutEqualLength(t *testing.T) {
	for _, c := range []struct{ n, batch int }{{230, 8}, {64, 4}, {61, 16}, {5, 8}, {3, 8}, {1, 4}, {9, 1}} {
		t.Run(fmt.Sprint(c), func(t *testing.T) {
			rng := tensor.NewRNG(7)
			lengths := make([]int, c.n)
			for i := range lengths {
				lengths[i] = 40 + rng.IntN(70)
			}
			order := func() *shuffled {
				return &shuffled{n: c.n, seed: 2, arrange: alike(lengths, c.batch)}
			}
			s, all := order(), make([]int, c.n)
			for i := range all {
				all[i] = i
			}
			const epochs = 5
			var places []int
			for i := range epochs * c.n {
				places = append(places, s.at(i))
			}
			for e := range epochs {
				require.ElementsMatch(t, all, places[e*c.n:(e+1)*c.n])
			}
			for _, place := range []int{epochs*c.n - 1, 0, 2*c.n + c.n/2} {
				require.Equal(t, places[place], order().at(place))
			}
			if c.n < 4*c.batch || c.batch == 1 {
				return
			}
			// How many tokens are computed for each that is there.
			padded := func(places []int) float64 {
				sum, there, rises := 0, 0, 0
				last := 0
				for from := 0; from+c.batch <= len(places); from += c.batch {
					longest := 0
					for _, p := range places[from : from+c.batch] {
						longest, there = max(longest, lengths[p]), there+lengths[p]
					}
					if sum += c.batch * longest; longest > last {
						rises++
					}
					last = longest
				}
				batches := len(places) / c.batch
				require.Greater(t, rises, batches/4)
				require.Less(t, rises, 3*batches/4+1)
				return float64(sum) / float64(there)
			}
			plain := shuffled{n: c.n, seed: 2}
			var drawn []int
			for i := range len(places) {
				drawn = append(drawn, plain.at(i))
			}
			before, after := padded(drawn), padded(places)
			require.Greater(t, before, 1.25)
			require.Less(t, after, 1.2)
		})
	}
}

// A batch is as wide as its longest pair needs, and no wider than all may be.
func TestWidthOfABatch(t *testing.T) {
	run := startOn(t, DPO{}, pairSetup(t, map[string]float64{"batch": 2}))
	widths := map[int]bool{}
	for step := range 20 {
		var b parallel.Batch
		run.fill(step, &b)
		longest := 0
		for row := range 2 * b.Rows {
			for i, m := range b.Floats[0][row*b.Width : (row+1)*b.Width] {
				if m > 0 {
					longest = max(longest, i+2) // the target of the last input is a token as well
				}
			}
		}
		require.Len(t, b.Ints[0], 2*b.Rows*b.Width)
		require.LessOrEqual(t, longest, b.Width)
		require.Less(t, b.Width, longest+widthStep)
		require.Zero(t, b.Width%widthStep)
		widths[b.Width] = true
	}
	require.Greater(t, len(widths), 1)
	require.Less(t, run.tokens, 2*2*96)
	require.Equal(t, 90, paired{T: 90}.width(88))
	require.Equal(t, 48, paired{T: 90}.width(48))
}

// Padding is no part of a pair: whatever the width, and however many other widths
// were computed before, losses and gradients are the same but for rounding.
func TestPaddingIsNoPartOfAPair(t *testing.T) {
	natively(t)
	s := pairSetup(t, nil)
	all, err := newContests(s.Tokenizer, s.Pairs)
	require.NoError(t, err)
	all = all[:6]
	for _, stage := range pairStages {
		values, err := settings(stage.Params(nn.Presets[0]), map[string]float64{"context": 128})
		require.NoError(t, err)
		cfg, err := nn.ParseConfig(s.Parent.Meta.Config)
		require.NoError(t, err)
		cfg.Context = 128
		be := simd.New()
		p, err := newModel(stage, be, cfg, values)
		require.NoError(t, err)
		require.NoError(t, p.Init(3))
		for _, q := range p.List {
			if q.Head { // which would be 0
				require.NoError(t, be.Write(q.In(p.Slab), slices.Repeat([]float32{0.1}, q.Shape.Len())))
			}
		}
		g, err := parallel.NewGroup(objectiveOn(stage, values).replica(p), len(all), parallel.Crew{})
		require.NoError(t, err)
		rows := pairRows{rewards: stage.kind(values) == byRewards}
		var sums []float64
		var grad []float32
		for _, width := range []int{128, longest(all), 96, longest(all) + 1, 128} {
			rows.T = width
			rows.resize(len(all))
			for i, c := range all {
				rows.set(i, c, [2]float32{-20, -21})
			}
			var b parallel.Batch
			rows.batch(&b)
			got, err := g.Compute(&b)
			require.NoError(t, err)
			now := make([]float32, g.Grad.Len())
			require.NoError(t, be.Read(now, g.Grad))
			if sums == nil {
				sums, grad = append(sums, got...), now
				continue
			}
			for i := range sums {
				require.InDelta(t, sums[i], got[i], 1e-5*max(1, math.Abs(sums[i])), "%s, sum %d, width %d", stage.Name(), i, width)
			}
			size, apart := 0.0, 0.0
			for i, x := range grad {
				size, apart = size+float64(x*x), apart+float64((x-now[i])*(x-now[i]))
			}
			require.Positive(t, size)
			require.Less(t, math.Sqrt(apart/size), 1e-4, "%s, width %d", stage.Name(), width)
			if width == 128 {
				require.Equal(t, grad, now, "again")
			}
		}
		g.Close()
		p.Close()
		be.Close()
	}
}
