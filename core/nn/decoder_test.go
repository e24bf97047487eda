package nn

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"sprout/core/autograd"
	"sprout/core/backend"
	"sprout/core/backend/ref"
	"sprout/core/backend/simd"
	"sprout/core/tensor"
)

var small = Config{
	Vocab: 11, Layers: 2, Heads: 4, KVHeads: 2, Channels: 16, Hidden: 24, Context: 32,
	RopeTheta: 10000, NormEps: 1e-5,
}

// backends compute every test of this package, each as a fresh one.
func backends(t *testing.T) map[string]backend.Backend {
	t.Helper()
	return map[string]backend.Backend{"ref": ref.New[float32](), "simd": simd.New()}
}

// onBackends runs a test on each backend with the model's weights drawn large,
// so that attention is far from uniform.
func onBackends(t *testing.T, cfg Config, f func(t *testing.T, p *Params)) {
	for name, be := range backends(t) {
		t.Run(name, func(t *testing.T) {
			p, err := NewParams(be, cfg)
			require.NoError(t, err)
			defer p.Close()
			require.NoError(t, p.Init(1))
			for _, q := range p.List {
				if q.Matrix() {
					data := make([]float32, q.Shape.Len())
					require.NoError(t, be.Read(data, q.In(p.Slab)))
					for i := range data {
						data[i] *= 15
					}
					require.NoError(t, be.Write(q.In(p.Slab), data))
				}
			}
			f(t, p)
		})
	}
}

// pass is a recorded forward pass of B rows of T tokens.
type pass struct {
	p      *Params
	in     Input
	out    Output
	plan   *autograd.Plan
	logits []float32
}

func newPass(t *testing.T, p *Params, B, T int, cache []KV, withFrom bool) *pass {
	t.Helper()
	tape := autograd.NewTape()
	f := &pass{p: p, in: Input{
		Tokens: tape.Input(tensor.I32, B, T), Pos: tape.Input(tensor.I32, B, T),
		Start: tape.Input(tensor.I32, B), Cache: cache,
	}}
	if withFrom {
		f.in.From = tape.Input(tensor.I32, B, T)
	}
	f.out = p.Forward(tape, f.in, Options{})
	var err error
	f.plan, err = tape.Compile(p.Backend(), f.out.Logits)
	require.NoError(t, err)
	f.logits = make([]float32, f.out.Logits.Len())
	return f
}

// run gives the logits [B·T,V] of tokens whose first position is start.
func (f *pass) run(t *testing.T, tokens []int32, start, from []int32) []float32 {
	t.Helper()
	be := f.p.Backend()
	T := f.in.Tokens.Shape[1]
	pos := make([]int32, len(tokens))
	for i := range pos {
		pos[i] = start[i/T] + int32(i%T)
	}
	require.NoError(t, be.WriteInts(f.plan.At(f.in.Tokens), tokens))
	require.NoError(t, be.WriteInts(f.plan.At(f.in.Pos), pos))
	if f.in.Cache == nil {
		start = make([]int32, len(start))
	}
	require.NoError(t, be.WriteInts(f.plan.At(f.in.Start), start))
	if from != nil {
		require.NoError(t, be.WriteInts(f.plan.At(f.in.From), from))
	}
	require.NoError(t, f.plan.Run())
	require.NoError(t, be.Read(f.logits, f.plan.At(f.out.Logits)))
	return append([]float32(nil), f.logits...)
}

func tokens(n, vocab int, seed uint64) []int32 {
	rng := tensor.NewRNG(seed)
	ids := make([]int32, n)
	for i := range ids {
		ids[i] = int32(rng.IntN(vocab))
	}
	return ids
}

// A later token changes no logit before it, not by a bit.
func TestForwardIsCausal(t *testing.T) {
	onBackends(t, small, func(t *testing.T, p *Params) {
		const T, V = 13, 11
		f := newPass(t, p, 1, T, nil, false)
		ids := tokens(T, V, 2)
		before := f.run(t, ids, []int32{0}, nil)
		for at := 1; at < T; at++ {
			changed := append([]int32(nil), ids...)
			changed[at] = (changed[at] + 1) % V
			after := f.run(t, changed, []int32{0}, nil)
			require.Equal(t, before[:at*V], after[:at*V])
			require.NotEqual(t, before[at*V:(at+1)*V], after[at*V:(at+1)*V])
		}
	})
}

// Prefill and single steps through the cache give the bits of the full pass,
// in two rows that stand at different positions.
func TestCacheGivesTheSameBits(t *testing.T) {
	onBackends(t, small, func(t *testing.T, p *Params) {
		const T, V, B = 12, 11, 2
		ids := tokens(B*T, V, 3)
		full := newPass(t, p, B, T, nil, false).run(t, ids, []int32{0, 0}, nil)

		var cache []KV
		for range p.Config.Layers {
			var kv KV
			for _, x := range []*tensor.Tensor{&kv.Keys, &kv.Values} {
				shape := p.Config.CacheShape(B, 20)
				buf, err := p.Backend().Alloc(tensor.F32, shape.Len())
				require.NoError(t, err)
				*x = tensor.Tensor{Buf: buf, Shape: shape}
			}
			cache = append(cache, kv)
		}
		prefill, step := newPass(t, p, B, 5, cache, false), newPass(t, p, B, 1, cache, false)
		first := prefill.run(t, append(append([]int32(nil), ids[:5]...), ids[T:T+5]...), []int32{0, 0}, nil)
		require.Equal(t, full[:5*V], first[:5*V])
		require.Equal(t, full[T*V:(T+5)*V], first[5*V:])

		// Row 1 goes back to position 3: what it wrote later must not be seen.
		at := [B]int32{5, 3}
		for range 7 {
			got := step.run(t, []int32{ids[at[0]], ids[T+at[1]]}, []int32{at[0], at[1]}, nil)
			for b := range B {
				row := (b*T + int(at[b])) * V
				require.Equal(t, full[row:row+V], got[b*V:(b+1)*V], "row %d position %d", b, at[b])
				at[b]++
			}
		}
	})
}

// A document packed behind another, its queries starting at its own first key,
// is read as if it stood alone at those positions.
func TestFromSeparatesDocuments(t *testing.T) {
	onBackends(t, small, func(t *testing.T, p *Params) {
		const T, V, cut = 10, 11, 4
		ids := tokens(T, V, 4)
		from := make([]int32, T)
		for i := cut; i < T; i++ {
			from[i] = cut
		}
		f := newPass(t, p, 1, T, nil, true)
		packed := f.run(t, ids, []int32{0}, from)
		other := append(tokens(cut, V, 5), ids[cut:]...)
		require.Equal(t, packed[cut*V:], f.run(t, other, []int32{0}, from)[cut*V:])
	})
}

// Only differences of positions count.
func TestPositionsAreRelative(t *testing.T) {
	onBackends(t, small, func(t *testing.T, p *Params) {
		const T, V = 8, 11
		f := newPass(t, p, 1, T, nil, false)
		ids := tokens(T, V, 6)
		near, far := f.run(t, ids, []int32{0}, nil), f.run(t, ids, []int32{17}, nil)
		for i := range near {
			require.InDelta(t, near[i], far[i], 2e-3)
		}
		require.NotEqual(t, near, far)
	})
}

// Grouped-query attention whose key-value heads are copies of each other is
// multi-head attention with those copies written out.
func TestGroupedQueriesShareHeads(t *testing.T) {
	onBackends(t, small, func(t *testing.T, p *Params) {
		cfg := p.Config
		cfg.KVHeads = cfg.Heads
		wide, err := NewParams(p.Backend(), cfg)
		require.NoError(t, err)
		D, C, group := cfg.HeadDim(), cfg.Channels, cfg.Heads/p.Config.KVHeads
		weights := map[string][]float32{}
		require.NoError(t, p.Dump(func(name string, shape tensor.Shape, data []float32) {
			if len(shape) == 2 && shape[0] == p.Config.KVChannels() {
				var out []float32
				for h := range cfg.Heads {
					out = append(out, data[h/group*D*C:(h/group+1)*D*C]...)
				}
				data = out
			}
			weights[name] = data
		}))
		require.NoError(t, wide.Load(func(n string) []float32 { return weights[n] }))
		ids := tokens(9, cfg.Vocab, 7)
		require.Equal(t,
			newPass(t, p, 1, 9, nil, false).run(t, ids, []int32{0}, nil),
			newPass(t, wide, 1, 9, nil, false).run(t, ids, []int32{0}, nil))
	})
}

// Rows of a batch do not see each other, and a row's bits do not depend on how
// many there are.
func TestRowsAreIndependent(t *testing.T) {
	onBackends(t, small, func(t *testing.T, p *Params) {
		const T, V = 7, 11
		ids := tokens(3*T, V, 8)
		all := newPass(t, p, 3, T, nil, false).run(t, ids, []int32{0, 0, 0}, nil)
		one := newPass(t, p, 1, T, nil, false)
		for b := range 3 {
			require.Equal(t, all[b*T*V:(b+1)*T*V], one.run(t, ids[b*T:(b+1)*T], []int32{0}, nil))
		}
	})
}

// Options.Last picks rows before the head; a page reads the attention off Q, K
// and LSE.
func TestInsides(t *testing.T) {
	onBackends(t, small, func(t *testing.T, p *Params) {
		const T, V = 6, 11
		ids := tokens(T, V, 9)
		full := newPass(t, p, 1, T, nil, false).run(t, ids, []int32{0}, nil)

		tape := autograd.NewTape()
		in := Input{Tokens: tape.Input(tensor.I32, 1, T), Pos: tape.Input(tensor.I32, 1, T), Start: tape.Input(tensor.I32, 1)}
		last := tape.Input(tensor.I32, 1)
		out := p.Forward(tape, in, Options{Last: last})
		l1 := out.Layers[1]
		plan, err := tape.Compile(p.Backend(), out.Logits, l1.Q, l1.K, l1.LSE)
		require.NoError(t, err)
		be := p.Backend()
		require.NoError(t, be.WriteInts(plan.At(in.Tokens), ids))
		require.NoError(t, be.WriteInts(plan.At(in.Pos), []int32{0, 1, 2, 3, 4, 5}))
		require.NoError(t, be.WriteInts(plan.At(last), []int32{T - 1}))
		require.NoError(t, plan.Run())
		read := func(x tensor.Tensor) []float32 {
			d := make([]float32, x.Len())
			require.NoError(t, be.Read(d, plan.At(x)))
			return d
		}
		require.Equal(t, full[(T-1)*V:], read(out.Logits))

		q, k, lse := read(l1.Q), read(l1.K), read(l1.LSE)
		D, C, KC := p.Config.HeadDim(), p.Config.Channels, p.Config.KVChannels()
		for h := range p.Config.Heads {
			for i := range T {
				sum := 0.0
				for j := range i + 1 {
					dot := 0.0
					for d := range D {
						dot += float64(q[i*C+h*D+d]) * float64(k[j*KC+h*p.Config.KVHeads/p.Config.Heads*D+d])
					}
					sum += math.Exp(dot/math.Sqrt(float64(D)) - float64(lse[h*T+i]))
				}
				require.InDelta(t, 1, sum, 1e-4)
			}
		}
	})
}

// A Linear of a stage's own sees every projection, by its full name.
func TestLinearHook(t *testing.T) {
	p, err := NewParams(ref.New[float32](), small)
	require.NoError(t, err)
	tape := autograd.NewTape()
	in := Input{Tokens: tape.Input(tensor.I32, 1, 2), Pos: tape.Input(tensor.I32, 1, 2), Start: tape.Input(tensor.I32, 1)}
	seen := map[string]bool{}
	p.Forward(tape, in, Options{NoHead: true, Linear: func(t *autograd.Tape, x, w tensor.Tensor, name string) tensor.Tensor {
		seen[name] = true
		return Dense(t, x, w, name)
	}})
	var want int
	for _, q := range p.List {
		if q.Matrix() && q.Name != Embed {
			want++
			require.True(t, seen[q.Name], q.Name)
		}
	}
	require.Len(t, seen, want)
}

// At the start the model knows nothing: its loss is ln V.
func TestLossAtInitIsLnV(t *testing.T) {
	for _, V := range []int{65, 256} {
		t.Run(fmt.Sprint(V), func(t *testing.T) {
			cfg := small
			cfg.Vocab = V
			p, err := NewParams(ref.New[float32](), cfg)
			require.NoError(t, err)
			require.NoError(t, p.Init(3))
			const T = 16
			logits := newPass(t, p, 1, T, nil, false).run(t, tokens(T, V, 1), []int32{0}, nil)
			targets := tokens(T, V, 2)
			sum := 0.0
			for i, id := range targets {
				z := 0.0
				for _, x := range logits[i*V : (i+1)*V] {
					z += math.Exp(float64(x))
				}
				sum += math.Log(z) - float64(logits[i*V+int(id)])
			}
			require.InDelta(t, math.Log(float64(V)), sum/T, 0.05)
		})
	}
}

func TestForwardPanicsOnWrongCaches(t *testing.T) {
	p, err := NewParams(ref.New[float32](), small)
	require.NoError(t, err)
	tape := autograd.NewTape()
	in := Input{Tokens: tape.Input(tensor.I32, 1, 2), Pos: tape.Input(tensor.I32, 1, 2), Start: tape.Input(tensor.I32, 1), Cache: make([]KV, 1)}
	require.PanicsWithValue(t, "nn: forward of tokens i32[1 2] with 1 caches for 2 layers", func() { p.Forward(tape, in, Options{}) })
}
