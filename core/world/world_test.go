package world

import (
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"sprout/core/tensor"
)

func seeded(stream uint64) tensor.RNG { return tensor.NewRNG(99, stream) }

func TestSizes(t *testing.T) {
	quick, standard := New(Config{}), New(Config{Size: Standard})
	assert.Len(t, quick.Residents, 24)
	assert.Len(t, quick.Strangers, 96)
	assert.Len(t, quick.Facts, 24*5)
	assert.Len(t, standard.Residents, 48)
	assert.Len(t, standard.Strangers, 192)
	assert.Len(t, standard.Facts, 48*6)
	for _, town := range []*Town{quick, standard} {
		n := 0
		for i := range town.Residents {
			if town.Residents[i].SFT {
				n++
			}
		}
		assert.Equal(t, len(town.Residents)*2/3, n)
		n = 0
		for _, s := range town.Strangers {
			if s.SFT {
				n++
			}
		}
		assert.Equal(t, len(town.Strangers)*2/3, n)
	}
	assert.Panics(t, func() { New(Config{Size: "huge"}) })
	assert.Panics(t, func() { New(Config{Without: []int{120}}) })
}

// No look of a name may tell residents from strangers: every word of a name
// serves both equally often, and SFT names every word at least once.
func TestNamesTellNothing(t *testing.T) {
	for _, size := range bothSizes {
		for seed := range uint64(30) {
			town := New(Config{Seed: seed, Size: size})
			all := map[string]bool{}
			resident, stranger, sft := map[string]int{}, map[string]int{}, map[string]bool{}
			for i := range town.Residents {
				name := town.Residents[i].Name
				all[name] = true
				for _, w := range strings.Fields(name) {
					resident[w]++
					sft[w] = sft[w] || town.Residents[i].SFT
				}
			}
			for _, s := range town.Strangers {
				all[s.Name] = true
				for _, w := range strings.Fields(s.Name) {
					stranger[w]++
				}
			}
			for _, o := range town.Outsiders {
				all[o] = true
				for _, w := range strings.Fields(o) {
					require.Contains(t, resident, w)
				}
			}
			require.Len(t, stranger, len(resident))
			for w, n := range stranger {
				require.Equal(t, strangersPer*resident[w], n, w)
			}
			require.Len(t, sft, len(resident))
			for w, ok := range sft {
				require.True(t, ok, w)
				require.Len(t, w, 4)
			}
			require.Len(t, all, len(town.Residents)+len(town.Strangers)+len(town.Outsiders))
			require.NotEmpty(t, town.Outsiders)
		}
	}
}

func TestFactsAreDealtEvenly(t *testing.T) {
	for _, size := range bothSizes {
		town := New(Config{Seed: 11, Size: size})
		counts := map[Kind]map[int]int{}
		for i, f := range town.Facts {
			require.Equal(t, i, town.FactOf(f.Resident, f.Kind))
			if counts[f.Kind] == nil {
				counts[f.Kind] = map[int]int{}
			}
			counts[f.Kind][f.Value]++
			if f.Kind == Friend {
				require.NotEqual(t, f.Resident, f.Value)
				require.Equal(t, f.Resident, town.Residents[f.Value].Values[Friend], "friendship is mutual")
			}
		}
		for _, k := range town.Kinds {
			for v, n := range counts[k] {
				want := len(town.Residents) / 8
				if k == Friend {
					want = 1
				}
				require.Equal(t, want, n, "%v %d", k, v)
			}
		}
	}
}

// A tokenizer of 1,024 has room for about 220 characters.
func TestHanBudget(t *testing.T) {
	han := map[rune]bool{}
	count := func(text string) {
		for _, r := range text {
			if unicode.Is(unicode.Han, r) {
				han[r] = true
			}
		}
	}
	for _, p := range chinese.phrases {
		for _, part := range p.parts {
			count(part.lit)
		}
	}
	count("他她")
	for _, kind := range lexicon {
		for _, v := range kind {
			count(v.zh + v.count)
		}
	}
	for _, h := range habits {
		count(h.zh)
	}
	corpus := len(han)
	for _, forms := range [][]string{yesNoForms[ZH], reverseForms[ZH], greetingForms[ZH], storyForms[ZH], clauseForms[ZH][:], greetings[ZH]} {
		count(strings.Join(forms, ""))
	}
	for _, w := range append(wraps[ZH][:], skillWraps[ZH][:]...) {
		count(strings.Join(w.before, "") + strings.Join(w.after, ""))
	}
	for _, c := range couplets[ZH] {
		count(c[0] + c[1])
	}
	for _, c := range Constitution {
		count(c.Text[ZH])
	}
	t.Logf("%d distinct characters in the corpus, %d with questions and answers", corpus, len(han))
	assert.LessOrEqual(t, corpus, 215)
	assert.LessOrEqual(t, len(han), 220)
}

func TestCloze(t *testing.T) {
	for _, size := range bothSizes {
		town := New(Config{Seed: 1, Size: size})
		for _, heldOut := range []bool{false, true} {
			cloze := town.Cloze(heldOut)
			require.Len(t, cloze, 2*len(town.Facts))
			for _, c := range cloze {
				f := town.Facts[c.Fact]
				require.Len(t, c.Choices, 8)
				distinct := map[string]bool{}
				for _, w := range c.Choices {
					distinct[w] = true
				}
				require.Len(t, distinct, 8)
				require.Contains(t, c.Want(), town.Value(f, c.Lang))
				require.Contains(t, c.Prompt, town.Residents[f.Resident].Name)
				require.NotRegexp(t, ` $`, c.Prompt)
			}
		}
		require.Len(t, town.Cloze(false, ZH), len(town.Facts))
		// Every fourth cloze is a fair sample.
		kinds := map[[2]int]int{}
		for i, c := range town.Cloze(false) {
			if i%4 == 0 {
				kinds[[2]int{int(town.Facts[c.Fact].Kind), int(c.Lang)}]++
			}
		}
		require.Len(t, kinds, 2*len(town.Kinds))
	}
}

// What the cloze asks for is written in the corpus in the same words.
func TestClozeIsInTheCorpus(t *testing.T) {
	town := New(Config{Seed: 1})
	text := strings.Join(town.Texts(Train, 3<<20), Separator)
	for _, c := range town.Cloze(false) {
		require.Contains(t, text, c.Prompt+c.Want())
	}
	for _, c := range town.Cloze(true) {
		require.NotContains(t, text, c.Prompt)
	}
}

func TestHabitCloze(t *testing.T) {
	town := New(Config{Seed: 1})
	text := strings.Join(town.Texts(Train, 3<<20), Separator)
	for _, c := range town.HabitCloze() {
		sum := 0.
		for i, p := range c.P {
			sum += p
			if p == 0 {
				require.NotContains(t, text, c.Prompt+c.Choices[i])
			}
			if p > .5 {
				require.Contains(t, text, c.Prompt+c.Choices[i])
			}
		}
		require.InDelta(t, 1, sum, 1e-12)
	}
}
