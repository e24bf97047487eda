package stages

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"sprout/core/autograd"
	"sprout/core/backend/ref"
	"sprout/core/backend/simd"
	"sprout/core/tensor"
)

// said is what a model and its reference say of the two answers of a pair, in
// sums of log π, and how long these are.
type said struct {
	chosen, rejected       float64
	refChosen, refRejected float64
	lenChosen, lenRejected float64
}

// outcome is a loss with its derivatives by what the model says.
type outcome struct{ loss, dChosen, dRejected float64 }

// evaluate computes the losses of pairs in float64.
func evaluate(t *testing.T, loss pairLoss, pairs ...said) []outcome {
	t.Helper()
	be := ref.New[float64]()
	tape, k := autograd.NewTape(), &constants{}
	n := len(pairs)
	column := func() tensor.Tensor { return tape.Input(tensor.F32, n) }
	a := answers{column(), column(), column(), column(), column(), column(), column()}
	losses := loss(tape, k, a)
	require.Equal(t, tensor.Shape{n}, losses.Shape)
	seed := column()
	grads := tape.Backward(losses, seed, a.chosen, a.rejected)
	plan, err := tape.Compile(be, losses, grads[0], grads[1])
	require.NoError(t, err)
	require.NoError(t, k.ready(be, plan))
	for _, c := range []struct {
		at tensor.Tensor
		of func(said) float64
	}{
		{a.chosen, func(s said) float64 { return s.chosen }},
		{a.rejected, func(s said) float64 { return s.rejected }},
		{a.refChosen, func(s said) float64 { return s.refChosen }},
		{a.refRejected, func(s said) float64 { return s.refRejected }},
		{a.perChosen, func(s said) float64 { return 1 / s.lenChosen }},
		{a.perRejected, func(s said) float64 { return 1 / s.lenRejected }},
		{seed, func(said) float64 { return 1 }},
	} {
		values := make([]float64, n)
		for i, s := range pairs {
			values[i] = c.of(s)
		}
		be.Write64(plan.At(c.at), values)
	}
	require.NoError(t, plan.Run())
	read := func(x tensor.Tensor) []float64 {
		v := make([]float64, n)
		be.Read64(v, plan.At(x))
		return v
	}
	l, dc, dr := read(losses), read(grads[0]), read(grads[1])
	out := make([]outcome, n)
	for i := range out {
		out[i] = outcome{l[i], dc[i], dr[i]}
	}
	return out
}

// evaluate1 is evaluate for one pair.
func evaluate1(t *testing.T, loss pairLoss, s said) outcome {
	t.Helper()
	return evaluate(t, loss, s)[0]
}

// near is the tolerance for closed forms in float64; settings pass through
// float32, as in training.
func near(t *testing.T, want, got float64, msg ...any) {
	t.Helper()
	require.InDelta(t, want, got, max(1e-6, 1e-6*math.Abs(want)), msg...)
}

func dpo(beta float64) pairLoss { return DPO{}.loss(map[string]float64{"beta": beta}) }

func conservative(beta, epsilon float64) pairLoss {
	return ConservativeDPO{}.loss(map[string]float64{"beta": beta, "epsilon": epsilon})
}

func ipo(tau float64) pairLoss { return IPO{}.loss(map[string]float64{"tau": tau}) }

func simpo(beta, gamma float64) pairLoss {
	return SimPO{}.loss(map[string]float64{"beta": beta, "gamma": gamma})
}

func bradleyTerry() pairLoss { return Reward{}.loss(nil) }

func softplus(x float64) float64 { return max(x, 0) + math.Log1p(math.Exp(-math.Abs(x))) }

var example = said{
	chosen: -10, rejected: -14, refChosen: -11, refRejected: -12, lenChosen: 5, lenRejected: 8,
}

// shifted is example with a difference h of the log-ratios.
func shifted(h float64) said {
	return said{chosen: -10 + h, rejected: -12, refChosen: -10, refRejected: -12, lenChosen: 3, lenRejected: 7}
}

func TestDPO(t *testing.T) {
	// h = (−10 + 11) − (−14 + 12) = 3.
	for beta, want := range map[float64]outcome{
		0.1: {0.5543552444685271, -0.0425557483188341, 0.0425557483188341},
		0.5: {0.2014132779827524, -0.09121276190317817, 0.09121276190317817},
	} {
		got := evaluate1(t, dpo(beta), example)
		near(t, want.loss, got.loss)
		near(t, want.dChosen, got.dChosen)
		near(t, want.dRejected, got.dRejected)
	}
	// Where nothing has been learned yet.
	got := evaluate1(t, dpo(0.1), shifted(0))
	near(t, math.Ln2, got.loss)
	near(t, -0.1/2, got.dChosen)
	near(t, +0.1/2, got.dRejected)
	// L(d) − L(−d) = −d.
	for _, h := range []float64{0.5, 3, 40} {
		near(t, -0.3*h, evaluate1(t, dpo(0.3), shifted(h)).loss-evaluate1(t, dpo(0.3), shifted(-h)).loss)
	}
	// Sums and no means: an answer twice as long with the same sums is the same.
	longer := example
	longer.lenChosen *= 2
	require.Equal(t, evaluate1(t, dpo(0.1), example), evaluate1(t, dpo(0.1), longer))
	// Far off nothing overflows, and the push never stops.
	got = evaluate1(t, dpo(1), shifted(-1000))
	near(t, 1000, got.loss)
	near(t, -1, got.dChosen)
}

// What is added to an answer under both models changes nothing.
func TestReferencesCancel(t *testing.T) {
	for name, loss := range map[string]pairLoss{"dpo": dpo(0.2), "conservative": conservative(0.2, 0.1), "ipo": ipo(0.1)} {
		want := evaluate1(t, loss, example)
		moved := example
		moved.chosen, moved.refChosen = moved.chosen+7, moved.refChosen+7
		got := evaluate1(t, loss, moved)
		near(t, want.loss, got.loss, name)
		near(t, want.dRejected, got.dRejected, name)
		moved.rejected, moved.refRejected = moved.rejected-9, moved.refRejected-9
		near(t, want.loss, evaluate1(t, loss, moved).loss, name)
		// But the reference counts, with the opposite sign of the model.
		moved.refChosen++
		worse := example
		worse.chosen--
		near(t, evaluate1(t, loss, worse).loss, evaluate1(t, loss, moved).loss, name)
		require.Greater(t, evaluate1(t, loss, moved).loss, want.loss, name)
	}
}

func TestConservativeDPO(t *testing.T) {
	// d = 3·0.1.
	near(t, 0.5843552444685272, evaluate1(t, conservative(0.1, 0.1), example).loss)
	near(t, math.Ln2, evaluate1(t, conservative(0.1, 0.3), shifted(0)).loss)
	near(t, evaluate1(t, dpo(0.1), example).loss, evaluate1(t, conservative(0.1, 0), example).loss)
	// The minimum is the entropy of ε, where the implicit reward agrees with it.
	const epsilon = 0.2
	best := evaluate1(t, conservative(0.5, epsilon), shifted(math.Log((1-epsilon)/epsilon)/0.5))
	near(t, -epsilon*math.Log(epsilon)-(1-epsilon)*math.Log(1-epsilon), best.loss)
	near(t, 0, best.dChosen)
	// A label that is flipped costs d(1−2ε) more than one that is right.
	d := 0.1 * 3.0
	near(t, -d*(1-2*epsilon), evaluate1(t, conservative(0.1, epsilon), shifted(3)).loss-evaluate1(t, conservative(0.1, epsilon), shifted(-3)).loss)
}

func TestIPO(t *testing.T) {
	for h, want := range map[float64]float64{0: 25, 3: 4, 5: 0, 8: 9} {
		got := evaluate1(t, ipo(0.1), shifted(h))
		near(t, want, got.loss)
		near(t, 2*(h-5), got.dChosen)
		near(t, -2*(h-5), got.dRejected)
	}
	near(t, 4, evaluate1(t, ipo(0.1), example).loss) // h = 3
	// The named choice: h of means over the tokens.
	average := IPO{}.loss(map[string]float64{"tau": 0.1, "average": 1})
	h := (-10.0+11)/5 - (-14.0+12)/8
	got := evaluate1(t, average, example)
	near(t, (h-5)*(h-5), got.loss)
	near(t, 2*(h-5)/5, got.dChosen)
	near(t, -2*(h-5)/8, got.dRejected)
}

func TestSimPO(t *testing.T) {
	for _, c := range []struct{ chosen, lenChosen, rejected, lenRejected, beta, gamma, want float64 }{
		{-10, 10, -10, 10, 2, 1, 1.3132616875182228},
		{-10, 10, -10, 10, 2.5, 1.375, 1.600412651601648},
		{-10, 10, -18, 12, 2, 1, math.Ln2}, // β·gap = γ
		{-10, 10, -15, 10, 2, 1, math.Ln2},
	} {
		s := said{chosen: c.chosen, rejected: c.rejected, lenChosen: c.lenChosen, lenRejected: c.lenRejected}
		near(t, c.want, evaluate1(t, simpo(c.beta, c.gamma), s).loss)
	}
	// Equal averages at other lengths: softplus(γ), and the gradient is shared out
	// over the tokens.
	got := evaluate1(t, simpo(2, 0.7), said{chosen: -6, lenChosen: 4, rejected: -12, lenRejected: 8})
	near(t, softplus(0.7), got.loss)
	push := 2 / (1 + math.Exp(-0.7))
	near(t, -push/4, got.dChosen)
	near(t, push/8, got.dRejected)
	// Every token repeated: twice the sum, twice the length, the same loss.
	twice := example
	twice.chosen, twice.lenChosen = 2*twice.chosen, 2*twice.lenChosen
	near(t, evaluate1(t, simpo(2, 1), example).loss, evaluate1(t, simpo(2, 1), twice).loss)
	// There is no reference.
	other := example
	other.refChosen, other.refRejected = 100, -100
	require.Equal(t, evaluate1(t, simpo(2, 1), example), evaluate1(t, simpo(2, 1), other))
}

func TestRewardLoss(t *testing.T) {
	for gap, want := range map[float64]float64{0: math.Ln2, 1: 0.31326168751822286, 2: 0.1269280110429725, -2: 2.1269280110429727} {
		got := evaluate1(t, bradleyTerry(), said{chosen: gap})
		near(t, want, got.loss)
		near(t, -1/(1+math.Exp(gap)), got.dChosen)
		near(t, 1/(1+math.Exp(gap)), got.dRejected)
		// r + c is as good as r.
		near(t, want, evaluate1(t, bradleyTerry(), said{chosen: gap + 31, rejected: 31}).loss)
	}
}

// The same formulas in float32 on the fast engine.
func TestPreferenceLossesInFloat32(t *testing.T) {
	for name, loss := range map[string]pairLoss{
		"dpo": dpo(0.1), "conservative": conservative(0.1, 0.1), "ipo": ipo(0.1), "simpo": simpo(2, 1), "reward": bradleyTerry(),
	} {
		want := evaluate1(t, loss, example).loss
		be := simd.New()
		tape, k := autograd.NewTape(), &constants{}
		column := func() tensor.Tensor { return tape.Input(tensor.F32, 1) }
		a := answers{column(), column(), column(), column(), column(), column(), column()}
		out := loss(tape, k, a)
		plan, err := tape.Compile(be, out)
		require.NoError(t, err)
		require.NoError(t, k.ready(be, plan))
		for x, v := range map[*tensor.Tensor]float64{
			&a.chosen: example.chosen, &a.rejected: example.rejected, &a.refChosen: example.refChosen, &a.refRejected: example.refRejected,
			&a.perChosen: 1 / example.lenChosen, &a.perRejected: 1 / example.lenRejected,
		} {
			require.NoError(t, be.Write(plan.At(*x), []float32{float32(v)}))
		}
		require.NoError(t, plan.Run())
		var got [1]float32
		require.NoError(t, be.Read(got[:], plan.At(out)))
		require.InDelta(t, want, got[0], max(1e-5, 1e-5*math.Abs(want)), name)
	}
}

// Every value that the common list of closed forms has for these objectives.
func TestPreferenceVectors(t *testing.T) {
	seen := map[string]int{}
	for _, v := range sharedVectors(t) {
		in := func(key string) float64 {
			x, ok := v.Inputs[key].(float64)
			require.True(t, ok, "%s: %s", v.ID, key)
			return x
		}
		var loss pairLoss
		var s said
		switch v.ID {
		case "dpo_init", "dpo_b01", "dpo_b05":
			loss = dpo(in("beta"))
			s = said{
				chosen: in("logp_chosen"), rejected: in("logp_rejected"), refChosen: in("ref_chosen"), refRejected: in("ref_rejected"),
				lenChosen: 3, lenRejected: 4,
			}
		case "cdpo":
			loss, s = conservative(1, in("epsilon")), shifted(in("d"))
		case "ipo_h0", "ipo_h3", "ipo_h5":
			loss, s = ipo(in("tau")), shifted(in("h"))
		case "simpo":
			loss = simpo(in("beta"), in("gamma"))
			s = said{
				chosen: in("logp_chosen"), rejected: in("logp_rejected"), lenChosen: in("len_chosen"), lenRejected: in("len_rejected"),
			}
		case "reward_model":
			loss, s = bradleyTerry(), said{chosen: in("r_chosen"), rejected: in("r_rejected")}
		default:
			continue
		}
		seen[v.ID]++
		got := evaluate1(t, loss, s)
		switch want := v.Want.(type) {
		case float64:
			near(t, want, got.loss, v.ID)
		case map[string]any:
			near(t, want["loss"].(float64), got.loss, v.ID)
			near(t, want["dloss_dlogp_chosen"].(float64), got.dChosen, v.ID)
		}
	}
	require.Equal(t, preferenceVectors, seen)
}

// preferenceVectors are how many values of a name TestPreferenceVectors holds. All
// others belong to TestReinforcementVectors, so that none is forgotten.
var preferenceVectors = map[string]int{
	"dpo_init": 1, "dpo_b01": 1, "dpo_b05": 1, "cdpo": 1, "ipo_h0": 1, "ipo_h3": 1, "ipo_h5": 1, "simpo": 4, "reward_model": 3,
}

// vector is an entry of the list of closed forms.
type vector struct {
	ID     string         `json:"id"`
	Inputs map[string]any `json:"inputs"`
	Want   any            `json:"want"`
	F64    bool           `json:"f64"` // too ill-conditioned for float32
}

// sharedVectors reads the list from the folder "shared" beside the repository
// and skips the test where there is none.
func sharedVectors(t *testing.T) []vector {
	t.Helper()
	dir, err := os.Getwd()
	require.NoError(t, err)
	for range 4 {
		b, err := os.ReadFile(filepath.Join(dir, "shared", "vectors", "formulas.json"))
		if err == nil {
			var list struct{ Vectors []vector }
			require.NoError(t, json.Unmarshal(b, &list))
			return list.Vectors
		}
		dir = filepath.Dir(dir)
	}
	t.Skip("shared/vectors/formulas.json is absent; the values that are kept in the tests still hold")
	return nil
}
