package stages

import "sprout/core/world"

// Source of what an answer says: a fact of the town, and the lines of the
// training text that state it. What the lines do not say a model can only have
// guessed, so a run without them (Without) shows what they are worth.
type Source struct {
	Claim world.Claim // Value is −1 where the fact was asked for and the answer states none
	// Lines are some of the sentences that state the fact, evenly spread over the
	// Count of them, which lie in so many Documents of the training text.
	Lines     []world.Mention
	Count     int
	Documents int
	Forms     map[world.Form]int // sentences by the form of their document
}

// Attribute finds the sources of an answer in the text that TownCorpus gives:
// of the question's slot, or of all that a free text (an empty or unknown
// question) says of residents. At most so many lines are given of each; where
// lines is below 0 none are looked for, which spares reading the text.
func Attribute(t *world.Town, langs []world.Lang, question, answer string, lines int) []Source {
	q, known := t.Recognise(question)
	var claims []world.Claim
	if known {
		claims = t.Claims(&q, answer)
		if len(claims) == 0 && q.Resident >= 0 {
			claims = []world.Claim{{Fact: t.FactOf(q.Resident, q.Kind), Value: -1}}
		}
	} else {
		claims = t.Claims(nil, answer)
	}
	out := make([]Source, len(claims))
	for i, c := range claims {
		if lines < 0 {
			out[i] = Source{Claim: c, Forms: map[world.Form]int{}}
			continue
		}
		found := t.Stating(c.Fact, townBytes(langs), langs...)
		s := Source{Claim: c, Count: len(found), Lines: spread(found, lines), Forms: map[world.Form]int{}}
		last := -1
		for _, m := range found {
			if m.Document != last {
				s.Documents++
			}
			last = m.Document
			s.Forms[t.Document(world.Train, m.Document).Form]++
		}
		out[i] = s
	}
	return out
}

// townBytes is the least length of the training text in these languages.
func townBytes(langs []world.Lang) int {
	if len(langs) == 0 {
		langs = world.Langs
	}
	return townTrainBytes * len(langs)
}
