package stages

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"sprout/core/autograd"
	"sprout/core/tensor"
)

func nearAll(t *testing.T, want, got []float64, msg ...any) {
	t.Helper()
	require.Len(t, got, len(want), msg...)
	for i := range want {
		require.InDelta(t, want[i], got[i], max(1e-6, 1e-6*math.Abs(want[i])), msg...)
	}
}

func TestGAE(t *testing.T) {
	rewards, values := []float64{0, 0, 1}, []float64{0.5, 0.4, 0.6}
	for lambda, want := range map[float64][]float64{0.95: {0.451, 0.58, 0.4}, 1: {0.5, 0.6, 0.4}, 0: {-0.1, 0.2, 0.4}} {
		a, r := gae(rewards, values, 1, lambda)
		nearAll(t, want, a)
		for i := range a {
			near(t, a[i]+values[i], r[i])
		}
	}
	// With rewards everywhere and a discount: λ = 1 is the return less the value,
	// λ = 0 is δ, and between them the sum of (γλ)ˡδ.
	rewards, values = drawn(1, 7, 1), drawn(2, 7, 1)
	const gamma, lambda = 0.9, 0.8
	full, returns := gae(rewards, values, gamma, 1)
	one, _ := gae(rewards, values, gamma, 0)
	mixed, _ := gae(rewards, values, gamma, lambda)
	for i := range rewards {
		discounted, sum := 0.0, 0.0
		for l := i; l < len(rewards); l++ {
			next := 0.0 // nothing follows the end
			if l+1 < len(values) {
				next = values[l+1]
			}
			delta := rewards[l] + gamma*next - values[l]
			discounted += math.Pow(gamma, float64(l-i)) * rewards[l]
			sum += math.Pow(gamma*lambda, float64(l-i)) * delta
			if l == i {
				near(t, delta, one[i])
			}
		}
		near(t, discounted-values[i], full[i])
		near(t, discounted, returns[i])
		near(t, sum, mixed[i])
	}
	a, r := gae(nil, nil, 1, 1)
	require.Empty(t, a)
	require.Empty(t, r)
	require.Panics(t, func() { gae(rewards, values[1:], 1, 1) })
}

func TestTokenRewards(t *testing.T) {
	policy, reference := []float64{-1, -2, -0.5}, []float64{-1.5, -1, -0.5}
	nearAll(t, []float64{-0.05, 0.1, 3}, tokenRewards(policy, reference, 3, 0.1))
	nearAll(t, []float64{0, 0, 3}, tokenRewards(policy, reference, 3, 0))
	require.Empty(t, tokenRewards(nil, nil, 3, 0.1))
	// Their sum is the score less the price of the answer's KL.
	sum := 0.0
	for _, r := range tokenRewards(policy, reference, 3, 0.1) {
		sum += r
	}
	near(t, -0.5, sequenceKL(policy, reference))
	near(t, 3-0.1*sequenceKL(policy, reference), sum)
	require.Panics(t, func() { tokenRewards(policy, reference[1:], 3, 0.1) })
}

func TestKLController(t *testing.T) {
	c := klController{Target: 6, Gain: 0.1, Clip: 0.2}
	near(t, 0.204, c.next(0.2, 12))
	near(t, 0.196, c.next(0.2, 3))
	near(t, 0.2, c.next(0.2, 6))
	near(t, 0.2*1.01, c.next(0.2, 6.6)) // within the clip
	near(t, 0.196, c.next(0.2, -4))     // an estimate may be negative
	// A policy whose KL falls as β rises is brought to the target.
	beta, kl := 0.001, 0.0
	for range 2000 {
		kl = 1 / beta
		beta = c.next(beta, kl)
	}
	require.InDelta(t, 6, kl, 0.01)
}

func TestWhiten(t *testing.T) {
	x, mask := drawn(1, 50, 3), make([]float32, 50)
	for i := range x {
		x[i] += 10
		if i%3 != 0 {
			mask[i] = 1
		}
	}
	w := whiten(x, mask)
	n, sum, squares := 0.0, 0.0, 0.0
	for i, v := range w {
		if mask[i] == 0 {
			require.Zero(t, v)
			continue
		}
		n, sum, squares = n+1, sum+v, squares+v*v
	}
	require.InDelta(t, 0, sum, 1e-9)
	require.InDelta(t, 1, squares/n, 1e-6)
	// What is masked may be anything, and more of it changes nothing.
	x[0] = math.Inf(1)
	require.Equal(t, append(w, 0, 0), whiten(append(x, 7, -3), append(mask, 0, 0)))
	require.Equal(t, []float64{0, 0}, whiten([]float64{5, 5}, []float32{1, 1}), "nothing is blown up")
	require.Equal(t, []float64{0}, whiten([]float64{5}, []float32{0}))
	require.Panics(t, func() { whiten(x, mask[1:]) })
}

func TestKLEstimates(t *testing.T) {
	for x, want := range map[float64][3]float64{
		0: {0, 0, 0}, 0.5: {-0.5, 0.125, 0.1487212707001282}, -0.5: {0.5, 0.125, 0.10653065971263342},
	} {
		k1, k2, k3 := klEstimates(x)
		nearAll(t, want[:], []float64{k1, k2, k3}, x)
	}
	// Over a small vocabulary the mean of k1 and that of k3 are the KL itself, and
	// that of k2 is close where the two distributions are.
	p, q := []float64{0.5, 0.3, 0.15, 0.05}, []float64{0.45, 0.3, 0.2, 0.05}
	kl, m1, m2, m3 := 0.0, 0.0, 0.0, 0.0
	for i := range p {
		kl += p[i] * math.Log(p[i]/q[i])
		k1, k2, k3 := klEstimates(math.Log(q[i] / p[i]))
		require.GreaterOrEqual(t, k2, 0.0)
		require.GreaterOrEqual(t, k3, 0.0)
		m1, m2, m3 = m1+p[i]*k1, m2+p[i]*k2, m3+p[i]*k3
	}
	require.Positive(t, kl)
	require.InDelta(t, kl, m1, 1e-12)
	require.InDelta(t, kl, m3, 1e-12)
	require.InEpsilon(t, kl, m2, 0.1)
}

func TestGroupAdvantages(t *testing.T) {
	rewards := []float64{1, 0, 0, 0}
	nearAll(t, []float64{1.4997000599880024, -0.4999000199960008, -0.4999000199960008, -0.4999000199960008}, grpo{}.advantages(rewards))
	nearAll(t, grpo{}.advantages(rewards), dapo{}.advantages(rewards))
	nearAll(t, []float64{0.75, -0.25, -0.25, -0.25}, drGRPO{}.advantages(rewards))
	nearAll(t, []float64{1, -1.0 / 3, -1.0 / 3, -1.0 / 3}, leaveOneOut(rewards))
	for name, f := range map[string]func([]float64) []float64{
		"grpo": grpo{}.advantages, "dr. grpo": drGRPO{}.advantages, "dapo": dapo{}.advantages, "rloo": leaveOneOut,
	} {
		// A group is measured against itself.
		r := drawn(3, 8, 2)
		sum := 0.0
		for i, a := range f(r) {
			sum += a
			require.Equal(t, r[i] > mean(r), a > 0, name)
		}
		require.InDelta(t, 0, sum, 1e-12, name)
		// No answer better than another, or none to compare with: exactly nothing.
		require.Equal(t, make([]float64, 6), f([]float64{0.1, 0.1, 0.1, 0.1, 0.1, 0.1}), name)
		require.Equal(t, []float64{0}, f([]float64{3}), name)
		require.Empty(t, f(nil), name)
	}
	// Only GRPO forgets the size of the differences.
	tenfold := []float64{10, 0, 0, 0}
	require.InDelta(t, grpo{}.advantages(rewards)[0], grpo{}.advantages(tenfold)[0], 1e-3)
	near(t, 7.5, drGRPO{}.advantages(tenfold)[0])
}

func mean(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum / float64(len(x))
}

func TestAggregation(t *testing.T) {
	lengths := []int{2, 8, 0, 5}
	for name, c := range map[string]struct {
		o       groupObjective
		tokens  []float64 // weights of the tokens of each answer, together
		divisor float64
	}{
		"grpo":     {grpo{}, []float64{1, 1, 0, 1}, 4},
		"dr. grpo": {drGRPO{}, []float64{2, 8, 0, 5}, 4 * 10},
		"dapo":     {dapo{}, []float64{2, 8, 0, 5}, 15},
	} {
		w, divisor := c.o.weights(lengths, 10)
		for i, n := range lengths {
			w[i] *= float64(n)
		}
		nearAll(t, c.tokens, w, name)
		require.Equal(t, c.divisor, divisor, name)
	}
	require.True(t, dapo{}.skips([]float64{1, 1, 1}))
	require.False(t, dapo{}.skips([]float64{1, 0, 1}))
	require.False(t, grpo{}.skips([]float64{1, 1, 1}), "GRPO keeps them; their advantages are 0")
	require.False(t, drGRPO{}.skips([]float64{1, 1, 1}))
}

func TestBetaTracker(t *testing.T) {
	b := betaTracker{A: 1, B: 1}
	for i, r := range []float64{1, 1, 0} {
		b.update(r, 0.9)
		want := []betaTracker{{1.9, 0.9}, {2.71, 0.81}, {2.439, 1.729}}[i]
		nearAll(t, []float64{want.A, want.B, []float64{0.6785714285714286, 0.7698863636363636, 0.585172744721689}[i]}, []float64{b.A, b.B, b.value()})
	}
	// It never counts more than 1/(1−ρ), and that many when it begins.
	for _, n := range []int{0, 1, 8} {
		b := newBetaTracker(float64(n)/2, n, spoRhoMin)
		near(t, 8, b.A+b.B)
		near(t, 0.5, b.value())
	}
	b = newBetaTracker(3, 4, spoRhoMin)
	near(t, 3.5/5, b.value())
	near(t, 8*3.5/5, b.A)
	for range 300 {
		b.update(1, spoRhoMax)
	}
	require.InDelta(t, 25, b.A+b.B, 1e-3)
	require.InDelta(t, 1, b.value(), 1e-3)
	// Never certain at first, whatever the samples.
	require.Less(t, newBetaTracker(8, 8, spoRhoMin).value(), 1.0)
	require.Positive(t, newBetaTracker(0, 8, spoRhoMin).value())
	// Open questions are asked most, settled ones still.
	near(t, 0.55, betaTracker{A: 3, B: 3}.weight())
	near(t, math.Sqrt(0.09)+0.05, betaTracker{A: 9, B: 1}.weight())
	near(t, betaTracker{A: 9, B: 1}.weight(), betaTracker{A: 1, B: 9}.weight())
	near(t, 0.05, betaTracker{A: 5, B: 0}.weight())
}

func TestForgetting(t *testing.T) {
	for change, want := range map[float64][2]float64{
		0.06: {0.5, 0.875}, 0.03: {math.Sqrt2 / 2, 0.875}, 0: {1, 0.96}, 0.006: {math.Exp2(-0.1), math.Exp2(-0.1)},
	} {
		raw, rho := spoForgetting(change, spoHalf, spoRhoMin, spoRhoMax)
		nearAll(t, want[:], []float64{raw, rho}, change)
	}
	near(t, 0.2, meanChange([]float64{-1, -2, -3}, []float64{-1.3, -1.8, -3.1}))
	require.Zero(t, meanChange(nil, nil))
}

func TestSPOAdvantages(t *testing.T) {
	// The value is the one before the update: with that after it, r − v would be
	// smaller, and equal values would not cancel.
	trackers := []betaTracker{{1, 1}, {1, 1}, {3, 1}}
	rewards, v := []float64{1, 0, 1}, make([]float64, 3)
	for i, b := range trackers {
		v[i] = b.value()
	}
	raw := []float64{0.5, -0.5, 0.25}
	m := mean(raw)
	s := math.Sqrt(((raw[0]-m)*(raw[0]-m) + (raw[1]-m)*(raw[1]-m) + (raw[2]-m)*(raw[2]-m)) / 2)
	a := spoAdvantages(rewards, v)
	nearAll(t, []float64{(raw[0] - m) / s, (raw[1] - m) / s, (raw[2] - m) / s}, a)
	require.InDelta(t, 0, a[0]+a[1]+a[2], 1e-12)
	// No group can be degenerate: equal rewards to prompts of other values teach.
	require.NotZero(t, spoAdvantages([]float64{1, 1}, []float64{0.9, 0.2})[0])
	near(t, 0.5, boundedReward(2, 2))
	near(t, 1/(1+math.Exp(-1)), boundedReward(3, 2))
}

func TestDraw(t *testing.T) {
	weights := []float64{4, 1, 1, 2}
	rng := tensor.NewRNG(1)
	first, both := make([]int, 4), make([]int, 4)
	const n = 20000
	for range n {
		got := draw(weights, 2, &rng)
		require.Len(t, got, 2)
		require.NotEqual(t, got[0], got[1])
		first[got[0]]++
		both[got[0]]++
		both[got[1]]++
	}
	for i, w := range weights {
		require.InDelta(t, w/8, float64(first[i])/n, 0.015)
	}
	// The second is drawn from those that are left.
	require.InDelta(t, 2.0/8+4.0/8*2/4+2*1.0/8*2/7, float64(both[3])/n, 0.015)
	require.Len(t, draw(weights, 9, &rng), 4)
	a, b := tensor.NewRNG(3), tensor.NewRNG(3)
	require.Equal(t, draw(weights, 3, &a), draw(weights, 3, &b))
}

func TestRLAIFLabel(t *testing.T) {
	near(t, 0.8175744761936437, verdict{-0.2, -1.7}.preference())
	// The same judgement in both orders stays as it is.
	near(t, 0.8175744761936437, rlaifLabel(verdict{-0.2, -1.7}, verdict{-1.7, -0.2}))
	// A judge that goes by the place alone says nothing.
	biased := verdict{-0.1, -4}
	near(t, 0.5, rlaifLabel(biased, biased))
	near(t, biased.preference()-0.5, positionBias(biased, biased))
	near(t, 0, positionBias(verdict{-0.2, -1.7}, verdict{-1.7, -0.2}))
	// A better, and a leaning towards the first place that the mean takes out.
	near(t, (logistic(3)+logistic(1))/2, rlaifLabel(verdict{3, 0}, verdict{0, 1}))
	// Exchanging the answers exchanges the label.
	near(t, 1, rlaifLabel(verdict{3, 0}, verdict{0, 1})+rlaifLabel(verdict{0, 1}, verdict{3, 0}))
	near(t, 1, verdict{0, -5000}.preference())
}

func TestSoftRewardLoss(t *testing.T) {
	f := func(t *autograd.Tape, _ *constants, in []tensor.Tensor) tensor.Tensor {
		return softRewardLoss(t, in[0], in[1], in[2])
	}
	pair := func(d, label float64) []data { return []data{column(7 + d), column(7), column(label)} }
	// Labels without doubt are Bradley-Terry, either way round.
	for d, want := range map[float64]float64{0: math.Ln2, 1: 0.31326168751822286, 2: 0.1269280110429725, 50: 0, -50: 50} {
		both(t, want, f, pair(d, 1), d)
		both(t, want, f, pair(-d, 0), d)
	}
	// The minimum is the label's entropy, where the rewards say what the judge did.
	const y = 0.8175744761936437
	at := exact(t, f, pair(1.5, y), 0, 1)
	near(t, -y*math.Log(y)-(1-y)*math.Log(1-y), at.values()[0])
	near(t, 0, at.gradient(0)[0])
	for _, d := range []float64{1.2, 1.8} {
		require.Greater(t, exact(t, f, pair(d, y)).values()[0], at.values()[0])
	}
	exact(t, f, []data{column(drawn(1, 5, 2)...), column(drawn(2, 5, 2)...), column(0, 0.2, 0.5, 0.9, 1)}, 0, 1).checkGradients("soft")
}

// Soft labels of DPO are conservative DPO with a doubt of each pair's own; a label
// of 1 is the plain loss.
func TestSoftDPOLoss(t *testing.T) {
	const beta = 0.5
	soft := func(t *autograd.Tape, k *constants, in []tensor.Tensor) tensor.Tensor {
		return softDPOLoss(t, in[0], in[1], in[2], in[3], in[4], k.number(t, beta))
	}
	for _, y := range []float64{0.5, 2. / 3, 0.9, 1} {
		want := evaluate1(t, conservative(beta, 1-y), example)
		got := exact(t, soft, []data{
			column(example.chosen), column(example.rejected), column(example.refChosen), column(example.refRejected), column(y),
		}, 0, 1)
		near(t, want.loss, got.values()[0], y)
		near(t, want.dChosen, got.gradient(0)[0], y)
		near(t, want.dRejected, got.gradient(1)[0], y)
	}
	exact(t, soft, []data{
		column(drawn(1, 5, 2)...), column(drawn(2, 5, 2)...), column(drawn(3, 5, 2)...), column(drawn(4, 5, 2)...), column(0, 0.2, 0.5, 0.9, 1),
	}, 0, 1).checkGradients("soft")
}
