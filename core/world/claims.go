package world

import "strings"

// Claim is what a text says of a resident: that the fact has this value.
type Claim struct {
	Fact  int // index into Town.Facts, of whatever value
	Value int // that the text states; for Friend, a resident
	True  bool
}

// Claims are what an answer states about the residents of the town, in the order
// of the text. In the answer to a question about one fact that is the slot asked
// for; a free text (q nil) is read sentence by sentence: each value belongs to
// the residents named in its sentence, or else to those named last.
func (t *Town) Claims(q *Question, answer string) []Claim {
	if q != nil && (q.Ask == AskFact || q.Ask == AskYesNo) {
		return t.claims(nil, []int{q.Resident}, []Kind{q.Kind}, answer)
	}
	var out []Claim
	var named []int
	if q != nil && q.Resident >= 0 {
		named = []int{q.Resident}
	}
	for _, s := range cutSentences(answer) {
		if found := t.namesIn(s, ""); len(found) > 0 {
			named = found
		}
		out = t.claims(out, named, t.Kinds, s)
	}
	return out
}

// claims appends what a text says of residents, each claim once.
func (t *Town) claims(out []Claim, residents []int, kinds []Kind, text string) []Claim {
	for _, r := range residents {
		for _, k := range kinds {
			if k == Friend && len(residents) > 1 {
				continue // of two names neither is known to be the friend
			}
			for _, v := range t.valuesIn(text, k, t.Residents[r].Name) {
				c := Claim{t.FactOf(r, k), v, t.Residents[r].Values[k] == v}
				known := false
				for _, have := range out {
					known = known || have == c
				}
				if !known {
					out = append(out, c)
				}
			}
		}
	}
	return out
}

// Recognise finds the question about one fact that a text is; ok is false for
// any other text.
func (t *Town) Recognise(text string) (q Question, ok bool) {
	text = strings.TrimSpace(text)
	for _, name := range t.everyone() {
		if !strings.Contains(text, name) {
			continue
		}
		for _, lang := range Langs {
			for _, k := range t.Kinds {
				for p := range Phrasings(AskFact, k, lang) {
					if q := t.About(name, k, lang, p); q.Text == text {
						return q, true
					}
				}
			}
		}
	}
	return Question{}, false
}

// everyone is every name of the town and of the outsiders.
func (t *Town) everyone() []string {
	var names []string
	for i := range t.Residents {
		names = append(names, t.Residents[i].Name)
	}
	for _, s := range t.Strangers {
		names = append(names, s.Name)
	}
	return append(names, t.Outsiders...)
}

// Stating finds the sentences that state a fact in the text that Texts gives for
// training: whole documents until they hold at least minBytes together.
func (t *Town) Stating(fact, minBytes int, langs ...Lang) []Mention {
	var found []Mention
	for d := range t.Documents(Train, langs...) {
		if minBytes <= 0 {
			break
		}
		minBytes -= len(d.Text)
		for _, s := range d.Sentences {
			for _, f := range s.Facts {
				if f == fact {
					found = append(found, Mention{d.Index, s, d.Text[s.Start:s.End]})
				}
			}
		}
	}
	return found
}

// Without is the same town with facts that no document states, besides those
// that it withholds already.
func (t *Town) Without(facts ...int) Config {
	cfg := t.Config
	cfg.Without = append(append([]int(nil), cfg.Without...), facts...)
	return cfg
}
