package world

import (
	"math"

	"sprout/core/tensor"
)

// Mention is a sentence that states a fact.
type Mention struct {
	Document int
	Sentence Sentence
	Text     string
}

// Mentions finds the sentences that state a fact among the first n training
// documents.
func (t *Town) Mentions(fact, n int) []Mention {
	var found []Mention
	for i := range n {
		d := t.Document(Train, i)
		for _, s := range d.Sentences {
			for _, f := range s.Facts {
				if f == fact {
					found = append(found, Mention{i, s, d.Text[s.Start:s.End]})
				}
			}
		}
	}
	return found
}

// Floor is the least loss that a reader of whole documents can reach: the
// surprise of the generator's own choices over the first n documents of a
// split, in nats, and their bytes. Knowing every fact by heart leaves exactly
// the choice of form, person, phrasing and habit. It is a hair too high where
// two choices lead to the same text, and a model that sees less than the whole
// document so far stays above it.
func (t *Town) Floor(split Split, n int, langs ...Lang) (nats float64, bytes int) {
	for d := range t.Documents(split, langs...) {
		if n == 0 {
			break
		}
		n--
		nats += d.Nats
		bytes += len(d.Text)
		if len(langs) != 1 {
			nats += math.Ln2 // which language comes next
		}
	}
	return nats, bytes
}

// HabitEntropy is the entropy of a resident's evening, in nats: about 0.898.
func HabitEntropy() float64 {
	h := 0.
	for _, p := range HabitP {
		h -= p * math.Log(p)
	}
	return h
}

// Cloze is a sentence to complete. A fact is recalled where Choices[Answer] is
// the likeliest of the eight continuations.
type Cloze struct {
	Fact    int
	Lang    Lang
	HeldOut bool // a phrasing that no document uses
	Prompt  string
	Choices []string // whole continuations, a leading blank and the full stop included
	Answer  int
}

// Want is the continuation that states the fact.
func (c Cloze) Want() string { return c.Choices[c.Answer] }

// Cloze asks for every fact in the given languages (none means both), in a
// phrasing of the corpus or in the held-out one. Withheld facts are asked too:
// what is not in the text should not be known. The order is mixed, so that any
// part of the list is a fair sample of kinds and languages.
func (t *Town) Cloze(heldOut bool, langs ...Lang) []Cloze {
	if len(langs) == 0 {
		langs = Langs
	}
	rng := tensor.NewRNG(t.Config.Seed, streamCloze)
	out := make([]Cloze, len(t.Facts)*len(langs))
	place := rng.Perm(len(out))
	for i, f := range t.Facts {
		for l, lang := range langs {
			phrases := books[lang].facts[f.Kind]
			p := phrases[0]
			if heldOut {
				p = phrases[len(phrases)-1]
			}
			values, answer := t.choices(f)
			c := Cloze{Fact: i, Lang: lang, HeldOut: heldOut, Answer: answer}
			for _, v := range values {
				r := t.Residents[f.Resident]
				r.Values[f.Kind] = v
				var cont string
				c.Prompt, cont = t.complete(p, &r, lang)
				c.Choices = append(c.Choices, cont)
			}
			out[place[i*len(langs)+l]] = c
		}
	}
	return out
}

// choices are eight values, among them the fact's own: all of its kind, or for
// a friend the right one and seven other residents.
func (t *Town) choices(f Fact) (values []int, answer int) {
	if f.Kind != Friend {
		return []int{0, 1, 2, 3, 4, 5, 6, 7}, f.Value
	}
	answer = (f.Resident + f.Value) % 8
	for v := 0; len(values) < 8; v++ {
		other := (f.Value + 1 + 5*v) % len(t.Residents)
		if len(values) == answer {
			values = append(values, f.Value)
		} else if other != f.Value && other != f.Resident {
			values = append(values, other)
		}
	}
	return values, answer
}

// complete writes a phrase about a resident and cuts it before its last slot.
func (t *Town) complete(p *phrase, r *Resident, lang Lang) (prompt, continuation string) {
	w := writer{town: t, lang: lang, who: r, name: r.Name, night: -1}
	cut := len(p.parts) - 1
	for p.parts[cut].slot == lit {
		cut--
	}
	w.render(&phrase{parts: p.parts[:cut]})
	n := len(trimBlank(w.buf)) // a blank belongs to the word that follows it, as tokenizers see it
	w.named = false
	w.render(&phrase{parts: p.parts[cut:]})
	return string(w.buf[:n]), string(w.buf[n:])
}

func trimBlank(b []byte) []byte {
	for len(b) > 0 && b[len(b)-1] == ' ' {
		b = b[:len(b)-1]
	}
	return b
}

// HabitCloze asks how a resident spends the evening. A model that has learned
// the town gives the choices the probabilities P, no more and no less.
type HabitCloze struct {
	Resident int
	Lang     Lang
	Prompt   string
	Choices  []string
	P        []float64 // of each choice; 0 for what the resident never does
}

// HabitCloze asks about every resident in both languages.
func (t *Town) HabitCloze() []HabitCloze {
	var out []HabitCloze
	for i := range t.Residents {
		for _, lang := range Langs {
			c := HabitCloze{Resident: i, Lang: lang, P: make([]float64, len(habits))}
			r := t.Residents[i]
			for j, h := range r.Habits {
				c.P[h] = HabitP[j]
			}
			for h := range habits {
				r.Habits[0] = h
				w := writer{town: t, lang: lang, who: &r, name: r.Name}
				w.render(books[lang].habit[0])
				whole := string(w.buf)
				if h == 0 {
					c.Prompt = whole[:len(whole)-len(habits[0].word(lang))-len(stop(lang))]
					c.Prompt = string(trimBlank([]byte(c.Prompt)))
				}
				c.Choices = append(c.Choices, whole[len(c.Prompt):])
			}
			out = append(out, c)
		}
	}
	return out
}

func stop(lang Lang) string { return [...]string{".", "。"}[lang] }
