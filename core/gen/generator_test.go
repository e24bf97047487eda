package gen

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"sprout/core/autograd"
	"sprout/core/backend"
	"sprout/core/backend/ref"
	"sprout/core/backend/simd"
	"sprout/core/nn"
	"sprout/core/tensor"
	"sprout/core/text"
)

var small = nn.Config{
	Vocab: 261, Layers: 2, Heads: 4, KVHeads: 2, Channels: 32, Hidden: 48, Context: 24,
	RopeTheta: 10000, NormEps: 1e-5,
}

// model has large weights, so that its distributions are far from uniform and
// depend on all of the context.
func model(t testing.TB, be backend.Backend, cfg nn.Config) *nn.Params {
	p, err := nn.NewParams(be, cfg)
	require.NoError(t, err)
	require.NoError(t, p.Init(1))
	for _, q := range p.List {
		if q.Matrix() {
			w := make([]float32, q.Shape.Len())
			require.NoError(t, be.Read(w, q.In(p.Slab)))
			for i := range w {
				w[i] *= 8
			}
			require.NoError(t, be.Write(q.In(p.Slab), w))
		}
	}
	return p
}

func onBackends(t *testing.T, f func(t *testing.T, p *nn.Params)) {
	for name, be := range map[string]backend.Backend{"ref": ref.New[float32](), "simd": simd.New()} {
		t.Run(name, func(t *testing.T) { f(t, model(t, be, small)) })
	}
}

// fullLogits are the logits [T,V] of one whole sequence, without a cache.
func fullLogits(t *testing.T, p *nn.Params, tokens []int32) []float32 {
	tape, T := autograd.NewTape(), len(tokens)
	in := nn.Input{Tokens: tape.Input(tensor.I32, 1, T), Pos: tape.Input(tensor.I32, 1, T), Start: tape.Input(tensor.I32, 1)}
	out := p.Forward(tape, in, nn.Options{})
	plan, err := tape.Compile(p.Backend(), out.Logits)
	require.NoError(t, err)
	defer plan.Close()
	pos := make([]int32, T)
	for i := range pos {
		pos[i] = int32(i)
	}
	require.NoError(t, p.Backend().WriteInts(plan.At(in.Tokens), tokens))
	require.NoError(t, p.Backend().WriteInts(plan.At(in.Pos), pos))
	require.NoError(t, plan.Run())
	logits := make([]float32, out.Logits.Len())
	require.NoError(t, p.Backend().Read(logits, plan.At(out.Logits)))
	return logits
}

func randomPrompt(n int, seed uint64) []int32 {
	r := tensor.NewRNG(seed)
	ids := make([]int32, n)
	for i := range ids {
		ids[i] = int32(5 + r.IntN(256))
	}
	return ids
}

// noStop never ends an answer before its length.
var noStop = []int32{-1}

// TestCacheGivesTheLogitsOfTheFullForward: bit for bit, for prompts of
// different lengths in one batch, at every position to the end of the context.
func TestCacheGivesTheLogitsOfTheFullForward(t *testing.T) {
	onBackends(t, func(t *testing.T, p *nn.Params) {
		V := small.Vocab
		for _, lengths := range [][]int{{1}, {5}, {23}, {1, 9, 3}, {16, 17, 2, 8}} {
			g, err := New(p, len(lengths), nil)
			require.NoError(t, err)
			var prompts [][]int32
			for i, n := range lengths {
				prompts = append(prompts, randomPrompt(n, uint64(i)))
			}
			seen := make([][]float32, len(lengths)) // logits before each token
			out, err := g.Generate(prompts, Options{
				Sampling: Sampling{Temperature: 1}, Stop: noStop,
				OnToken: func(tok *Token) error {
					place := slices.Index(g.places, tok.Row)
					seen[tok.Row] = append(seen[tok.Row], g.logits[place*V:(place+1)*V]...)
					return nil
				},
			})
			require.NoError(t, err)
			for i, s := range out {
				require.Equal(t, StopContext, s.Stop)
				require.Len(t, s.Tokens, small.Context-lengths[i]+1)
				whole := append(append([]int32{}, prompts[i]...), s.Tokens[:len(s.Tokens)-1]...)
				want := fullLogits(t, p, whole)[(lengths[i]-1)*V:]
				require.Equal(t, want, seen[i], "prompts of %v, row %d", lengths, i)
			}
			g.Close()
		}
	})
}

// TestRowsThatEndMakeRoom: with answers of very different lengths most are
// computed in fewer rows than there are prompts, and each is what it is alone.
func TestRowsThatEndMakeRoom(t *testing.T) {
	onBackends(t, func(t *testing.T, p *nn.Params) {
		one, err := New(p, 1, nil)
		require.NoError(t, err)
		many, err := New(p, 11, nil)
		require.NoError(t, err)
		for _, slide := range []bool{false, true} {
			var stop []int32 // one token in four
			for id := int32(8); id < int32(small.Vocab); id += 4 {
				stop = append(stop, id)
			}
			o := Options{Sampling: Sampling{Temperature: 1}, MaxTokens: 40, Stop: stop, Slide: slide}
			var prompts [][]int32
			for i := range 11 {
				prompts = append(prompts, randomPrompt(1+2*(i*5%11), uint64(i)))
			}
			used := map[int]bool{}
			o.OnToken = func(*Token) error {
				used[len(many.places)] = true
				return nil
			}
			together, err := many.Generate(prompts, o)
			require.NoError(t, err)
			assert.Greater(t, len(used), 2, "the rows never moved together: %v", used)
			o.OnToken = nil
			for i, prompt := range prompts {
				o.First = uint64(i)
				alone, err := one.Generate([][]int32{prompt}, o)
				require.NoError(t, err)
				assert.Equal(t, alone[0], together[i], "row %d", i)
			}
		}
	})
}

func TestFewestRows(t *testing.T) {
	for _, c := range [][3]int{{1, 1, 1}, {2, 1, 1}, {2, 2, 2}, {24, 13, 24}, {24, 12, 12}, {24, 4, 6}, {11, 6, 6}, {11, 3, 3}, {11, 1, 1}} {
		assert.Equal(t, c[2], fewestRows(c[0], c[1]), "%d of %d", c[1], c[0])
	}
}

func TestAnswersDependOnSeedAndIndexAlone(t *testing.T) {
	onBackends(t, func(t *testing.T, p *nn.Params) {
		one, err := New(p, 1, nil)
		require.NoError(t, err)
		many, err := New(p, 5, nil)
		require.NoError(t, err)
		o := Options{Sampling: Sampling{Temperature: 1, TopK: 50, TopP: .95}, MaxTokens: 12, Seed: 3, Step: 4}
		prompts := [][]int32{randomPrompt(3, 1), nil, randomPrompt(9, 2), randomPrompt(3, 1)}
		together, err := many.Generate(prompts, o)
		require.NoError(t, err)
		for i, prompt := range prompts {
			alone := o
			alone.First = uint64(i)
			s, err := one.Generate([][]int32{prompt}, alone)
			require.NoError(t, err)
			assert.Equal(t, together[i], s[0])
		}
		assert.NotEqual(t, together[0].Tokens, together[3].Tokens, "equal prompts draw from streams of their own")
		o.Seed = 5
		other, err := many.Generate(prompts, o)
		require.NoError(t, err)
		assert.NotEqual(t, together[0].Tokens, other[0].Tokens)
	})
}

func TestLogProbsAreTheModels(t *testing.T) {
	p := model(t, simd.New(), small)
	g, err := New(p, 1, nil)
	require.NoError(t, err)
	prompt := randomPrompt(4, 9)
	out, err := g.Generate([][]int32{prompt}, Options{Sampling: Sampling{Temperature: 0.7, TopK: 20}, MaxTokens: 10, Stop: noStop})
	require.NoError(t, err)
	s := out[0]
	logits := fullLogits(t, p, append(append([]int32{}, prompt...), s.Tokens...))
	for i, id := range s.Tokens {
		at := logits[(len(prompt)+i-1)*small.Vocab:][:small.Vocab]
		assert.InDelta(t, math.Log(slowDistribution(at, Sampling{Temperature: 1})[id]), s.ModelLogProbs[i], 1e-6)
		assert.InDelta(t, math.Log(slowDistribution(at, Sampling{Temperature: 0.7, TopK: 20})[id]), s.LogProbs[i], 1e-6)
	}
}

func TestStops(t *testing.T) {
	p := model(t, simd.New(), small)
	g, err := New(p, 2, nil)
	require.NoError(t, err)
	prompts := [][]int32{randomPrompt(4, 1), randomPrompt(6, 2)}
	free, err := g.Generate(prompts, Options{Sampling: Sampling{Temperature: 1}, MaxTokens: 8, Stop: noStop})
	require.NoError(t, err)
	assert.Equal(t, StopLength, free[0].Stop)
	assert.Len(t, free[0].Tokens, 8)

	// The third token of row 0 as stop token: row 1 goes on as before.
	out, err := g.Generate(prompts, Options{Sampling: Sampling{Temperature: 1}, MaxTokens: 8, Stop: free[0].Tokens[2:3]})
	require.NoError(t, err)
	assert.Equal(t, StopEOS, out[0].Stop)
	assert.Equal(t, free[0].Tokens[:3], out[0].Tokens)
	assert.Len(t, out[0].LogProbs, 3)
	assert.Equal(t, free[1], out[1])

	n := 0
	out, err = g.Generate(prompts[:1], Options{Sampling: Sampling{Temperature: 1}, Stop: noStop, OnToken: func(*Token) error {
		if n++; n == 3 {
			return ErrStop
		}
		return nil
	}})
	require.NoError(t, err)
	assert.Equal(t, StopCalled, out[0].Stop)
	assert.Equal(t, free[0].Tokens[:3], out[0].Tokens)

	_, err = g.Generate(prompts, Options{OnToken: func(*Token) error { return assert.AnError }})
	assert.ErrorIs(t, err, assert.AnError)
	_, err = g.Generate(prompts, Options{Sampling: Sampling{TopK: -1}})
	assert.Error(t, err)
}

func TestSlidingForgetsTheFirstHalf(t *testing.T) {
	onBackends(t, func(t *testing.T, p *nn.Params) {
		g, err := New(p, 2, nil)
		require.NoError(t, err)
		prompts := [][]int32{randomPrompt(20, 1), randomPrompt(3, 2)}
		o := Options{MaxTokens: 40, Stop: noStop, Slide: true, Sampling: Sampling{Temperature: 1}}
		out, err := g.Generate(prompts, o)
		require.NoError(t, err)
		C, V := small.Context, small.Vocab
		for i, s := range out {
			require.Len(t, s.Tokens, 40)
			history := append(append([]int32{}, prompts[i]...), s.Tokens...)
			start := 0
			for n := len(prompts[i]); n < len(history); n++ {
				if n-start > C {
					start = n - C/2
				}
				logits := fullLogits(t, p, history[start:n])
				c := logits[(n-start-1)*V:]
				want := math.Log(slowDistribution(c, Sampling{Temperature: 1})[history[n]])
				require.InDelta(t, want, s.ModelLogProbs[n-len(prompts[i])], 1e-6, "row %d token %d", i, n)
			}
		}
		// A prompt longer than the context keeps its end.
		long := randomPrompt(60, 3)
		a, err := g.Generate([][]int32{long}, Options{MaxTokens: 4, Stop: noStop})
		require.NoError(t, err)
		b, err := g.Generate([][]int32{long[60-C/2:]}, Options{MaxTokens: 4, Stop: noStop})
		require.NoError(t, err)
		assert.Equal(t, b, a)
	})
}

func TestStreaming(t *testing.T) {
	p := model(t, simd.New(), small)
	g, err := New(p, 2, nil)
	require.NoError(t, err)
	tok := text.NewByte()
	var streamed [2]strings.Builder
	seen := 0
	o := Options{Sampling: Sampling{Temperature: 1}, MaxTokens: 18, Top: 4, Decode: tok, OnToken: func(tk *Token) error {
		assert.Len(t, tk.Top, 4)
		sum := 0.0
		for i, c := range tk.Top {
			sum += c.P
			if i > 0 {
				assert.LessOrEqual(t, c.P, tk.Top[i-1].P)
			}
			if c.ID == tk.ID {
				assert.InDelta(t, math.Exp(tk.ModelLogProb), c.P, 1e-9)
			}
		}
		assert.LessOrEqual(t, sum, 1+1e-9)
		streamed[tk.Row].WriteString(tk.Delta)
		seen++
		return nil
	}}
	out, err := g.Generate([][]int32{nil, tok.Encode("中")[:2]}, o)
	require.NoError(t, err)
	total := 0
	for i, s := range out {
		total += len(s.Tokens)
		assert.Equal(t, string([]rune(string(tok.Decode(s.Tokens)))), streamed[i].String())
	}
	assert.Equal(t, total, seen)
}

func TestDecodingAllocatesNothingPerToken(t *testing.T) {
	p := model(t, simd.New(), small)
	g, err := New(p, 2, nil)
	require.NoError(t, err)
	prompts := [][]int32{randomPrompt(3, 1), randomPrompt(4, 2)}
	run := func(n int) func() {
		o := Options{Sampling: Sampling{Temperature: 1, TopK: 40, TopP: .9}, MaxTokens: n, Stop: noStop, Top: 5, OnToken: func(*Token) error { return nil }}
		return func() { _, _ = g.Generate(prompts, o) }
	}
	run(20)() // warm up
	assert.Equal(t, testing.AllocsPerRun(20, run(2)), testing.AllocsPerRun(20, run(20)))
}

func TestGeneratorFollowsTheWeights(t *testing.T) {
	p := model(t, simd.New(), small)
	g, err := New(p, 1, nil)
	require.NoError(t, err)
	o := Options{MaxTokens: 8, Stop: noStop}
	before, err := g.Generate([][]int32{{7, 8}}, o)
	require.NoError(t, err)
	require.NoError(t, p.Init(99))
	after, err := g.Generate([][]int32{{7, 8}}, o)
	require.NoError(t, err)
	assert.NotEqual(t, before[0].ModelLogProbs, after[0].ModelLogProbs)
}

func BenchmarkDecode(b *testing.B) {
	preset, err := nn.FindPreset("sprout")
	require.NoError(b, err)
	for _, batch := range []int{1, 8} {
		b.Run(fmt.Sprintf("batch=%d", batch), func(b *testing.B) {
			p := model(b, simd.New(), preset.For(86))
			g, err := New(p, batch, nil)
			require.NoError(b, err)
			prompts := make([][]int32, batch)
			tokens := 0
			for b.Loop() {
				out, err := g.Generate(prompts, Options{Sampling: Sampling{Temperature: .8, TopK: 40}, Stop: noStop})
				require.NoError(b, err)
				tokens += batch * len(out[0].Tokens)
			}
			b.ReportMetric(float64(tokens)/b.Elapsed().Seconds(), "tokens/s")
		})
	}
}
