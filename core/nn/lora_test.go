package nn

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"sprout/core/autograd"
	"sprout/core/backend"
	"sprout/core/backend/ref"
	"sprout/core/tensor"
)

var everywhere = AdapterConfig{Rank: 3, Alpha: 6, Targets: AdapterTargets()}

func newAdapter(t *testing.T, p *Params, cfg AdapterConfig, seed uint64) *Adapter {
	t.Helper()
	a, err := NewAdapter(p, cfg)
	require.NoError(t, err)
	t.Cleanup(a.Close)
	require.NoError(t, a.Init(seed))
	return a
}

// teach gives every weight of an adapter a random value, as training would.
func teach(t *testing.T, a *Adapter, seed uint64) {
	t.Helper()
	rng := tensor.NewRNG(seed)
	for _, q := range a.List {
		data := make([]float32, q.Shape.Len())
		require.NoError(t, a.be.Read(data, q.In(a.Slab)))
		for i := range data {
			if q.Matrix() {
				data[i] = float32(rng.Normal()) / 4
			} else {
				data[i] *= 1 + float32(rng.Normal())/4
			}
		}
		require.NoError(t, a.be.Write(q.In(a.Slab), data))
	}
}

func slabOf(t *testing.T, be backend.Backend, slab tensor.Tensor) []uint32 {
	t.Helper()
	data := make([]float32, slab.Len())
	require.NoError(t, be.Read(data, slab))
	return bitsOf(data)
}

func bitsOf(x []float32) []uint32 {
	out := make([]uint32, len(x))
	for i, v := range x {
		out[i] = math.Float32bits(v)
	}
	return out
}

// logitsWith are those of a fixed text, through a Linear or nil.
func logitsWith(t *testing.T, p *Params, linear Linear) []float32 {
	t.Helper()
	f := newPassWith(t, p, linear)
	defer f.plan.Close()
	return f.run(t, tokens(2*9, p.Config.Vocab, 4), []int32{0, 0}, nil)
}

func newPassWith(t *testing.T, p *Params, linear Linear) *pass {
	t.Helper()
	tape := autograd.NewTape()
	f := &pass{p: p, in: Input{
		Tokens: tape.Input(tensor.I32, 2, 9), Pos: tape.Input(tensor.I32, 2, 9), Start: tape.Input(tensor.I32, 2),
	}}
	f.out = p.Forward(tape, f.in, Options{Linear: linear})
	var err error
	f.plan, err = tape.Compile(p.Backend(), f.out.Logits)
	require.NoError(t, err)
	f.logits = make([]float32, f.out.Logits.Len())
	return f
}

func requireClose(t *testing.T, want, got []float32, rel float64) {
	t.Helper()
	diff, size := 0.0, 0.0
	for i := range want {
		diff += math.Pow(float64(want[i])-float64(got[i]), 2)
		size += math.Pow(float64(want[i]), 2)
	}
	require.Less(t, math.Sqrt(diff/size), rel)
}

// A fresh adapter changes not a bit, and neither does one that has learnt and is
// switched off, whether by its absence or by strength 0.
func TestAdapterOffIsTheModelBitForBit(t *testing.T) {
	onBackends(t, small, func(t *testing.T, p *Params) {
		before := slabOf(t, p.be, p.Slab)
		base := bitsOf(logitsWith(t, p, nil))
		a := newAdapter(t, p, everywhere, 1)
		f := newPassWith(t, p, a.Linear)
		run := func() []uint32 { return bitsOf(f.run(t, tokens(2*9, small.Vocab, 4), []int32{0, 0}, nil)) }
		require.Equal(t, base, run(), "fresh")
		teach(t, a, 2)
		require.NotEqual(t, base, run(), "it does change the model")
		require.NoError(t, a.SetStrength(0))
		require.Equal(t, base, run(), "strength 0")
		require.Equal(t, base, bitsOf(logitsWith(t, p, nil)), "without its Linear")
		require.Equal(t, before, slabOf(t, p.be, p.Slab), "the model has not changed")
	})
}

// What is plugged in is in every pass that does not say otherwise, and is closed
// with the model.
func TestPluggedIn(t *testing.T) {
	p, err := NewParams(ref.New[float32](), small)
	require.NoError(t, err)
	require.NoError(t, p.Init(3))
	a, err := NewAdapter(p, everywhere)
	require.NoError(t, err)
	require.NoError(t, a.Init(1))
	teach(t, a, 2)
	base, with := logitsWith(t, p, nil), logitsWith(t, p, a.Linear)
	p.Adapter = a
	require.Equal(t, with, logitsWith(t, p, nil))
	require.Equal(t, base, logitsWith(t, p, Dense))
	p.Adapter = nil
	require.Equal(t, base, logitsWith(t, p, nil))
	p.Adapter = a
	p.Close()
	require.Nil(t, p.Adapter)
	require.True(t, a.Slab.IsNone())
}

func TestDoRABeginsAsTheModel(t *testing.T) {
	onBackends(t, small, func(t *testing.T, p *Params) {
		cfg := everywhere
		cfg.DoRA = true
		a := newAdapter(t, p, cfg, 1)
		base := logitsWith(t, p, nil)
		requireClose(t, base, logitsWith(t, p, a.Linear), 1e-5)
		teach(t, a, 2)
		require.NotEqual(t, base, logitsWith(t, p, a.Linear))
		require.Equal(t, bitsOf(base), bitsOf(logitsWith(t, p, nil)))
	})
}

// Merged weights give what the adapter gives, and unmerging gives the bits back.
func TestMergeAndUnmerge(t *testing.T) {
	for name, dora := range map[string]bool{"LoRA": false, "DoRA": true} {
		t.Run(name, func(t *testing.T) {
			onBackends(t, small, func(t *testing.T, p *Params) {
				cfg := AdapterConfig{Rank: 3, Alpha: 6, Targets: []string{"q_proj", "v_proj", "down_proj"}, DoRA: dora}
				a := newAdapter(t, p, cfg, 1)
				teach(t, a, 2)
				before := slabOf(t, p.be, p.Slab)
				base, with := logitsWith(t, p, nil), logitsWith(t, p, a.Linear)

				dumped := map[string][]float32{}
				require.NoError(t, a.DumpMerged(func(name string, _ tensor.Shape, data []float32) { dumped[name] = data }))
				require.Equal(t, before, slabOf(t, p.be, p.Slab), "dumping changes nothing")
				require.Len(t, dumped, len(p.List))

				m, err := a.Merge()
				require.NoError(t, err)
				requireClose(t, with, logitsWith(t, p, nil), 1e-5)
				require.NoError(t, p.Dump(func(name string, _ tensor.Shape, data []float32) {
					require.Equal(t, data, dumped[name], name)
				}))
				require.NoError(t, m.Unmerge())
				require.Equal(t, before, slabOf(t, p.be, p.Slab))
				require.Equal(t, bitsOf(base), bitsOf(logitsWith(t, p, nil)))
			})
		})
	}
}

// A row of a batch and a token of a cache do not see that there is an adapter:
// decoding gives the bits of the full pass.
func TestAdapterDecodesTheSameBits(t *testing.T) {
	onBackends(t, small, func(t *testing.T, p *Params) {
		a := newAdapter(t, p, everywhere, 1)
		teach(t, a, 2)
		full := logitsWith(t, p, a.Linear)[:9*small.Vocab]
		cache := make([]KV, small.Layers)
		for l := range cache {
			for _, x := range []*tensor.Tensor{&cache[l].Keys, &cache[l].Values} {
				shape := small.CacheShape(1, small.Context)
				buf, err := p.be.Alloc(tensor.F32, shape.Len())
				require.NoError(t, err)
				*x = tensor.Tensor{Buf: buf, Shape: shape}
			}
		}
		tape := autograd.NewTape()
		f := &pass{p: p, in: Input{
			Tokens: tape.Input(tensor.I32, 1, 1), Pos: tape.Input(tensor.I32, 1, 1), Start: tape.Input(tensor.I32, 1), Cache: cache,
		}}
		f.out = p.Forward(tape, f.in, Options{Linear: a.Linear})
		var err error
		f.plan, err = tape.Compile(p.be, f.out.Logits)
		require.NoError(t, err)
		f.logits = make([]float32, small.Vocab)
		for i, id := range tokens(2*9, small.Vocab, 4)[:9] {
			require.Equal(t, bitsOf(full[i*small.Vocab:(i+1)*small.Vocab]), bitsOf(f.run(t, []int32{id}, []int32{int32(i)}, nil)))
		}
	})
}

// lossOf records a random weighting of all logits and its gradient.
type lossOf struct {
	be    *ref.Backend[float64]
	plan  *autograd.Plan
	loss  tensor.Tensor
	grads []tensor.Tensor
	in    Input
}

func newLossOf(t *testing.T, p *Params, linear Linear, wrt []tensor.Tensor) *lossOf {
	t.Helper()
	be := p.be.(*ref.Backend[float64])
	tape := autograd.NewTape()
	const B, T = 2, 5
	f := &lossOf{be: be, in: Input{
		Tokens: tape.Input(tensor.I32, B, T), Pos: tape.Input(tensor.I32, B, T), Start: tape.Input(tensor.I32, B),
	}}
	logits := p.Forward(tape, f.in, Options{Linear: linear}).Logits
	seed := tape.Input(tensor.F32, logits.Shape...)
	one := tape.Input(tensor.F32, 1)
	f.loss = tape.Emit("sum", nil, tape.Emit("mul", nil, logits, seed)[0])[0]
	f.grads = tape.Backward(f.loss, one, wrt...)
	var err error
	f.plan, err = tape.Compile(be, append([]tensor.Tensor{f.loss}, f.grads...)...)
	require.NoError(t, err)
	rng := tensor.NewRNG(9)
	weights := make([]float64, seed.Len())
	for i := range weights {
		weights[i] = rng.Normal()
	}
	be.Write64(f.plan.At(seed), weights)
	be.Write64(f.plan.At(one), []float64{1})
	require.NoError(t, be.WriteInts(f.plan.At(f.in.Tokens), tokens(B*T, p.Config.Vocab, 7)))
	require.NoError(t, be.WriteInts(f.plan.At(f.in.Pos), []int32{0, 1, 2, 3, 4, 0, 1, 2, 3, 4}))
	require.NoError(t, be.WriteInts(f.plan.At(f.in.Start), []int32{0, 0}))
	return f
}

func (f *lossOf) run(t *testing.T) float64 {
	t.Helper()
	require.NoError(t, f.plan.Run())
	return f.read(f.loss)[0]
}

func (f *lossOf) read(x tensor.Tensor) []float64 {
	out := make([]float64, x.Len())
	f.be.Read64(out, f.plan.At(x))
	return out
}

// The gradients of A, B and the magnitudes through the whole model, in float64
// against central differences along random directions.
func TestAdapterGradients(t *testing.T) {
	for name, dora := range map[string]bool{"LoRA": false, "DoRA": true} {
		t.Run(name, func(t *testing.T) {
			cfg := everywhere
			cfg.DoRA = dora
			p, err := NewParams(ref.New[float64](), small)
			require.NoError(t, err)
			require.NoError(t, p.Init(3))
			a := newAdapter(t, p, cfg, 1)
			teach(t, a, 2)
			var wrt []tensor.Tensor
			for _, q := range a.List {
				wrt = append(wrt, q.In(a.Slab))
			}
			f := newLossOf(t, p, a.Linear, wrt)
			f.run(t)
			rng := tensor.NewRNG(5)
			for i, q := range a.List {
				grad, at := f.read(f.grads[i]), f.read(wrt[i])
				moved, want := make([]float64, len(at)), 0.0
				direction := make([]float64, len(at))
				for j := range at {
					direction[j] = rng.Normal()
					want += grad[j] * direction[j]
				}
				const h = 1e-5
				diff := 0.0
				for _, sign := range []float64{1, -1} {
					for j := range at {
						moved[j] = at[j] + sign*h*direction[j]
					}
					f.be.Write64(wrt[i], moved)
					diff += sign * f.run(t)
				}
				f.be.Write64(wrt[i], at)
				require.InDelta(t, want, diff/(2*h), 1e-5*math.Max(1, math.Abs(want)), q.Name)
				f.run(t)
			}
		})
	}
}

// At the first step A has no gradient, because B is zero, and B has one: that
// order is what lets the adapter start as nothing and still learn.
func TestFirstStepMovesBAlone(t *testing.T) {
	p, err := NewParams(ref.New[float64](), small)
	require.NoError(t, err)
	require.NoError(t, p.Init(3))
	a := newAdapter(t, p, everywhere, 1)
	for name, pair := range a.pairs {
		f := newLossOf(t, p, a.Linear, []tensor.Tensor{pair.a, pair.b})
		f.run(t)
		for _, g := range f.read(f.grads[0]) {
			require.Zero(t, g, name)
		}
		size := 0.0
		for _, g := range f.read(f.grads[1]) {
			size += g * g
		}
		require.Greater(t, size, 0.0, name)
		f.plan.Close()
	}
}

// Each tensor draws from a stream of its own, whatever the other targets are
// given the same place.
func TestAdapterInit(t *testing.T) {
	p, err := NewParams(ref.New[float32](), small)
	require.NoError(t, err)
	require.NoError(t, p.Init(3))
	a, b := newAdapter(t, p, everywhere, 1), newAdapter(t, p, everywhere, 2)
	require.NotEqual(t, slabOf(t, p.be, a.Slab), slabOf(t, p.be, b.Slab))
	teach(t, b, 4)
	require.NoError(t, b.Init(1))
	require.Equal(t, slabOf(t, p.be, a.Slab), slabOf(t, p.be, b.Slab), "nothing is left of what was there")
	sum := 0.0
	A := a.pairs[InLayer(0, DownProj)].a
	data := make([]float32, A.Len())
	require.NoError(t, p.be.Read(data, A))
	for _, x := range data {
		sum += float64(x) * float64(x)
	}
	require.InEpsilon(t, 1/math.Sqrt(24), math.Sqrt(sum/float64(len(data))), 0.25)
}
