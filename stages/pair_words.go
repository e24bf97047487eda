package stages

import (
	"cmp"
	"slices"

	"sprout/core/text"
)

const (
	// toldPairs of a measurement are told in words.
	toldPairs = 12
	// toldRunes bound each text of them: they are read on a page.
	toldRunes = 400
)

// ToldPair is a held-out pair in words, with what the model says of its answers.
type ToldPair struct {
	At               int // among Evaluation.Pairs, which has what they gain
	Question         string
	Chosen, Rejected string
	// Said of the two: a reward, or log π, as a mean over the tokens where the
	// objective compares means.
	Said PairGain
	// Reference is log π of the two where the run began; nil where nothing is
	// compared with it.
	Reference *PairGain
}

// told are some pairs in words.
func (g *pairGauge) told(said [][2]float32, gains []PairGain) []ToldPair {
	tok := g.t.Setup.Tokenizer
	var out []ToldPair
	for _, i := range worthTelling(gains) {
		c := g.set[i]
		p := ToldPair{
			At: i, Question: beginningOf(c.opening(tok).shown), Chosen: c[0].answer(tok), Rejected: c[1].answer(tok),
			Said: g.kind.perAnswer(said[i], c),
		}
		if g.kind == bySum || g.kind == byMean {
			before := g.kind.perAnswer(g.reference[i], c)
			p.Reference = &before
		}
		out = append(out, p)
	}
	return out
}

// worthTelling chooses pairs: some that are always the same, so that they can be
// followed, then those that are ranked wrong, the worst first, then others.
func worthTelling(gains []PairGain) []int {
	all := make([]int, len(gains))
	var wrong []int
	for i, p := range gains {
		if all[i] = i; p.Chosen < p.Rejected {
			wrong = append(wrong, i)
		}
	}
	slices.SortStableFunc(wrong, func(i, j int) int {
		return cmp.Compare(gains[i].Chosen-gains[i].Rejected, gains[j].Chosen-gains[j].Rejected)
	})
	var out []int
	for _, i := range slices.Concat(spread(all, toldPairs/2), wrong, spread(all, toldPairs)) {
		if len(out) < toldPairs && !slices.Contains(out, i) {
			out = append(out, i)
		}
	}
	return out
}

// perAnswer is what is said of two answers in the unit that the objective compares.
func (k pairKind) perAnswer(said [2]float32, c contest) PairGain {
	if k != byMean && k != byItself {
		return PairGain{float64(said[0]), float64(said[1])}
	}
	return PairGain{float64(said[0]) / float64(c[0].learns()), float64(said[1]) / float64(c[1].learns())}
}

// answer is what the learned tokens say.
func (c Conversation) answer(tok *text.Tokenizer) string {
	var ids []int32
	for i, id := range c.Tokens {
		if c.Learned[i] {
			ids = append(ids, id)
		}
	}
	return beginningOf(words(tok, ids))
}

func beginningOf(s string) string {
	if r := []rune(s); len(r) > toldRunes {
		return string(r[:toldRunes]) + "…"
	}
	return s
}
