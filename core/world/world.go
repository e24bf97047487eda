// Package world makes the town: a small closed world of animals that live, work
// and eat in it, written about in English and in Chinese. Everything a stage
// needs comes from one seed: the corpus to read, the facts to know, questions
// with exact answers, pairs to prefer and graders that measure.
//
// A town is made, never downloaded, so what it holds is known exactly: which
// sentence states which fact, which names have no facts, and how random the
// text is (Floor).
package world

import (
	"fmt"
	"strings"

	"sprout/core/tensor"
)

// Lang is a language of the town.
type Lang uint8

// The languages.
const (
	EN Lang = iota
	ZH
)

// Langs lists both.
var Langs = []Lang{EN, ZH}

func (l Lang) String() string { return [...]string{"en", "zh"}[l] }

// Size of a town.
type Size string

// The sizes: quick suits a model of 0.8 million parameters and 3,200 steps.
const (
	Quick    Size = "quick"
	Standard Size = "standard"
)

// Config of a town. The zero value is the quick town of seed 0.
type Config struct {
	Seed    uint64 `json:"seed"`
	Size    Size   `json:"size"`              // Quick where empty
	Without []int  `json:"without,omitempty"` // indices into Town.Facts that no document states
}

// Town is the closed world. Treat it as read-only: it may be shared.
type Town struct {
	Config    Config
	Residents []Resident
	Strangers []Stranger
	Facts     []Fact   // the fact table, resident by resident, in the order of Kinds
	Kinds     []Kind   // the kinds of fact in this town
	Outsiders []string // names of the same generator that no document ever mentions

	withheld  map[int]bool
	nameWords map[string]bool
}

// Resident of the town. SFT tells whether instructions may name them; the
// others are known from the corpus alone.
type Resident struct {
	Name   string
	Female bool
	SFT    bool
	Values [numKinds]int // index into the kind's eight values; for Friend, a resident
	Habits [3]int        // indices of habits, drawn with HabitP
}

// Stranger is a name that documents mention without any fact.
type Stranger struct {
	Name string
	SFT  bool
}

// HabitP are the known probabilities of a resident's three habits, in the
// order of Resident.Habits. Each document that tells of the evening draws anew.
var HabitP = [3]float64{.6, .3, .1}

// Fact is one line of the fact table.
type Fact struct {
	Resident int
	Kind     Kind
	Value    int // index into the kind's values; for Friend, a resident
}

// Streams of random numbers, one per purpose.
const (
	streamNames = iota + 1
	streamFacts
	streamCorpus
	streamCombos
	streamExamples
	streamPairs
	streamCloze
	streamShots
	streamJudging
)

// New makes a town. It panics for a size it does not know and for a withheld
// fact that does not exist.
func New(cfg Config) *Town {
	parts, per := 12, 2
	kinds := []Kind{Species, Colour, Job, Home, Food}
	switch cfg.Size {
	case Quick, "":
		cfg.Size = Quick
	case Standard:
		parts, per = 16, 3
		kinds = append(kinds, Friend)
	default:
		panic(fmt.Sprintf("world: unknown size %q", cfg.Size))
	}
	t := &Town{Config: cfg, Kinds: kinds, withheld: map[int]bool{}}
	t.settle(parts, per)
	for i := range t.Residents {
		for _, k := range kinds {
			t.Facts = append(t.Facts, Fact{i, k, t.Residents[i].Values[k]})
		}
	}
	for _, f := range cfg.Without {
		if f < 0 || f >= len(t.Facts) {
			panic(fmt.Sprintf("world: no fact %d among %d", f, len(t.Facts)))
		}
		t.withheld[f] = true
	}
	return t
}

// strangersPer is how many strangers there are to a resident: so many that to
// know whom the town knows is easier than to remember whom it does not. With
// three a model still took many of the outsiders, whom it never read of, for
// residents; see docs/JOURNEY.md.
const strangersPer = 4

// settle draws names and facts. Values are dealt, not drawn, so that each of
// the eight is held by equally many residents and guessing earns 1/8.
func (t *Town) settle(parts, per int) {
	names := drawNames(tensor.NewRNG(t.Config.Seed, streamNames), parts)
	rng := tensor.NewRNG(t.Config.Seed, streamFacts)
	n := parts * per
	for k := range n + strangersPer*n {
		// A third of the residents and of the strangers stay out of SFT, spread so
		// that every part of a name still occurs in it.
		sft := (k%parts)%3 != (k/parts)%3
		if k >= n {
			t.Strangers = append(t.Strangers, Stranger{names[k], sft})
			continue
		}
		r := Resident{Name: names[k], SFT: sft}
		copy(r.Habits[:], rng.Perm(len(habits)))
		t.Residents = append(t.Residents, r)
	}
	t.Outsiders = names[strangersPer*n+n:]
	t.nameWords = set(strings.Join(names, " "))
	for i, p := range rng.Perm(n) {
		t.Residents[p].Female = i%2 == 0
	}
	for _, k := range t.Kinds {
		order := rng.Perm(n)
		for i, p := range order {
			if k == Friend {
				t.Residents[p].Values[k] = order[i^1]
				continue
			}
			t.Residents[p].Values[k] = i % 8
		}
	}
}

// FactOf is the index in Facts of a resident's fact.
func (t *Town) FactOf(resident int, k Kind) int {
	return resident*len(t.Kinds) + int(k)
}

// Value is the text of a fact's value, as its slot holds it ("fox", "红色").
func (t *Town) Value(f Fact, lang Lang) string {
	if f.Kind == Friend {
		return t.Residents[f.Value].Name
	}
	return lexicon[f.Kind][f.Value].word(lang)
}
