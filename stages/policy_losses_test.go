package stages

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"sprout/core/autograd"
	"sprout/core/backend/simd"
	"sprout/core/tensor"
)

// Inputs of a policy loss, in this order.
const (
	inLogProbs = iota
	inOld
	inRef
	inAdvantages
	inWeights
)

func onPolicy(f func(t *autograd.Tape, k *constants, logprobs tensor.Tensor, x experience) tensor.Tensor) objective {
	return func(t *autograd.Tape, k *constants, in []tensor.Tensor) tensor.Tensor {
		return f(t, k, in[inLogProbs], experience{old: in[inOld], ref: in[inRef], advantages: in[inAdvantages], weights: in[inWeights]})
	}
}

func ppoObjective(low, high float64) objective {
	return onPolicy(func(t *autograd.Tape, k *constants, logprobs tensor.Tensor, x experience) tensor.Tensor {
		return policyLoss(t, k, logprobs, x, clipRange{low, high})
	})
}

func groupLoss(o groupObjective, low, high, beta float64) objective {
	return onPolicy(func(t *autograd.Tape, k *constants, logprobs tensor.Tensor, x experience) tensor.Tensor {
		return o.loss(t, k, logprobs, x, clipRange{low, high}, beta)
	})
}

// atRatio is one token whose probability has changed by a factor.
func atRatio(ratio, advantage float64) []data {
	return []data{column(-1.5 + math.Log(ratio)), column(-1.5), column(-1.2), column(advantage), column(1)}
}

// sampled are tokens whose ratios lie on both sides of the clip, far from its
// corners, with advantages of both signs.
func sampled(n int) []data {
	logRatio := []float64{0.5, -0.5, 0.05, -0.1, 0.9, -0.9, 0.1}
	in := []data{filled(n, 0), column(drawn(1, n, 1)...), column(drawn(2, n, 1)...), column(drawn(3, n, 1)...), column(drawn(4, n, 1)...)}
	for i := range n {
		in[inLogProbs].f[i] = in[inOld].f[i] + logRatio[i%len(logRatio)]
		in[inWeights].f[i] = math.Abs(in[inWeights].f[i])
	}
	return in
}

func TestPPOClips(t *testing.T) {
	for _, c := range []struct{ ratio, advantage, want, slope float64 }{
		{1, 1, -1, -1},
		{1.3, 1, -1.2, 0},    // nothing to be gained beyond
		{0.7, 1, -0.7, -0.7}, // the way back is open
		{1.3, -1, 1.3, 1.3},  // and so is it here
		{0.7, -1, 0.8, 0},
	} {
		both(t, c.want, ppoObjective(0.2, 0.2), atRatio(c.ratio, c.advantage), c)
		slope := exact(t, ppoObjective(0.2, 0.2), atRatio(c.ratio, c.advantage), inLogProbs).gradient(inLogProbs)
		near(t, c.slope, slope[0], c)
	}
	// With more room above, 1.25 is not clipped and 1.3 is at 1.28.
	both(t, -1.25, ppoObjective(0.2, 0.28), atRatio(1.25, 1))
	both(t, -1.28, ppoObjective(0.2, 0.28), atRatio(1.3, 1))
	both(t, 0.8, ppoObjective(0.2, 0.28), atRatio(0.75, -1))
}

// Where nothing has been updated yet PPO is REINFORCE: no ratio but 1, nothing
// clipped, and the gradient of −Σ w·A·log π.
func TestFirstMinibatchIsREINFORCE(t *testing.T) {
	for name, f := range map[string]objective{
		"ppo": ppoObjective(0.2, 0.2), "spo": onPolicy(func(t *autograd.Tape, k *constants, lp tensor.Tensor, x experience) tensor.Tensor {
			return spoLoss(t, k, lp, x, clipRange{0.2, 0.28})
		}),
		"dr. grpo": groupLoss(drGRPO{}, 0.2, 0.2, 0), "dapo": groupLoss(dapo{}, 0.2, 0.28, 0), "grpo": groupLoss(grpo{}, 0.2, 0.2, 0),
	} {
		in := sampled(9)
		in[inLogProbs] = in[inOld]
		p := exact(t, f, in, inLogProbs)
		want, got := 0.0, p.gradient(inLogProbs)
		for i, a := range in[inAdvantages].f {
			want -= a * in[inWeights].f[i]
			near(t, -a*in[inWeights].f[i], got[i], name)
		}
		near(t, want, p.values()[0], name)

		clipped, kl := drift(t, in, filled(9, 1))
		require.Zero(t, clipped, name)
		require.Zero(t, kl, name)
	}
}

// drift are the two figures of policyDrift, on the fast engine.
func drift(t *testing.T, in []data, mask data) (clipped, kl float64) {
	t.Helper()
	figures := func(which int) float64 {
		f := func(t *autograd.Tape, k *constants, all []tensor.Tensor) tensor.Tensor {
			x := experience{old: all[inOld], advantages: all[inAdvantages]}
			clipped, kl := policyDrift(t, k, all[inLogProbs], x, all[len(in)], clipRange{0.2, 0.2})
			return [2]tensor.Tensor{clipped, kl}[which]
		}
		return probing(t, simd.New(), f, append(in[:len(in):len(in)], mask)).values()[0]
	}
	return figures(0), figures(1)
}

func TestPolicyDrift(t *testing.T) {
	in := []data{column(0, 0, 0, 0, 0), filled(5, -2), filled(5, 0), column(1, 1, -1, -1, 1), filled(5, 1)}
	for i, ratio := range []float64{1.3, 0.7, 1.3, 0.7, 1.1} {
		in[inLogProbs].f[i] = -2 + math.Log(ratio)
	}
	clipped, kl := drift(t, in, filled(5, 1))
	require.Equal(t, 2.0, clipped, "too likely already with A > 0, and too unlikely already with A < 0")
	want := 0.0
	for _, ratio := range []float64{1.3, 0.7, 1.3, 0.7, 1.1} {
		want += ratio - 1 - math.Log(ratio)
	}
	require.InDelta(t, want, kl, 1e-5)
	clipped, kl = drift(t, in, column(0, 1, 1, 1, 0))
	require.Equal(t, 1.0, clipped)
	require.InDelta(t, 2*(0.7-1-math.Log(0.7))+1.3-1-math.Log(1.3), kl, 1e-5)
	// A step too small to be seen in the loss is not clipped.
	in[inLogProbs] = filled(5, -2.0000002)
	clipped, _ = drift(t, in, filled(5, 1))
	require.Zero(t, clipped)
}

func TestValueLoss(t *testing.T) {
	value := func(t *autograd.Tape, k *constants, in []tensor.Tensor) tensor.Tensor {
		return valueLoss(t, k, in[0], in[1], in[2], in[3], 0.2)
	}
	for _, c := range []struct{ value, old, ret, want, slope float64 }{
		{0.5, 0, 1, 0.32, 0},     // clipped to 0.2: the larger error, and no gradient
		{0.1, 0, 1, 0.405, -0.9}, // within the range: half the square
		{-0.5, 0, 1, 1.125, -1.5},
		{1.5, 0, 1, 0.32, 0},
	} {
		in := []data{column(c.value), column(c.old), column(c.ret), column(1)}
		both(t, c.want, value, in, c)
		near(t, c.slope, exact(t, value, in, 0).gradient(0)[0], c)
	}
	in := []data{column(drawn(1, 9, 1)...), column(drawn(2, 9, 1)...), column(drawn(3, 9, 2)...), column(0, 1, 2, 3, .5, 1, 1, 1, 0)}
	exact(t, value, in, 0).checkGradients("value")
	sum := 0.0
	for i := range 9 {
		one := []data{column(in[0].f[i]), column(in[1].f[i]), column(in[2].f[i]), column(1)}
		sum += in[3].f[i] * exact(t, value, one).values()[0]
	}
	near(t, sum, exact(t, value, in).values()[0])
}

func TestEntropyBonus(t *testing.T) {
	entropy := func(t *autograd.Tape, _ *constants, in []tensor.Tensor) tensor.Tensor {
		return entropyBonus(t, in[0], in[1])
	}
	// Knowing nothing is ln V, knowing all is 0, and a half-open choice is its own.
	both(t, math.Log(5), entropy, []data{rowsOf(5, 3, 3, 3, 3, 3), column(1)})
	both(t, 0, entropy, []data{rowsOf(3, 200, 0, -200), column(1)})
	p := 1 / (1 + math.Exp(-1.5))
	both(t, 2.5*(-p*math.Log(p)-(1-p)*math.Log(1-p)), entropy, []data{rowsOf(2, 0.3, -1.2), column(2.5)})
	in := []data{rowsOf(7, drawn(1, 21, 1.5)...), column(1, 0, 0.3)}
	q := exact(t, entropy, in, 0)
	q.checkGradients("entropy")
	require.Equal(t, make([]float64, 7), q.gradient(0)[7:14], "a masked row is not touched")
}

func TestGRPOLoss(t *testing.T) {
	f := groupLoss(grpo{}, 0.2, 0.2, 0.04)
	// ρA − β·k3, with the reference 0.3 above the policy at ρ = 1.
	k3 := math.Exp(0.3) - 0.3 - 1
	both(t, -(0.7 - 0.04*k3), f, atRatio(1, 0.7))
	// The clip cuts the gain and not the KL.
	x := -1.2 - (-1.5 + math.Log(1.5))
	both(t, -(1.2 - 0.04*(math.Exp(x)-x-1)), f, atRatio(1.5, 1))
	// The KL pulls towards the reference, which finds the token likelier.
	near(t, -0.04*(math.Exp(0.3)-1), exact(t, f, atRatio(1, 0), inLogProbs).gradient(inLogProbs)[0])
	// Without it what is left is PPO's.
	in := sampled(8)
	near(t, exact(t, ppoObjective(0.2, 0.2), in).values()[0], exact(t, groupLoss(grpo{}, 0.2, 0.2, 0), in).values()[0])
}

// At the first step the loss of a group is 0 and its gradient is not.
func TestGRPOStartsAtZero(t *testing.T) {
	rewards, lengths := []float64{1, 0, 0.5, 0}, []int{3, 1, 4, 2}
	a := grpo{}.advantages(rewards)
	w, divisor := grpo{}.weights(lengths, 8)
	require.Equal(t, 4.0, divisor)
	var in [5]data
	for i, n := range lengths {
		for range n {
			for j, x := range []float64{-2, -2, -2, a[i], w[i]} {
				in[j].f = append(in[j].f, x)
			}
		}
	}
	for j := range in {
		in[j].shape = tensor.Shape{len(in[j].f)}
	}
	p := exact(t, groupLoss(grpo{}, 0.2, 0.2, 0.04), in[:], inLogProbs)
	require.InDelta(t, 0, p.values()[0], 1e-12)
	require.Greater(t, math.Abs(p.gradient(inLogProbs)[0]), 0.1)
	require.Less(t, p.gradient(inLogProbs)[0], 0.0, "the best answer becomes likelier")
	// Every token of an answer shares its weight of 1.
	require.InDelta(t, -a[2]/4, p.gradient(inLogProbs)[4], 1e-9)
}

func TestPolicyGradients(t *testing.T) {
	for name, f := range map[string]objective{
		"ppo": ppoObjective(0.2, 0.2), "clip higher": ppoObjective(0.2, 0.28), "grpo": groupLoss(grpo{}, 0.2, 0.2, 0.1),
		"dr. grpo": groupLoss(drGRPO{}, 0.2, 0.2, 0), "dapo": groupLoss(dapo{}, 0.2, 0.28, 0),
	} {
		exact(t, f, sampled(14), inLogProbs).checkGradients(name)
	}
}

// What stands where no answer is never changes a loss: padding may be appended,
// and its tokens may be anything.
func TestPaddingNeverChangesAPolicyLoss(t *testing.T) {
	const V = 6
	logits, next := drawn(1, 4*V, 1), []int32{2, 0, 5, 1}
	for name, f := range map[string]func(*autograd.Tape, *constants, tensor.Tensor, experience) tensor.Tensor{
		"ppo": func(t *autograd.Tape, k *constants, lp tensor.Tensor, x experience) tensor.Tensor {
			return policyLoss(t, k, lp, x, clipRange{0.2, 0.2})
		},
		"grpo": func(t *autograd.Tape, k *constants, lp tensor.Tensor, x experience) tensor.Tensor {
			return grpoLoss(t, k, lp, x, clipRange{0.2, 0.2}, 0.1)
		},
	} {
		whole := func(t *autograd.Tape, k *constants, in []tensor.Tensor) tensor.Tensor {
			x := experience{old: in[3], ref: in[4], advantages: in[5], weights: in[6]}
			return f(t, k, tokenLogProbs(t, in[0], in[1], in[2]), x)
		}
		plain := []data{
			rowsOf(V, logits...), ids(next...), filled(4, 1), column(drawn(2, 4, 2)...), column(drawn(3, 4, 2)...), column(drawn(4, 4, 1)...), filled(4, .25),
		}
		want := exact(t, whole, plain, 0)
		want.checkGradients(name)
		padded := []data{rowsOf(V, append(logits[:4*V:4*V], drawn(9, 3*V, 300)...)...), ids(append(next[:4:4], 0, -7, 3)...)}
		for _, d := range plain[2:] {
			padded = append(padded, column(append(d.f[:4:4], 0, 0, 0)...))
		}
		got := exact(t, whole, padded, 0)
		require.Equal(t, want.values(), got.values(), name)
		require.Equal(t, append(want.gradient(0), make([]float64, 3*V)...), got.gradient(0), name)
	}
}
