package world

import (
	"fmt"
	"math"
	"strings"
	"unicode"

	"sprout/core/tensor"
)

// A phrase is a sentence with slots in braces. Slots that hold a fact are what
// makes a sentence "state" it, so attribution needs no second bookkeeping.
//
//	{N} the name            {S} {s} name or pronoun, the subject
//	{P} {p} "Mila Toru's" or "her"   {o} name or "her"
//	{x} {X} she, {h} {H} her (possessive), {m} her (object): always the pronoun
//	{species} fox, {a species} a fox, 一只狐狸 · likewise colour and job
//	{home} by the river, 河边 · {food} · {eat} 吃面包 · {friend}
//	{habit} reads a book · {past} read a book
type phrase struct {
	id    int // within its language, stable for a build
	parts []part
	facts uint8 // bit per Kind
	habit bool
}

type part struct {
	lit  string
	slot slot
}

type slot uint8

const (
	lit slot = iota
	slotName
	slotSubject
	slotSubjectLow
	slotPossessive
	slotPossessiveLow
	slotObject
	slotShe
	slotSheCap
	slotHer
	slotHerCap
	slotHim
	slotSpecies
	slotASpecies
	slotColour
	slotAColour
	slotJob
	slotAJob
	slotHome
	slotFood
	slotEat
	slotFriend
	slotHabit
	slotPast
)

var slots = map[string]slot{
	"N": slotName, "S": slotSubject, "s": slotSubjectLow, "P": slotPossessive, "p": slotPossessiveLow, "o": slotObject,
	"x": slotShe, "X": slotSheCap, "h": slotHer, "H": slotHerCap, "m": slotHim,
	"species": slotSpecies, "a species": slotASpecies, "colour": slotColour, "a colour": slotAColour,
	"job": slotJob, "a job": slotAJob, "home": slotHome, "food": slotFood, "eat": slotEat,
	"friend": slotFriend, "habit": slotHabit, "past": slotPast,
}

var slotKind = map[slot]Kind{
	slotSpecies: Species, slotASpecies: Species, slotColour: Colour, slotAColour: Colour,
	slotJob: Job, slotAJob: Job, slotHome: Home, slotFood: Food, slotEat: Food, slotFriend: Friend,
}

// grammar collects the phrases of one language and numbers them.
type grammar struct{ phrases []*phrase }

func (g *grammar) parse(text string) *phrase {
	p := &phrase{id: len(g.phrases)}
	if strings.ContainsRune(text, '{') && strings.IndexFunc(text, isHan) >= 0 {
		text = blanksOutside(text) // there for the eye of the author only
	}
	for rest := text; rest != ""; {
		before, after, found := strings.Cut(rest, "{")
		if before != "" {
			p.parts = append(p.parts, part{lit: before})
		}
		if !found {
			break
		}
		name, tail, _ := strings.Cut(after, "}")
		s, ok := slots[name]
		if !ok {
			panic(fmt.Sprintf("world: unknown slot {%s} in %q", name, text))
		}
		if k, ok := slotKind[s]; ok {
			p.facts |= 1 << k
		}
		p.habit = p.habit || s == slotHabit || s == slotPast
		p.parts = append(p.parts, part{slot: s})
		rest = tail
	}
	g.phrases = append(g.phrases, p)
	return p
}

func isHan(r rune) bool { return unicode.Is(unicode.Han, r) }

// blanksOutside removes the blanks that are not part of a slot's name.
func blanksOutside(text string) string {
	inside := false
	return strings.Map(func(r rune) rune {
		switch {
		case r == '{':
			inside = true
		case r == '}':
			inside = false
		case r == ' ' && !inside:
			return -1
		}
		return r
	}, text)
}

func (g *grammar) all(texts ...string) []*phrase {
	ps := make([]*phrase, len(texts))
	for i, t := range texts {
		ps[i] = g.parse(t)
	}
	return ps
}

func (g *grammar) plots(plots ...[][]string) [][][]*phrase {
	out := make([][][]*phrase, len(plots))
	for i, plot := range plots {
		for _, position := range plot {
			out[i] = append(out[i], g.all(position...))
		}
	}
	return out
}

// writer renders phrases about one person and keeps count of the surprise of
// every choice it makes.
type writer struct {
	rng   tensor.RNG
	nats  float64
	buf   []byte
	lang  Lang
	town  *Town
	who   *Resident // nil for a stranger
	name  string
	named bool // the name has been used, so a pronoun is clear
	night int  // the habit of this document; -1 until drawn
}

// pick draws uniformly from 0 … n-1 and adds ln n to the surprise.
func (w *writer) pick(n int) int {
	if n == 1 {
		return 0
	}
	w.nats += math.Log(float64(n))
	return w.rng.IntN(n)
}

// chance is true with probability p.
func (w *writer) chance(p float64) bool {
	if w.rng.Float64() < p {
		w.nats -= math.Log(p)
		return true
	}
	w.nats -= math.Log(1 - p)
	return false
}

// pronounP is how often a pronoun stands where the name would be clear too.
const pronounP = .25

func (w *writer) write(s string) { w.buf = append(w.buf, s...) }

// pronouns of a language: she, She, her book, Her book, thank her.
func (w *writer) pronoun(s slot) string {
	female := w.who != nil && w.who.Female
	if w.lang == ZH {
		she := "他"
		if female {
			she = "她"
		}
		if s == slotHer || s == slotHerCap || s == slotPossessive || s == slotPossessiveLow {
			return she + "的"
		}
		return she
	}
	var i int
	switch s {
	case slotSubjectLow, slotShe:
	case slotSubject, slotSheCap:
		i = 1
	case slotPossessiveLow, slotHer:
		i = 2
	case slotPossessive, slotHerCap:
		i = 3
	default:
		i = 4
	}
	if female {
		return [...]string{"she", "She", "her", "Her", "her"}[i]
	}
	return [...]string{"he", "He", "his", "His", "him"}[i]
}

// render writes one phrase.
func (w *writer) render(p *phrase) {
	decided := false
	for _, part := range p.parts {
		switch s := part.slot; s {
		case lit:
			w.write(part.lit)
		case slotName, slotSubject, slotSubjectLow, slotPossessive, slotPossessiveLow, slotObject:
			usePronoun := decided
			if s == slotName {
				usePronoun = false
			} else if !decided && w.named {
				usePronoun = w.chance(pronounP)
			}
			decided = true
			if usePronoun {
				w.write(w.pronoun(s))
				continue
			}
			w.named = true
			w.write(w.name)
			if s == slotPossessive || s == slotPossessiveLow {
				w.write([...]string{"'s", "的"}[w.lang])
			}
		case slotShe, slotSheCap, slotHer, slotHerCap, slotHim:
			w.write(w.pronoun(s))
		case slotHabit, slotPast:
			w.write(w.evening(s))
		case slotFriend:
			w.write(w.town.Residents[w.who.Values[Friend]].Name)
		default:
			w.write(fill(s, lexicon[slotKind[s]][w.who.Values[slotKind[s]]], w.lang))
		}
	}
}

// fill is the text of a slot that holds a value.
func fill(s slot, v value, lang Lang) string {
	switch s {
	case slotASpecies:
		if lang == ZH {
			return v.count + v.zh
		}
		return an(v.en)
	case slotAColour, slotAJob:
		if lang == EN {
			return an(v.en)
		}
	case slotEat:
		if lang == ZH {
			return v.count + v.zh
		}
		return v.en
	}
	return v.word(lang)
}

// evening is the habit of this document, drawn once.
func (w *writer) evening(s slot) string {
	if w.night < 0 {
		u := w.rng.Float64()
		for w.night = 0; w.night < 2 && u >= HabitP[w.night]; w.night++ {
			u -= HabitP[w.night]
		}
		w.nats -= math.Log(HabitP[w.night])
	}
	h := habits[w.who.Habits[w.night]]
	if s == slotPast && w.lang == EN {
		return h.past
	}
	return h.word(w.lang)
}
