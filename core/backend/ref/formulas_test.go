package ref

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"sprout/core/op"
	"sprout/core/tensor"
)

// The oracle itself is held against numbers that were worked out by hand or
// taken from a paper, in float64.

type table struct {
	*testing.T
	be *Backend[float64]
}

func (b table) f(shape []int, x ...float64) tensor.Tensor {
	buf, err := b.be.Alloc(tensor.F32, len(x))
	require.NoError(b, err)
	t := tensor.Tensor{Buf: buf, Shape: shape}
	b.be.Write64(t, x)
	return t
}

func (b table) i(x ...int32) tensor.Tensor {
	buf, err := b.be.Alloc(tensor.I32, len(x))
	require.NoError(b, err)
	t := tensor.Tensor{Buf: buf, DType: tensor.I32, Shape: tensor.Shape{len(x)}}
	require.NoError(b, b.be.WriteInts(t, x))
	return t
}

// run computes one operation.
func (b table) run(kind op.Kind, params any, in ...tensor.Tensor) [][]float64 {
	specs, err := op.Infer(kind, params, in)
	require.NoError(b, err)
	places := op.Lookup(kind).InPlace
	out := make([]tensor.Tensor, len(specs))
	for j, s := range specs {
		if places != nil && places[j] >= 0 {
			out[j] = in[places[j]]
		} else {
			out[j] = b.f(s.Shape, make([]float64, s.Shape.Len())...)
		}
	}
	require.NoError(b, b.be.Run([]op.Call{{Kind: kind, Params: params, In: in, Out: out}}))
	values := make([][]float64, len(out))
	for j, t := range out {
		values[j] = make([]float64, t.Len())
		b.be.Read64(values[j], t)
	}
	return values
}

func (b table) near(want, got []float64) {
	b.Helper()
	require.Len(b, got, len(want))
	for i := range want {
		assert.InDelta(b, want[i], got[i], 1e-12, i)
	}
}

func TestProductsByHand(t *testing.T) {
	b := table{t, New[float64]()}
	A, At := b.f([]int{2, 3}, 1, 2, 3, 4, 5, 6), b.f([]int{3, 2}, 1, 4, 2, 5, 3, 6)
	B, Bt := b.f([]int{3, 2}, 7, 8, 9, 10, 11, 12), b.f([]int{2, 3}, 7, 9, 11, 8, 10, 12)
	want := []float64{58, 64, 139, 154}
	b.near(want, b.run("matmul", op.MatMul{}, A, B)[0])
	b.near(want, b.run("matmul", op.MatMul{TransB: true}, A, Bt)[0])
	b.near(want, b.run("matmul", op.MatMul{TransA: true}, At, B)[0])
	b.near(want, b.run("matmul", op.MatMul{TransA: true, TransB: true}, At, Bt)[0])
	b.near([]float64{3, 4, 1, 2, 3, 4}, b.run("embedding", nil, b.f([]int{2, 2}, 1, 2, 3, 4), b.i(1, 0, 1))[0])
}

func TestNormAndRotationByHand(t *testing.T) {
	b := table{t, New[float64]()}
	norm := b.run("rms_norm", op.RMSNorm{Eps: 0.5}, b.f([]int{2}, 1, 2), b.f([]int{2}, 1, 10))
	b.near([]float64{1 / math.Sqrt(3), 20 / math.Sqrt(3)}, norm[0])
	b.near([]float64{1 / math.Sqrt(3)}, norm[1])

	// Hugging Face's Llama turns x[d] with x[d+D/2], not with its neighbour:
	// rotate_half([1 2 3 4]) = [−3 −4 1 2].
	s, c := math.Sincos(1)
	s2, c2 := math.Sincos(0.01)
	cs := b.f([]int{1, 4}, c, c2, s, s2)
	b.near([]float64{c - 3*s, 2*c2 - 4*s2, 3*c + s, 4*c2 + 2*s2},
		b.run("rope", op.RoPE{Heads: 1}, b.f([]int{1, 4}, 1, 2, 3, 4), b.i(0), cs)[0])
}

func TestAttentionByHand(t *testing.T) {
	b := table{t, New[float64]()}
	q := b.f([]int{1, 2, 1}, 1, math.Log(3))
	k := b.f([]int{1, 2, 1}, 0, 1)
	v := b.f([]int{1, 2, 1}, 10, 20)
	got := b.run("attention", op.Attention{Heads: 1, KVHeads: 1}, q, k, v, b.i(0), tensor.None)
	b.near([]float64{10, 10*0.25 + 20*0.75}, got[0]) // scores 0 and ln 3
	b.near([]float64{0, math.Log(4)}, got[1])
	got = b.run("attention", op.Attention{Heads: 1, KVHeads: 1}, q, k, v, b.i(0), b.i(1, 1))
	b.near([]float64{0, 20}, got[0])
	b.near([]float64{0, math.Log(3)}, got[1])
}

func TestLossesByHand(t *testing.T) {
	b := table{t, New[float64]()}
	for _, V := range []int{65, 256, 6400} { // equal logits: ln V
		got := b.run("cross_entropy", nil, b.f([]int{1, V}, make([]float64, V)...), b.i(7), b.f([]int{1}, 1))
		b.near([]float64{math.Log(float64(V))}, got[0])
	}
	logits := b.f([]int{2, 2}, 0, math.Log(3), 5, 5)
	b.near([]float64{math.Log(0.75), math.Log(0.5)}, b.run("log_probs", nil, logits, b.i(1, 0))[0])
	b.near([]float64{2 * math.Log(4), 0}, b.run("cross_entropy", nil, logits, b.i(0, -9), b.f([]int{2}, 2, 0))[0])
	b.near([]float64{0.25, 0.75, 0.5, 0.5}, b.run("softmax", nil, logits)[0])
}

// Knowledge distillation (arXiv 1503.02531) and GKD (arXiv 2306.13649) for
// teacher [2 0 −2] and student [1 0 −1].
func TestDivergencesByHand(t *testing.T) {
	b := table{t, New[float64]()}
	teacher, student := b.f([]int{1, 3}, 2, 0, -2), b.f([]int{1, 3}, 1, 0, -1)
	for _, c := range []struct{ T, forward, reverse float64 }{
		{1, 0.11561142816534886, 0.1601152814510778},
		{2, 0.24107558999829942, 0.2690318395509705},
		{10, 0.3286623540605542, 0.33030048194364403},
	} {
		invT := b.f([]int{1}, 1/c.T)
		b.near([]float64{c.forward / (c.T * c.T)}, b.run("kl_forward", nil, teacher, student, invT)[0])
		b.near([]float64{c.reverse / (c.T * c.T)}, b.run("kl_reverse", nil, teacher, student, invT)[0])
	}
	one := b.f([]int{1}, 1)
	jsd := func(p, q tensor.Tensor, beta float64) []float64 {
		return b.run("jsd", nil, p, q, one, b.f([]int{1}, beta))[0]
	}
	b.near([]float64{0.03243338141162023}, jsd(teacher, student, 0.5))
	b.near([]float64{0.010607043150640556}, jsd(teacher, student, 0.1))
	b.near(jsd(teacher, student, 0.5), jsd(student, teacher, 0.5))
	b.near([]float64{math.Ln2}, jsd(b.f([]int{1, 2}, 900, 0), b.f([]int{1, 2}, 0, 900), 0.5))
}

// Two steps as torch.optim.AdamW documents them.
func TestAdamWByHand(t *testing.T) {
	b := table{t, New[float64]()}
	p, m, v := b.f([]int{1}, 2), b.f([]int{1}, 0), b.f([]int{1}, 0)
	wantP, wantM, wantV := 2.0, 0.0, 0.0
	const lr, b1, b2, eps, wd = 0.1, 0.9, 0.99, 1e-3, 0.2
	for step, g := range []float64{4, -3} {
		n := float64(step + 1)
		bias1, bias2 := 1-math.Pow(b1, n), 1-math.Pow(b2, n)
		hyper := b.f([]int{op.HyperLen}, lr, b1, b2, eps, wd, bias1, bias2, 0.5)
		got := b.run("adamw", op.AdamW{Decay: true}, p, b.f([]int{1}, g), m, v, hyper)
		g *= 0.5
		wantM, wantV = b1*wantM+(1-b1)*g, b2*wantV+(1-b2)*g*g
		wantP -= lr * wd * wantP
		wantP -= lr * (wantM / bias1) / (math.Sqrt(wantV/bias2) + eps)
		b.near([]float64{wantP}, got[0])
		b.near([]float64{wantM}, got[1])
		b.near([]float64{wantV}, got[2])
	}
	b.near([]float64{0.25, 4}, flat(b.run("clip_factor", nil, b.f([]int{1}, 16), b.f([]int{1}, 1))))
	b.near([]float64{1, 4}, flat(b.run("clip_factor", nil, b.f([]int{1}, 16), b.f([]int{1}, 0))))
	b.near([]float64{1, 0}, flat(b.run("clip_factor", nil, b.f([]int{1}, 0), b.f([]int{1}, 1))))
}

func flat(xs [][]float64) (all []float64) {
	for _, x := range xs {
		all = append(all, x...)
	}
	return all
}

func TestCacheBeyondItsEndPanics(t *testing.T) {
	b := table{t, New[float64]()}
	cache, x := b.f([]int{1, 2, 1}, 0, 0), b.f([]int{1, 1, 1}, 7)
	b.near([]float64{0, 7}, b.run("cache_write", nil, cache, x, b.i(1))[0])
	assert.Panics(t, func() { b.run("cache_write", nil, cache, x, b.i(2)) })
}
