package stages

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"sprout/core/autograd"
	"sprout/core/tensor"
)

// number, numbers and record read what a list of closed forms holds.
func number(t *testing.T, x any) float64 {
	t.Helper()
	f, ok := x.(float64)
	require.True(t, ok, "%v is no number", x)
	return f
}

func numbers(t *testing.T, x any) []float64 {
	t.Helper()
	list, ok := x.([]any)
	require.True(t, ok, "%v is no list", x)
	out := make([]float64, len(list))
	for i, v := range list {
		out[i] = number(t, v)
	}
	return out
}

func entry(t *testing.T, x any, key string) any {
	t.Helper()
	m, ok := x.(map[string]any)
	require.True(t, ok, "%v has no %s", x, key)
	v, ok := m[key]
	require.True(t, ok, "%v has no %s", x, key)
	return v
}

// Every value that the common list of closed forms has, but for those of
// preferences.
func TestReinforcementVectors(t *testing.T) {
	seen := map[string]int{}
	for _, v := range sharedVectors(t) {
		in := func(key string) float64 { return number(t, entry(t, v.Inputs, key)) }
		list := func(key string) []float64 { return numbers(t, entry(t, v.Inputs, key)) }
		lesson := func() []data {
			teacher, student := list("teacher_logits"), list("student_logits")
			return []data{rowsOf(len(teacher), teacher...), rowsOf(len(student), student...), ids(0), column(1)}
		}
		switch v.ID {
		case "ppo_clip":
			both(t, number(t, v.Want), ppoObjective(in("clip"), in("clip")), atRatio(in("ratio"), in("advantage")), v.ID)
		case "value_clip":
			f := func(t *autograd.Tape, k *constants, x []tensor.Tensor) tensor.Tensor {
				return valueLoss(t, k, x[0], x[1], x[2], x[3], in("clip"))
			}
			both(t, number(t, v.Want), f, []data{column(in("value")), column(in("old_value")), column(in("ret")), column(1)}, v.ID)
		case "gae":
			a, _ := gae(list("rewards"), list("values"), in("gamma"), in("lam"))
			nearAll(t, numbers(t, v.Want), a, v.ID)
		case "grpo_sample_std", "grpo_degenerate":
			require.Equal(t, 1e-4, in("eps"))
			nearAll(t, numbers(t, v.Want), grpo{}.advantages(list("rewards")), v.ID)
		case "dr_grpo":
			nearAll(t, numbers(t, v.Want), drGRPO{}.advantages(list("rewards")), v.ID)
		case "rloo":
			nearAll(t, numbers(t, v.Want), leaveOneOut(list("rewards")), v.ID)
		case "kl_estimators":
			k1, k2, k3 := klEstimates(in("ref_minus_policy"))
			for key, got := range map[string]float64{"k1": k1, "k2": k2, "k3": k3} {
				near(t, number(t, entry(t, v.Want, key)), got, v.ID+" "+key)
			}
		case "kd":
			hold := both
			if v.F64 {
				hold = func(t *testing.T, want float64, f objective, in []data, msg ...any) {
					near(t, want, exact(t, f, in).values()[0], msg...)
				}
			}
			T := in("temperature")
			hold(t, number(t, entry(t, v.Want, "T2_forward")), distilling(forwardKL{}, 0, T), lesson(), v)
			hold(t, number(t, entry(t, v.Want, "T2_reverse")), distilling(reverseKL{}, 0, T), lesson(), v)
		case "kd_limit":
			for _, d := range []divergence{forwardKL{}, reverseKL{}} {
				near(t, number(t, v.Want), exact(t, distilling(d, 0, 1e3), lesson()).values()[0], v.ID)
			}
		case "gkd_jsd":
			both(t, number(t, v.Want), gkd(in("beta"), 1), lesson(), v.ID)
		case "adaptive_kl":
			c := klController{Target: in("target"), Gain: in("gain"), Clip: in("clip")}
			near(t, number(t, v.Want), c.next(in("beta"), in("kl")), v.ID)
		case "spo_tracker":
			b := betaTracker{A: in("a"), B: in("b")}
			for i, r := range list("rewards") {
				b.update(r, in("rho"))
				want := v.Want.([]any)[i]
				for key, got := range map[string]float64{"a": b.A, "b": b.B, "v": b.value()} {
					near(t, number(t, entry(t, want, key)), got, v.ID+" "+key)
				}
			}
		case "spo_rho":
			raw, rho := spoForgetting(in("mean_abs_logprob_change"), in("half"), in("rho_min"), in("rho_max"))
			near(t, number(t, entry(t, v.Want, "raw")), raw, v.ID)
			near(t, number(t, entry(t, v.Want, "clipped")), rho, v.ID)
		case "rlaif_soft_label":
			near(t, number(t, v.Want), verdict{in("logp_a"), in("logp_b")}.preference(), v.ID)
		case "grpo_population_std":
			// Not what is done here: with √(n−1) in place of √n it would be.
			rewards := list("rewards")
			n, mean, squares := float64(len(rewards)), 0.0, 0.0
			for _, r := range rewards {
				mean += r / n
			}
			for _, r := range rewards {
				squares += (r - mean) * (r - mean)
			}
			got := grpo{}.advantages(rewards)
			for i, want := range numbers(t, v.Want) {
				require.NotEqual(t, want, got[i])
				near(t, want, got[i]*(math.Sqrt(squares/(n-1))+in("eps"))/(math.Sqrt(squares/n)+in("eps")), v.ID)
			}
		case "ce_at_init":
			f := func(t *autograd.Tape, _ *constants, x []tensor.Tensor) tensor.Tensor {
				return nextTokenLoss(t, x[0], x[1], x[2])
			}
			V := int(in("vocab"))
			both(t, number(t, v.Want), f, []data{rowsOf(V, make([]float64, V)...), ids(int32(V / 2)), column(1)}, V)
		default:
			require.Contains(t, preferenceVectors, v.ID)
			continue
		}
		seen[v.ID]++
	}
	require.Equal(t, map[string]int{
		"ce_at_init": 4, "grpo_population_std": 1,
		"ppo_clip": 5, "value_clip": 2, "gae": 3, "grpo_sample_std": 1, "grpo_degenerate": 1, "dr_grpo": 1, "rloo": 1,
		"kl_estimators": 3, "kd": 4, "kd_limit": 1, "gkd_jsd": 2, "adaptive_kl": 3, "spo_tracker": 1, "spo_rho": 3, "rlaif_soft_label": 1,
	}, seen)
}
