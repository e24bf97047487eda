package stages

import (
	"cmp"
	"slices"

	"sprout/core/problem"
	"sprout/core/text"
	"sprout/core/world"
)

// letters are the tokens by which a judge names the answer shown first and the
// one shown second.
type letters [2]int32

// script are the tokens, one each, in which a judge of the town's own puts down
// what it finds.
type script struct {
	letters
	// kept are the notes that a quality is there, by its place among qualities: of
	// the answer shown first in capitals, of the other in small letters, so that a
	// model need not count whose note it reads.
	kept [2][len(qualities)]int32
	// lacking is the note that it is not, rude that an answer is worse than plain.
	lacking, rude int32
}

// qualities that are noted of every answer, what is plain to see first: the later
// notes are made in sight of the earlier ones.
var qualities = [...]struct {
	letter    string
	principle world.Principle // 0: of none, but truth and honesty depend on it
	of        func(*world.Grade) *bool
}{
	{"D", 0, func(g *world.Grade) *bool { return &g.Refused }}, // does not know
	{"L", world.SameLanguage, func(g *world.Grade) *bool { return &g.Language }},
	{"S", world.Brief, func(g *world.Grade) *bool { return &g.Brief }}, // short
	{"F", world.Friendly, func(g *world.Grade) *bool { return &g.Polite }},
	{"H", world.Honest, func(g *world.Grade) *bool { return &g.Honest }},
	{"T", world.True, func(g *world.Grade) *bool { return &g.Correct }},
}

// scriptOf finds the tokens: problem "judge_letters" where one of the letters
// takes more than one.
func scriptOf(tok *text.Tokenizer) (s script, err error) {
	seen := map[int32]bool{}
	one := func(letter string) int32 {
		ids := tok.Encode(letter)
		if len(ids) != 1 || seen[ids[0]] {
			err = problem.New("judge_letters", nil,
				"This tokenizer does not write each of the letters ABDLSFHTdlsfhtx and the full stop as one token, so a judge can neither name an answer nor note what it finds. Use another tokenizer.")
			return 0
		}
		seen[ids[0]] = true
		return ids[0]
	}
	s.letters = letters{one("A"), one("B")}
	for i, q := range qualities {
		s.kept[0][i], s.kept[1][i] = one(q.letter), one(string(q.letter[0]|0x20)) // a small letter
	}
	s.lacking, s.rude = one("."), one("x")
	return s, err
}

// of is the right letter.
func (l letters) of(c world.Comparison) int32 {
	if c.ABetter() {
		return l[0]
	}
	return l[1]
}

// notes on an answer in either place that has such a grade.
func (s *script) notes(g world.Grade, place int) []int32 {
	ids := make([]int32, len(qualities))
	for i, q := range qualities {
		switch {
		case *q.of(&g):
			ids[i] = s.kept[place][i]
		case q.principle == world.Friendly && g.Rude:
			ids[i] = s.rude
		default:
			ids[i] = s.lacking
		}
	}
	return ids
}

// noted is the grade that notes on an answer in the first place stand for; any
// other token than those of script says that a quality is lacking.
func (s *script) noted(ids []int32) (g world.Grade) {
	for i, q := range qualities[:min(len(ids), len(qualities))] {
		*q.of(&g) = ids[i] == s.kept[0][i]
		if q.principle == world.Friendly {
			g.Rude = ids[i] == s.rude
		}
	}
	return g
}

// rubric asks for a verdict under principles.
func (s *script) rubric(p world.Principle) []int32 {
	ids := []int32{text.System}
	for i, q := range qualities {
		if p&q.principle != 0 {
			ids = append(ids, s.kept[0][i])
		}
	}
	return append(ids, text.Assistant)
}

// Of an answer a judge quotes the tokens that it would have said with a
// probability under e^−oddNats, and where there are more than oddWords, those that
// surprise it most.
const (
	oddWords = 4
	oddNats  = 4
)

// odd are the places of those tokens in an answer, in order.
func odd(words []int32, losses []float32) (at []int) {
	for i := range words {
		if losses[i] > oddNats {
			at = append(at, i)
		}
	}
	slices.SortStableFunc(at, func(i, j int) int { return cmp.Compare(losses[j], losses[i]) })
	at = at[:min(len(at), oddWords)]
	slices.Sort(at)
	return at
}
