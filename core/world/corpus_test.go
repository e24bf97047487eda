package world

import (
	"crypto/sha256"
	"encoding/hex"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var bothSizes = []Size{Quick, Standard}

// The corpus is part of what a seed promises. A deliberate change of a phrase
// changes this hash; put the new one here and say so in the change log.
func TestCorpusGolden(t *testing.T) {
	for size, want := range map[Size]string{
		Quick:    "2abe2fd3dc78129c",
		Standard: "54f57e7b02fccd15",
	} {
		h := sha256.New()
		town := New(Config{Seed: 1, Size: size})
		for _, split := range []Split{Train, HeldOut} {
			for i := range 300 {
				h.Write([]byte(town.Document(split, i).Text))
			}
		}
		assert.Equal(t, want, hex.EncodeToString(h.Sum(nil))[:16], size)
	}
}

func TestDocumentsArePure(t *testing.T) {
	a, b := New(Config{Seed: 7}), New(Config{Seed: 7})
	for i := 99; i >= 0; i-- { // whatever the order
		require.Equal(t, a.Document(Train, i), b.Document(Train, i))
	}
	var streamed []string
	for d := range b.Documents(Train, ZH) {
		if len(streamed) == 20 {
			break
		}
		require.Equal(t, a.Document(Train, d.Index), d)
		streamed = append(streamed, d.Text)
	}
	assert.NotEqual(t, a.Document(Train, 0).Text, New(Config{Seed: 8}).Document(Train, 0).Text)
}

func TestDocumentsReadWell(t *testing.T) {
	for _, size := range bothSizes {
		town := New(Config{Seed: 3, Size: size})
		for i := range 2500 {
			d := town.Document(Train, i)
			seen := map[string]bool{}
			for _, s := range cutSentences(d.Text) {
				require.False(t, seen[s], "%q twice in\n%s", s, d.Text)
				seen[s] = true
			}
			name := ""
			if d.Form == StrangerTale {
				name = town.Strangers[d.Person].Name
			} else {
				name = town.Residents[d.Person].Name
			}
			require.Contains(t, d.Text, name)
			end := d.Sentences[len(d.Sentences)-1].End
			require.Equal(t, len(d.Text), end)
			for _, s := range d.Sentences {
				require.Regexp(t, `(?s)^[A-Z“].*[.!?”]$|^[^a-z ].*[。！？”]$`, d.Text[s.Start:s.End])
			}
			if d.Lang == EN {
				require.NotRegexp(t, `\b[Aa] [aeiou]|\b[Aa]n [^aeiou]|\p{Han}|  |[{}]`, d.Text)
			} else {
				require.NotRegexp(t, `\p{Han} | \p{Han}|[.,!?{}]|  |[，。：“] | [，。”]`, d.Text)
			}
		}
	}
}

func TestFormsAndLanguagesHaveTheirShares(t *testing.T) {
	town := New(Config{Seed: 5})
	var forms [4]float64
	var bytes [2]int
	const n = 8000
	for i := range n {
		d := town.Document(Train, i)
		forms[d.Form]++
		bytes[d.Lang] += len(d.Text)
		if d.Form == Dialogue {
			require.True(t, town.Residents[d.Person].SFT, "dialogues are about residents that SFT may name")
		}
		if d.Form == StrangerTale {
			for _, s := range d.Sentences {
				require.Empty(t, s.Facts)
			}
		}
	}
	for f, want := range formShares {
		assert.InDelta(t, want, forms[f]/n, .02, Form(f).String())
	}
	assert.Greater(t, bytes[EN]+bytes[ZH], 1_500_000)
	assert.InDelta(t, 1, float64(bytes[EN])/float64(bytes[ZH]), .25)
}

func TestAMegabyteInEachLanguage(t *testing.T) {
	town := New(Config{Seed: 2})
	for _, lang := range Langs {
		texts := town.Texts(Train, 1<<20, lang)
		all := strings.Join(texts, Separator)
		assert.GreaterOrEqual(t, len(all), 1<<20)
		distinct := map[string]bool{}
		for _, s := range texts {
			distinct[s] = true
		}
		assert.Greater(t, float64(len(distinct)), .8*float64(len(texts)), "%s: mostly new documents", lang)
	}
}

func TestSplitsShareNoDocument(t *testing.T) {
	town := New(Config{Seed: 4})
	train := map[string]bool{}
	for i := range 20000 {
		train[town.Document(Train, i).Text] = true
	}
	for i := range 2000 {
		require.False(t, train[town.Document(HeldOut, i).Text])
	}
}

func TestFactsAreStatedInManyPhrasings(t *testing.T) {
	for _, size := range bothSizes {
		town := New(Config{Seed: 6, Size: size})
		phrasings := make([][2]map[int]int, len(town.Facts))
		for i := range phrasings {
			phrasings[i] = [2]map[int]int{{}, {}}
		}
		for i := range 12000 {
			d := town.Document(Train, i)
			for _, s := range d.Sentences {
				for _, f := range s.Facts {
					phrasings[f][d.Lang][s.Phrasing]++
					if k := town.Facts[f].Kind; k != Food || d.Lang != ZH {
						require.Contains(t, d.Text[s.Start:s.End], town.Value(town.Facts[f], d.Lang))
					}
				}
			}
		}
		for f, p := range phrasings {
			for _, lang := range Langs {
				assert.GreaterOrEqual(t, len(p[lang]), 3, "%v in %s", town.Facts[f], lang)
				for _, kind := range town.Kinds {
					held := books[lang].facts[kind]
					assert.Zero(t, p[lang][held[len(held)-1].id])
				}
			}
		}
	}
}

func TestMentionsStateTheFact(t *testing.T) {
	town := New(Config{Seed: 6})
	fact := town.FactOf(3, Job)
	found := town.Mentions(fact, 3000)
	require.NotEmpty(t, found)
	for _, m := range found {
		lang := Lang(m.Document & 1)
		assert.Contains(t, m.Text, town.Value(town.Facts[fact], lang))
		assert.Contains(t, town.Document(Train, m.Document).Text, town.Residents[3].Name)
	}
}

func TestWithoutAFact(t *testing.T) {
	whole := New(Config{Seed: 6})
	f, g := whole.FactOf(3, Job), whole.FactOf(5, Home)
	town := New(Config{Seed: 6, Without: []int{f, g}})
	same := 0
	for i := range 4000 {
		d := town.Document(Train, i)
		if d.Text == whole.Document(Train, i).Text {
			same++
		}
		for _, s := range d.Sentences {
			require.NotContains(t, s.Facts, f)
			require.NotContains(t, s.Facts, g)
		}
		if d.Form != StrangerTale && d.Person == 3 {
			require.NotContains(t, d.Text, whole.Value(whole.Facts[f], d.Lang))
		}
	}
	assert.Greater(t, same, 3400, "documents about others stay as they are")
	// Even a resident of whom nothing may be told gets documents.
	var all []int
	for _, k := range whole.Kinds {
		all = append(all, whole.FactOf(0, k))
	}
	town = New(Config{Seed: 6, Without: all})
	for i := range 1000 {
		require.NotEmpty(t, town.Document(Train, i).Text)
	}
}

func TestHabitsHaveTheirProbabilities(t *testing.T) {
	town := New(Config{Seed: 9})
	var counts [2][3]float64
	for i := range 30000 {
		d := town.Document(Train, i)
		if d.Form != Entry {
			continue
		}
		for j, h := range town.Residents[d.Person].Habits {
			for _, p := range trained(books[d.Lang].habit) {
				for _, s := range d.Sentences {
					if s.Phrasing == p.id && strings.Contains(d.Text[s.Start:s.End], habits[h].word(d.Lang)) {
						counts[d.Lang][j]++
					}
				}
			}
		}
	}
	for _, c := range counts {
		n := c[0] + c[1] + c[2]
		require.Greater(t, n, 2000.)
		for j, p := range HabitP {
			assert.InDelta(t, p, c[j]/n, 4*math.Sqrt(p*(1-p)/n))
		}
	}
	assert.InDelta(t, .898, HabitEntropy(), .001)
}

// The floor is the entropy of the text: coding whole documents by their counts
// (a plug-in estimate on one person's stranger tales, where few texts exist)
// must agree with it.
func TestFloorIsTheEntropyOfTheText(t *testing.T) {
	town := New(Config{Seed: 1})
	counts := map[string]float64{}
	var n, nats float64
	for i := 0; n < 20000; i += 2 {
		d := town.draft(EN, seeded(uint64(i)))
		if d.Form == StrangerTale {
			// Without its first sentence, one of two phrases for one of five kinds: with it
			// there would be too many texts to be counted.
			counts[d.Text[d.Sentences[1].Start:]]++
			nats += d.Nats + math.Log(formShares[StrangerTale]) - math.Log(5*2) // given the form
			n++
		}
	}
	entropy := 0.
	for _, c := range counts {
		entropy -= c / n * math.Log(c/n)
	}
	assert.InDelta(t, entropy, nats/n, .1)
	floor, bytes := town.Floor(Train, 2000, EN)
	perByte := floor / math.Ln2 / float64(bytes)
	assert.InDelta(t, .14, perByte, .03, "bits per byte")
}

func BenchmarkDocuments(b *testing.B) {
	town := New(Config{Seed: 1})
	i := 0
	for b.Loop() {
		b.SetBytes(int64(len(town.Document(Train, i).Text)))
		i++
	}
}
