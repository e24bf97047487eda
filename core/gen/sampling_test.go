package gen

import (
	"math"
	"sort"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat/distuv"

	"sprout/core/problem"
	"sprout/core/tensor"
)

// slowDistribution applies the settings by sorting.
func slowDistribution(logits []float32, o Sampling) []float64 {
	p := make([]float64, len(logits))
	order := make([]int, len(logits))
	for i, l := range logits {
		p[i] = math.Exp(float64(l) / o.Temperature)
		order[i] = i
	}
	sort.SliceStable(order, func(a, b int) bool { return p[order[a]] > p[order[b]] })
	normalise := func() {
		sum := 0.0
		for _, x := range p {
			sum += x
		}
		for i := range p {
			p[i] /= sum
		}
	}
	if o.TopK > 0 {
		for _, i := range order[min(o.TopK, len(order)):] {
			p[i] = 0
		}
	}
	normalise()
	if o.TopP > 0 {
		sum := 0.0
		for _, i := range order {
			if sum >= o.TopP {
				p[i] = 0
			}
			sum += p[i]
		}
	}
	normalise()
	return p
}

var settings = []Sampling{
	{Temperature: 1},
	{Temperature: 0.5},
	{Temperature: 2},
	{Temperature: 1, TopK: 1},
	{Temperature: 1, TopK: 7},
	{Temperature: 1, TopK: 1000},
	{Temperature: 1, TopP: 0.5},
	{Temperature: 1, TopP: 0.9},
	{Temperature: 1, TopP: 1},
	{Temperature: 0.8, TopK: 9, TopP: 0.7},
}

func testLogits(n int, seed uint64) []float32 {
	r := tensor.NewRNG(seed)
	l := make([]float32, n)
	for i := range l {
		l[i] = float32(2 * r.Normal())
		if i%5 == 4 {
			l[i] = l[i-1] // ties
		}
	}
	return l
}

func TestSamplesFollowTheDistribution(t *testing.T) {
	const V, draws = 20, 20000
	for n, o := range settings {
		logits := testLogits(V, uint64(n))
		want := slowDistribution(logits, o)
		full := slowDistribution(logits, Sampling{Temperature: 1})
		s := newSampler(V)
		rng := tensor.NewRNG(uint64(200 + n))
		counts := make([]float64, V)
		for range draws {
			c, err := s.choose(logits, o, &rng)
			require.NoError(t, err)
			require.Positive(t, want[c.ID], "%+v drew a token that was cut", o)
			require.InDelta(t, math.Log(want[c.ID]), c.LogProb, 1e-9)
			require.InDelta(t, math.Log(full[c.ID]), c.ModelLogProb, 1e-6)
			counts[c.ID]++
		}
		chi, cells, rest, restWant := 0.0, 0, 0.0, 0.0
		for i, p := range want {
			if p*draws < 5 { // too rare for a cell of its own
				rest, restWant = rest+counts[i], restWant+p*draws
				continue
			}
			cells++
			chi += (counts[i] - p*draws) * (counts[i] - p*draws) / (p * draws)
		}
		if restWant >= 5 {
			cells++
			chi += (rest - restWant) * (rest - restWant) / restWant
		}
		if cells > 1 {
			p := distuv.ChiSquared{K: float64(cells - 1)}.Survival(chi)
			assert.Greater(t, p, 0.001, "%+v: χ² = %.1f over %d cells", o, chi, cells)
		}
	}
}

func TestDrawCoversTheUnitInterval(t *testing.T) {
	// The share of u that leads to a token is its probability exactly: walk u
	// over a fine grid.
	logits := testLogits(257, 1)
	for _, o := range settings {
		want := slowDistribution(logits, o)
		s := newSampler(len(logits))
		got := make([]float64, len(logits))
		const grid = 1 << 15
		for i := range grid {
			id, share := s.draw(logits, float64(logits[argmax(logits)]), o, (float64(i)+.5)/grid)
			got[id] += 1.0 / grid
			// An assertion takes longer than the draw.
			if d := math.Abs(want[id] - share); d > 1e-9 || math.IsNaN(d) {
				require.InDelta(t, want[id], share, 1e-9)
			}
		}
		for i := range want {
			assert.InDelta(t, want[i], got[i], 1.01/grid)
		}
		id, _ := s.draw(logits, float64(logits[argmax(logits)]), o, 1) // never reached by a generator
		assert.Positive(t, want[id])
	}
}

func TestGreedy(t *testing.T) {
	s := newSampler(4)
	rng := tensor.NewRNG(1)
	before := rng
	c, err := s.choose([]float32{1, 3, 3, 2}, Sampling{}, &rng)
	require.NoError(t, err)
	assert.Equal(t, int32(1), c.ID, "of equal logits the smaller id")
	assert.Zero(t, c.LogProb)
	assert.InDelta(t, 3-math.Log(math.Exp(1)+2*math.Exp(3)+math.Exp(2)), c.ModelLogProb, 1e-12)
	assert.Equal(t, before, rng)

	for range 50 { // a tiny temperature neither overflows nor differs from greedy
		c, err = s.choose([]float32{1, 3, -3e38, 2}, Sampling{Temperature: 1e-9, TopP: .5}, &rng)
		require.NoError(t, err)
		assert.Equal(t, int32(1), c.ID)
		assert.Zero(t, c.LogProb)
	}
}

func TestMostProbable(t *testing.T) {
	logits := testLogits(50, 3)
	p := slowDistribution(logits, Sampling{Temperature: 1})
	logZ, err := logSum(logits, float64(logits[argmax(logits)]))
	require.NoError(t, err)
	got := mostProbable(make([]Candidate, 8), logits, logZ)
	order := make([]int, len(p))
	for i := range order {
		order[i] = i
	}
	sort.SliceStable(order, func(a, b int) bool { return logits[order[a]] > logits[order[b]] })
	for i, c := range got {
		assert.Equal(t, int32(order[i]), c.ID)
		assert.InDelta(t, p[c.ID], c.P, 1e-9)
	}
	assert.Len(t, mostProbable(make([]Candidate, 80), logits, logZ), 50)
	assert.Empty(t, mostProbable(nil, logits, logZ))
}

func TestBadSamplingIsAProblem(t *testing.T) {
	for field, o := range map[string]Sampling{
		"temperature": {Temperature: -1}, "top_k": {TopK: -1}, "top_p": {TopP: 1.5},
	} {
		p := problem.From(o.Validate())
		assert.Equal(t, "sampling_setting", p.Code)
		assert.Equal(t, field, p.Args["field"])
	}
	assert.Error(t, Sampling{Temperature: math.NaN()}.Validate())
	assert.Error(t, Sampling{TopP: math.NaN()}.Validate())
	assert.NoError(t, Sampling{Temperature: 1, TopK: 5, TopP: 1}.Validate())

	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	rng := tensor.NewRNG(1)
	for _, l := range [][]float32{{nan, 1, 2}, {1, nan, 2}, {1, inf, 2}, {-inf, -inf, -inf}} {
		_, err := newSampler(3).choose(l, Sampling{Temperature: 1}, &rng)
		assert.Equal(t, "sampling_not_finite", problem.From(err).Code)
	}
}
