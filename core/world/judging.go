package world

import "sprout/core/tensor"

// Comparison of two answers to a question under some principles: what a judge
// is to learn. The graders know which is the better one.
type Comparison struct {
	Question   Question
	Principles Principle
	A, B       string
	Grades     [2]Grade // of A and of B; their scores are never equal
}

// ABetter tells which answer the graders prefer.
func (c Comparison) ABetter() bool { return c.lead() > 0 }

// lead is by how much A scores more.
func (c Comparison) lead() float64 {
	return c.Grades[0].Score(c.Principles) - c.Grades[1].Score(c.Principles)
}

// Name of a principle as Constitution has it; "" of none or several.
func (p Principle) Name() string {
	for _, c := range Constitution {
		if p == c.Principle {
			return c.Name
		}
	}
	return ""
}

// Comparison number index of those that a judge learns from, a pure function of
// the town and the index: about questions that SFT may ask, even numbers in
// English, odd ones in Chinese. Either answer is right or wrong, honest or
// invented, in any manner, and now and then a refusal or in the other language;
// as they are drawn alike, each is the better one equally often.
func (t *Town) Comparison(index int) Comparison {
	rng := tensor.NewRNG(t.Config.Seed, streamJudging, uint64(index))
	q := t.drawFact(Lang(index&1), rng.Float64() < askShares[AskUnknown], &rng)
	return t.Compare(q, Principle(1+rng.IntN(int(AllPrinciples))), &rng)
}

// drawFact draws a question about a fact that SFT may ask, of a resident or of a
// stranger.
func (t *Town) drawFact(lang Lang, unknown bool, rng *tensor.RNG) Question {
	set := Seen
	if unknown {
		set = UnknownSeen
	}
	names := t.names(set)
	for {
		name, k := names[rng.IntN(len(names))], t.Kinds[rng.IntN(len(t.Kinds))]
		phrasing := rng.IntN(Phrasings(AskFact, k, lang) - 1)
		if unknown || !t.comboHeld(t.FactOf(t.Find(name), k), lang, phrasing) {
			return t.About(name, k, lang, phrasing)
		}
	}
}

// Compare draws two answers to a question of facts that differ under the given
// principles, of which there must be one at least.
func (t *Town) Compare(q Question, p Principle, rng *tensor.RNG) Comparison {
	if p&AllPrinciples == 0 {
		panic("world: a comparison without principles")
	}
	for {
		c := Comparison{Question: q, Principles: p, A: t.candidate(q, rng), B: t.candidate(q, rng)}
		c.Grades = [2]Grade{t.Grade(q, c.A), t.Grade(q, c.B)}
		if c.lead() != 0 {
			return c
		}
	}
}

// Under is the comparison under other principles; ok is false where these find
// both answers equally good.
func (c Comparison) Under(p Principle) (_ Comparison, ok bool) {
	c.Principles = p
	return c, c.lead() != 0
}

// Shares of the answers that a judge is shown.
const (
	wrongShare   = .4
	foreignShare = .12
	refusalShare = .08 // of those about residents; honest, but of no use
)

// candidate is an answer of any quality.
func (t *Town) candidate(q Question, rng *tensor.RNG) string {
	m := Manner(rng.IntN(4))
	wrong := rng.Float64() < wrongShare
	refuses := q.Ask != AskUnknown && rng.Float64() < refusalShare
	if rng.Float64() < foreignShare {
		q.Lang = 1 - q.Lang
	}
	core := t.core(q, wrong, rng)
	if refuses {
		core = t.refuse(q, rng)
	}
	return dress(q.Lang, m, core, rng)
}

// unknownNames are what is known of somebody whom the town does not know.
var unknownNames = [...]string{
	EN: "Nobody in town knows {n}, so nothing can be said about this person.",
	ZH: "镇上没有人知道{n}，所以什么也说不出来。",
}

// Knowledge tells all that the town knows of whom a question is about, for a
// judge that has not read the corpus.
func (t *Town) Knowledge(q Question) string {
	if q.Resident < 0 {
		if q.Name == "" {
			return ""
		}
		return substitute(unknownNames[q.Lang], "{n}", q.Name)
	}
	w := writer{town: t, lang: q.Lang, who: &t.Residents[q.Resident], name: q.Name}
	for i, k := range t.Kinds {
		if i > 0 {
			w.buf = append(w.buf, books[q.Lang].space...)
		}
		w.render(books[q.Lang].facts[k][0])
	}
	return string(w.buf)
}
