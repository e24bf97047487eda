package text

import (
	"math/rand"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// sample mixes both languages, digits, contractions and odd white space.
var sample = strings.Repeat("Milo the fox can't sleep.\n\nMilo's friend is 42 years old. 米洛是一只狐狸，它住在河边。\n", 20) +
	"<|eos|> is only text here; tabs\t\tand  spaces\r\n" + strings.Repeat("<|pad|>", 50)

func tokenizers(t testing.TB) map[string]*Tokenizer {
	docs := []Doc{TextDoc(sample)}
	bpe, err := TrainBPE(docs, BPEOptions{Merges: 200})
	require.NoError(t, err)
	return map[string]*Tokenizer{"bpe": bpe, "char": TrainChar(docs, CharOptions{}), "byte": NewByte()}
}

func randomText(r *rand.Rand) string {
	runes := []rune("abc  \n\r\t'’.,!1234米洛是一々〇éß中😀\u0301\u00a0\u3000")
	var b strings.Builder
	for range r.Intn(200) {
		switch r.Intn(12) {
		case 0:
			b.WriteByte(byte(r.Intn(256)))
		case 1:
			b.WriteString(strings.Repeat(string(runes[r.Intn(len(runes))]), r.Intn(150)))
		default:
			b.WriteRune(runes[r.Intn(len(runes))])
		}
	}
	return b.String()
}

func TestRoundTripOfAnyBytes(t *testing.T) {
	for name, tok := range tokenizers(t) {
		r := rand.New(rand.NewSource(1))
		for range 500 {
			s := randomText(r)
			ids := tok.Encode(s)
			require.Equal(t, s, string(tok.Decode(ids)), name)
			width := 0.0
			for _, id := range ids {
				require.False(t, IsSpecial(id), "%s: a text never yields special tokens", name)
				width += tok.Width(id)
			}
			require.Equal(t, float64(len(s)), width, name)
		}
	}
}

// slowEncode applies merges one rank at a time over the whole pre-token.
func slowEncode(t *Tokenizer, p []byte, limit int) []int32 {
	var ids []int32
	for _, b := range p {
		ids = append(ids, firstByte+int32(b))
	}
	for {
		best, at := limit, -1
		for i := 1; i < len(ids); i++ {
			for rank, m := range t.merges[:limit] {
				if m.Left == ids[i-1] && m.Right == ids[i] && rank < best {
					best, at = rank, i-1
				}
			}
		}
		if at < 0 {
			return ids
		}
		ids = append(append(append([]int32{}, ids[:at]...), t.merges[best].ID), ids[at+2:]...)
	}
}

func TestEncodeAgreesWithSlowEncode(t *testing.T) {
	tok := tokenizers(t)["bpe"]
	r := rand.New(rand.NewSource(2))
	for i := range 60 {
		s := randomText(r)
		if i == 0 {
			s = sample
		}
		for _, limit := range []int{0, 1, 17, len(tok.Merges())} {
			var want []int32
			sp := newSplitter([]byte(s))
			for p := sp.next(); p != nil; p = sp.next() {
				want = append(want, slowEncode(tok, p, limit)...)
			}
			assert.Equal(t, want, append([]int32(nil), tok.EncodeFirst(s, limit)...))
			if limit == len(tok.Merges()) {
				assert.Equal(t, want, append([]int32(nil), tok.Encode(s)...))
			}
		}
	}
}

// parts are the proper parts of all characters.
var parts = sync.OnceValue(func() map[string]bool {
	m := map[string]bool{}
	for r := rune(utf8.RuneSelf); r <= utf8.MaxRune; r++ {
		c := string(r)
		for from := range len(c) {
			for to := from + 1; to <= len(c); to++ {
				if to-from < len(c) {
					m[c[from:to]] = true
				}
			}
		}
	}
	return m
})

// partOfText reports whether s is whole characters or a part of one.
func partOfText(s string) bool { return utf8.ValidString(s) || parts()[s] }

// slowTrain counts all pairs afresh before every merge.
func slowTrain(s string, merges int) []Merge {
	var words [][]int32
	sp := newSplitter([]byte(s))
	for p := sp.next(); p != nil; p = sp.next() {
		var ids []int32
		for _, b := range p {
			ids = append(ids, firstByte+int32(b))
		}
		words = append(words, ids)
	}
	tok := newBPE(BPE)
	for len(tok.merges) < merges {
		// Counted as the trainer does: a merge replaces from the left, and
		// until then overlapping pairs ("aaa") all count.
		counts := map[uint32]int{}
		for _, w := range words {
			for i := 1; i < len(w); i++ {
				counts[pairKey(w[i-1], w[i])]++
			}
		}
		best := candidate{count: 1}
		for k, n := range counts {
			c := candidate{n, k}
			text := tok.tokens[pairLeft(k)] + tok.tokens[pairRight(k)]
			if c.before(best) && !isSpecialName(text) && partOfText(text) {
				best = c
			}
		}
		if best.count < 2 {
			break
		}
		m := Merge{Left: pairLeft(best.key), Right: pairRight(best.key), ID: int32(tok.Vocab()), Count: best.count}
		tok.addMerge(m)
		for j, w := range words {
			var out []int32
			for i := 0; i < len(w); i++ {
				if i+1 < len(w) && w[i] == m.Left && w[i+1] == m.Right {
					out = append(out, m.ID)
					i++
				} else {
					out = append(out, w[i])
				}
			}
			words[j] = out
		}
	}
	return tok.merges
}

func TestTrainingAgreesWithSlowTraining(t *testing.T) {
	r := rand.New(rand.NewSource(3))
	texts := []string{sample, "aaaaaaaa aaaa aaa aaaaa abababab bababa"}
	for range 10 {
		texts = append(texts, strings.Repeat(randomText(r), 1+r.Intn(3)))
		texts = append(texts, strings.Repeat("\x80\x80\x80\x80\xe4\x80 ", 9))
	}
	var runs strings.Builder // of one letter, where pairs overlap
	for range 400 {
		runs.WriteString(strings.Repeat("a", 1+r.Intn(60)) + "\n")
	}
	texts = append(texts, runs.String())
	for _, s := range texts {
		tok, err := TrainBPE([]Doc{TextDoc(s)}, BPEOptions{Merges: 150})
		require.NoError(t, err)
		require.Equal(t, slowTrain(s, 150), append([]Merge(nil), tok.Merges()...))
		distinct := map[string]bool{}
		for _, token := range tok.tokens[numSpecials:] {
			require.False(t, distinct[token], "%q twice", token)
			distinct[token] = true
		}
	}
}

func TestCallbackSeesEveryMerge(t *testing.T) {
	var seen []LearnedMerge
	tok, err := TrainBPE([]Doc{TextDoc(sample)}, BPEOptions{Merges: 50, OnMerge: func(m LearnedMerge) error {
		seen = append(seen, m)
		return nil
	}})
	require.NoError(t, err)
	require.Len(t, seen, 50)
	for i, m := range seen {
		assert.Equal(t, i, m.Rank)
		assert.Equal(t, m.Left+m.Right, m.Text)
		assert.Equal(t, tok.Bytes(tok.Merges()[i].ID), m.Text)
		if i > 0 {
			assert.LessOrEqual(t, m.Count, seen[0].Count)
		}
	}
	stop := assert.AnError
	_, err = TrainBPE([]Doc{TextDoc(sample)}, BPEOptions{Merges: 50, OnMerge: func(LearnedMerge) error { return stop }})
	assert.ErrorIs(t, err, stop)
}

func TestCharVocabularyOfShakespeare(t *testing.T) {
	docs := []Doc{{Text: sharedFile(t, "shakespeare.txt")}}
	tok := TrainChar(docs, CharOptions{})
	assert.Equal(t, 65+16+int(numSpecials), tok.Vocab())
	assert.GreaterOrEqual(t, slices.Min(tok.Encode(string(docs[0].Text))), firstChar)
}

func TestRareCharactersFallBackToDigits(t *testing.T) {
	tok := TrainChar([]Doc{TextDoc("aaabbc中")}, CharOptions{MaxChars: 2})
	assert.Equal(t, int(firstChar)+2, tok.Vocab())
	assert.Equal(t, []int32{firstChar, firstHex + 6, firstHex + 3}, tok.Encode("ac"))
	assert.Equal(t, "ac中", string(tok.Decode(tok.Encode("ac中"))))
}

func TestDecoderNeverCutsACharacter(t *testing.T) {
	for name, tok := range tokenizers(t) {
		r := rand.New(rand.NewSource(4))
		for range 200 {
			s := randomText(r)
			d := NewDecoder(tok)
			var out strings.Builder
			for _, id := range tok.Encode(s) {
				out.WriteString(d.Push(id))
			}
			out.WriteString(d.Flush())
			require.Equal(t, string([]rune(s)), out.String(), name)
		}
	}
	d := NewDecoder(NewByte())
	ids := NewByte().Encode("中a")
	assert.Equal(t, []string{"", "", "中", "a"}, []string{d.Push(ids[0]), d.Push(ids[1]), d.Push(ids[2]), d.Push(ids[3])})
	d.Push(ids[0])
	assert.Equal(t, "\uFFFD", d.Push(EOS)+d.Flush())
}

func BenchmarkTrainBPE512(b *testing.B) {
	for _, name := range []string{"shakespeare.txt", "classical-chinese.txt"} {
		docs := []Doc{{Text: sharedFile(b, name)}}
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(docs[0].Len()))
			for b.Loop() {
				if _, err := TrainBPE(docs, BPEOptions{Merges: 512}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkEncode(b *testing.B) {
	for _, name := range []string{"shakespeare.txt", "classical-chinese.txt"} {
		docs := []Doc{{Text: sharedFile(b, name)}}
		tok, err := TrainBPE(docs, BPEOptions{Merges: 512})
		require.NoError(b, err)
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(docs[0].Len()))
			var ids []int32
			for b.Loop() {
				tok.cache = pieceCache{}
				ids = tok.Append(ids[:0], docs[0].Text)
			}
			b.ReportMetric(float64(docs[0].Len())/float64(len(ids)), "bytes/token")
		})
	}
}

func TestTokensNeverStraddleCharacters(t *testing.T) {
	for _, s := range tokenizers(t)["bpe"].tokens[firstByte+256:] {
		assert.True(t, partOfText(s), "%q", s)
	}
	// All cuts of a text into two neighbouring tokens.
	text := "aé中😀b"
	for from := range len(text) {
		for mid := from + 1; mid < len(text); mid++ {
			for to := mid + 1; to <= len(text); to++ {
				left, right := text[from:mid], text[mid:to]
				want := partOfText(left) && partOfText(right) && partOfText(left+right) &&
					utf8.ValidString(left) == utf8.ValidString(right)
				assert.Equal(t, want, shapeOf(left).joins(shapeOf(right)), "%q %q", left, right)
			}
		}
	}
}
