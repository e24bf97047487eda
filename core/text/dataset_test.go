package text

import (
	"math"
	"math/rand"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func dataset(t testing.TB, c *Corpus, tok *Tokenizer) *Dataset {
	d, err := NewDataset(c, tok, nil)
	require.NoError(t, err)
	return d
}

func TestStreamsJoinDocumentsWithEOS(t *testing.T) {
	c := &Corpus{
		Train:   []Doc{TextDoc("a"), {Turns: []Turn{{RoleUser, "q"}, {RoleAssistant, "r"}}}, {Turns: []Turn{{RoleUser, "q"}}}},
		HeldOut: []Doc{TextDoc("b")},
	}
	d := dataset(t, c, NewByte())
	b := func(c byte) uint16 { return uint16(firstByte) + uint16(c) }
	e, u, a := uint16(EOS), uint16(User), uint16(Assistant)
	assert.Equal(t, []uint16{e, b('a'), e, u, b('q'), a, b('r'), e, u, b('q'), e}, d.Train)
	assert.Equal(t, []uint16{e, b('b'), e}, d.HeldOut)

	d = dataset(t, CorpusFromText("x", []byte("0123456789")), NewByte())
	assert.Len(t, d.Train, 9)
	assert.Equal(t, []uint16{b('9')}, d.HeldOut)
}

func TestBlocksDoNotChangeTokens(t *testing.T) {
	tok := tokenizers(t)["bpe"]
	r := rand.New(rand.NewSource(9))
	var s strings.Builder
	for s.Len() < 300<<10 {
		s.WriteString(randomText(r) + sample)
	}
	c := &Corpus{Train: []Doc{TextDoc(s.String())}, Continuous: true}
	calls := 0
	d, err := NewDataset(c, tok, func(int) error { calls++; return nil })
	require.NoError(t, err)
	assert.Greater(t, calls, 2)
	assert.Equal(t, widen(nil, tok.Encode(s.String())), d.Train)
	_, err = NewDataset(c, tok, func(int) error { return assert.AnError })
	assert.ErrorIs(t, err, assert.AnError)
}

func TestBatchIsAPureFunction(t *testing.T) {
	d := dataset(t, CorpusFromText("x", []byte(sample)), NewByte())
	const B, T = 5, 16
	fill := func(seed uint64, step, rows int) ([]int32, []int32) {
		in, out := make([]int32, rows*T), make([]int32, rows*T)
		d.Batch(seed, step, rows, T, in, out)
		return in, out
	}
	in, out := fill(1, 7, B)
	in2, _ := fill(1, 7, B)
	assert.Equal(t, in, in2)
	for b := range B {
		assert.Equal(t, in[b*T+1:b*T+T], out[b*T:b*T+T-1], "targets are the inputs, one later")
	}
	few, _ := fill(1, 7, 2)
	assert.Equal(t, in[:2*T], few, "a row does not depend on the batch")
	other, _ := fill(1, 8, B)
	assert.NotEqual(t, in, other)
	other, _ = fill(2, 7, B)
	assert.NotEqual(t, in, other)
	assert.Zero(t, testing.AllocsPerRun(10, func() { d.Batch(3, 1, B, T, in, out) }))

	// Every start occurs, the last one included.
	d.Train = d.Train[:T+3]
	starts := map[int32]int{}
	d.Train[0], d.Train[1], d.Train[2] = 300, 301, 302
	for step := range 100 {
		d.Batch(0, step, 1, T, in[:T], out[:T])
		starts[in[0]]++
	}
	assert.Len(t, starts, 3)
}

func TestWindowsMeasureEveryTokenOnce(t *testing.T) {
	d := dataset(t, CorpusFromText("x", []byte(sample)), NewByte())
	for _, T := range []int{1, 7, 64, len(d.HeldOut) - 1, len(d.HeldOut), 10000} {
		in, out, mask := make([]int32, T), make([]int32, T), make([]float32, T)
		var got []uint16
		bytes := 0.0
		for w := range d.Windows(T) {
			d.Window(w, T, in, out, mask)
			bytes += d.Bytes(out, mask)
			for i := range T {
				if mask[i] == 1 {
					assert.Equal(t, int32(d.HeldOut[len(got)]), in[i])
					got = append(got, uint16(out[i]))
				} else {
					assert.Equal(t, Pad, out[i])
				}
			}
		}
		assert.Equal(t, d.HeldOut[1:], got)
		assert.Equal(t, float64(len(d.HeldOut)-1), bytes)
	}
	assert.Equal(t, []int{0, 2, 5}, (&Dataset{HeldOut: make([]uint16, 81)}).SpreadWindows(10, 3))
}

func TestShortDataIsAProblem(t *testing.T) {
	d := dataset(t, CorpusFromText("x", []byte("a short text of 30 characters!")), NewByte())
	p := requireProblem(t, d.Check(64), "context_too_long")
	assert.Equal(t, 27, p.Args["tokens"])
	assert.NoError(t, d.Check(26))
	d.HeldOut = d.HeldOut[:1]
	requireProblem(t, d.Check(10), "context_too_long")
}

func TestNGramProbabilitiesSumToOne(t *testing.T) {
	tok := tokenizers(t)["bpe"]
	s := widen(nil, tok.Encode(sample))
	m := FitNGram(s, tok.Vocab())
	contexts := [][2]uint16{{s[0], s[1]}, {s[len(s)-2], s[len(s)-1]}, {1, 2}, {s[1], 3}, {2, s[1]}}
	for order := 1; order <= MaxOrder; order++ {
		for _, c := range contexts {
			for _, hasA := range []bool{true, false} {
				sum := 0.0
				for id := range tok.Vocab() {
					p := m.Prob(order, c[0], c[1], uint16(id), hasA)
					require.Positive(t, p)
					sum += p
				}
				assert.InDelta(t, 1, sum, 1e-9)
			}
		}
	}
}

func TestNGramsFindTheEntropyOfAMarkovChain(t *testing.T) {
	// The next token is (2a + b + noise) mod 5 where noise is 0 with
	// probability .8, else 1: a trigram model reaches .5004 nats, lower orders
	// see uniform tokens.
	r := rand.New(rand.NewSource(6))
	s := []uint16{0, 1}
	for len(s) < 60_000 {
		n := len(s)
		next := 2*s[n-2] + s[n-1]
		if r.Float64() >= .8 {
			next++
		}
		s = append(s, next%5)
	}
	d := &Dataset{Train: s[:50_000], HeldOut: s[50_000:], Vocab: 5, widths: []float64{1, 1, 1, 1, 1}}
	b := d.Baselines(64, nil)
	require.Len(t, b, 3)
	assert.InDelta(t, math.Log(5), b[0].Loss, 0.01)
	assert.InDelta(t, 0.5004, b[2].Loss, 0.015)
	assert.Less(t, b[2].Loss, b[1].Loss)
	assert.InDelta(t, b[2].Loss/math.Ln2, b[2].BitsPerByte, 1e-9)
	some := d.Baselines(64, []int{0, 1})
	assert.InDelta(t, 0.5004, some[2].Loss, 0.15)
	assert.NotEqual(t, b[2].Loss, some[2].Loss)
}

func TestNGramsOfTinyStreams(t *testing.T) {
	for _, s := range [][]uint16{{0}, {0, 1}, {0, 0, 0}, {2, 1, 0, 2}} {
		m := FitNGram(s, 3)
		for order := 1; order <= MaxOrder; order++ {
			sum := 0.0
			for id := range uint16(3) {
				sum += m.Prob(order, s[0], s[len(s)-1], id, true)
			}
			assert.InDelta(t, 1, sum, 1e-9)
		}
	}
}

func TestShakespeareBaselines(t *testing.T) {
	c := CorpusFromText("shakespeare", sharedFile(t, "shakespeare.txt"))
	d := dataset(t, c, TrainChar(c.All(), CharOptions{}))
	for _, b := range d.Baselines(64, nil) {
		t.Logf("order %d: %.4f nats per token, %.4f bits per byte", b.Order, b.Loss, b.BitsPerByte)
		assert.InDelta(t, []float64{3.33, 2.48, 2.06}[b.Order-1], b.Loss, 0.05)
	}
}

func BenchmarkBaselines(b *testing.B) {
	for _, name := range []string{"shakespeare.txt", "classical-chinese.txt"} {
		c := CorpusFromText(name, sharedFile(b, name))
		tok, err := TrainBPE(c.Train, BPEOptions{Merges: 512})
		require.NoError(b, err)
		d := dataset(b, c, tok)
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				d.Baselines(64, nil)
			}
		})
	}
}

// A short document is read from its beginning, a longer one from anywhere, and
// so is a continuous text.
func TestWindowsBeginWithTheirDocument(t *testing.T) {
	const T = 8
	d := &Dataset{Vocab: 300, Train: []uint16{uint16(EOS), 10, 11, 12, uint16(EOS)}}
	for id := range uint16(40) {
		d.Train = append(d.Train, 100+id)
	}
	d.Train = append(d.Train, uint16(EOS), 20, 21, 22, 23, 24, 25, 26, uint16(EOS), 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, uint16(EOS))
	in, out := make([]int32, T), make([]int32, T)
	begins := map[int32]int{}
	for step := range 2000 {
		d.Batch(1, step, 1, T, in, out)
		first := in[0]
		if first == EOS {
			first = -in[1]
		}
		begins[first]++
	}
	for _, inside := range []int32{10, 11, 12, 20, 21, 22, 23, 24, 25, 26} {
		require.Zero(t, begins[inside], inside)
	}
	require.Positive(t, begins[-10])
	require.Positive(t, begins[-20])
	for id := range int32(40) {
		require.Positive(t, begins[100+id], id)
	}

	d.Train = d.Train[5:45]
	clear(begins)
	for step := range 2000 {
		d.Batch(1, step, 1, T, in, out)
		begins[in[0]]++
	}
	require.Len(t, begins, len(d.Train)-T)
}
