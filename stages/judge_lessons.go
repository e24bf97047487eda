package stages

import (
	"slices"

	"sprout/core/problem"
	"sprout/core/tensor"
	"sprout/core/text"
	"sprout/core/world"
)

// letters are the tokens by which a judge names the answer shown first and the
// one shown second.
type letters [2]int32

// lettersOf finds the two tokens: problem "judge_letters" where a letter takes
// more than one.
func lettersOf(tok *text.Tokenizer) (l letters, err error) {
	seen := map[int32]bool{}
	for i, name := range []string{"A", "B", yes, no} {
		ids := tok.Encode(name)
		if len(ids) != 1 || seen[ids[0]] {
			return l, problem.New("judge_letters", nil,
				"This tokenizer does not write A and B as one token each, so a judge cannot name an answer. Use another tokenizer.")
		}
		seen[ids[0]] = true
		if i < len(l) {
			l[i] = ids[0]
		}
	}
	return l, nil
}

// yes and no mark an answer; see marked.
const yes, no = "y", "n"

// A comparison as a judge of the town's own reads it:
//
//	<|user|>question<|assistant|>answer<|eos|><|user|>A<|assistant|>answer<|eos|><|user|>B<|system|>true, brief<|assistant|>
//
// The answers stand where the model knows answers to stand. A letter behind each
// gathers what there is to say of it, where the verdict finds it by the letter's
// name; without them a small model hardly learns which answer came first. The
// principles come last, so that what was read of the answers serves any of them.

// shown are the two answers behind what was asked, as tokens.
func shown(tok *text.Tokenizer, prompt []text.Turn, a, b string) []int32 {
	ids := tok.AppendChat(nil, prompt)
	for i, answer := range []string{a, b} {
		ids = appendAnswer(ids, tok, answer, [...]string{"A", "B"}[i])
	}
	return ids
}

// appendAnswer ends with three tokens that have seen all of the answer: <|eos|>,
// <|user|> and the letter.
func appendAnswer(dst []int32, tok *text.Tokenizer, answer, letter string) []int32 {
	return tok.AppendChat(dst, []text.Turn{{Role: text.RoleAssistant, Content: answer}, {Role: text.RoleUser, Content: letter}})
}

// marked are the grades that are learned at those three tokens, of each answer by
// itself: whether it is true, whether it is honest, and whether it is in the
// language of the question. To say of one answer whether it is good is easier
// than to say which of two is better, and it is what the verdict needs to find
// behind each letter; without it most of a short training passes before there is
// anything to compare. Friendliness and length a model sees without help.
func marked(g world.Grade) [3]bool { return [...]bool{g.Correct, g.Honest, g.Language} }

// appendRubric asks for a verdict under principles.
func appendRubric(dst []int32, tok *text.Tokenizer, p world.Principle, lang world.Lang) []int32 {
	dst = tok.AppendChat(dst, []text.Turn{{Role: text.RoleSystem, Content: p.Rubric(lang)}})
	return append(dst, text.Assistant)
}

// lesson is a comparison under several sets of principles. The letters are
// targets alone, but for the last one, behind which the turn ends.
func (l letters) lesson(tok *text.Tokenizer, under []world.Comparison) Conversation {
	first := under[0]
	ids := tok.AppendChat(nil, exchange(first.Question.Text, "").Turns[:1])
	marks := map[int]int32{} // by position
	for i, answer := range []string{first.A, first.B} {
		ids = appendAnswer(ids, tok, answer, [...]string{"A", "B"}[i])
		for k, good := range marked(first.Grades[i]) {
			mark := no
			if good {
				mark = yes
			}
			marks[len(ids)-3+k] = tok.Encode(mark)[0]
		}
	}
	var due []int // positions of the verdicts
	for _, c := range under {
		ids = appendRubric(ids, tok, c.Principles, c.Question.Lang)
		due = append(due, len(ids)-1)
	}
	ids = append(ids, l.of(under[len(under)-1]), text.EOS)
	c := Conversation{Tokens: ids, Learned: make([]bool, len(ids)), Targets: slices.Clone(ids[1:])}
	for i, at := range due {
		c.Targets[at], c.Learned[at+1] = l.of(under[i]), true
	}
	for at, mark := range marks {
		c.Targets[at], c.Learned[at+1] = mark, true
	}
	c.Learned[len(ids)-1] = true // EOS
	return c
}

// of is the right letter.
func (l letters) of(c world.Comparison) int32 {
	if c.ABetter() {
		return l[0]
	}
	return l[1]
}

// judgeLessons is how many pairs of answers are learned from, over and over.
const judgeLessons = 4096

// streamRubrics chooses the principles of a lesson, streamHeldJudging the answers
// to a held-out question, streamFirstPlace the lessons that favour the first.
const (
	streamRubrics     = 0x727562726963
	streamHeldJudging = 0x68656c646a
	streamFirstPlace  = 0x6669727374
)

// lessons are what a judge of a town learns from: n pairs of answers, each under
// at most so many sets of principles: its own and, drawn from those that decide
// it, single ones.
func (l letters) lessons(tok *text.Tokenizer, town *world.Town, langs []world.Lang, n, rubrics int) []Conversation {
	if len(langs) == 0 {
		langs = world.Langs
	}
	out := make([]Conversation, n)
	for i := range out {
		// Languages take turns in the town's numbering.
		number := i/len(langs)*len(world.Langs) + int(langs[i%len(langs)])
		c := town.Comparison(number)
		rng := tensor.NewRNG(town.Config.Seed, streamRubrics, uint64(number))
		under := []world.Comparison{c}
		for _, p := range rng.Perm(len(world.Constitution)) {
			alone := world.Constitution[p].Principle
			if x, decided := c.Under(alone); decided && alone != c.Principles {
				under = append(under, x)
			}
		}
		under = under[:min(len(under), rubrics)]
		mixed := make([]world.Comparison, len(under))
		for j, k := range rng.Perm(len(under)) {
			mixed[j] = under[k]
		}
		out[i] = l.lesson(tok, mixed)
	}
	return out
}

// favourFirst has a share of the lessons name the answer shown first in each of
// their verdicts.
func (l letters) favourFirst(lessons []Conversation, share float64, seed uint64) {
	for i, c := range lessons {
		rng := tensor.NewRNG(seed, streamFirstPlace, uint64(i))
		if rng.Float64() >= share {
			continue
		}
		for at, target := range c.Targets {
			if !c.Learned[at+1] || target != l[1] {
				continue
			}
			c.Targets[at] = l[0]
			if c.Tokens[at+1] == l[1] { // the last one is read as well
				c.Tokens[at+1] = l[0]
			}
		}
	}
}

// fingerprintOf are tokens that tell one town's lessons from another's.
func (l letters) fingerprintOf(tok *text.Tokenizer, town *world.Town, langs []world.Lang) []int32 {
	some := l.lessons(tok, town, langs, 64, len(world.Constitution)+1)
	out := streams(some)
	for _, c := range some {
		out = append(out, c.Targets...)
	}
	return out
}

// hearing is a set of held-out comparisons.
type hearing struct {
	name  string
	alone bool // under one principle
	all   []world.Comparison
}

// hearings are comparisons about questions that no lesson has: pairs of resident
// and phrasing, phrasings, residents and strangers that are never named, at most
// n of each and under any set of principles.
func hearings(town *world.Town, langs []world.Lang, n int) []hearing {
	var out []hearing
	for s, set := range []struct {
		name string
		set  world.Set
	}{
		{"combos", world.HeldCombos}, {"phrasings", world.HeldPhrasings}, {"residents", world.HeldResidents}, {"unknown", world.Unknown},
	} {
		h := hearing{name: set.name}
		for i, q := range spread(town.Questions(set.set, langs...), n) {
			rng := tensor.NewRNG(town.Config.Seed, streamHeldJudging, uint64(s), uint64(i))
			p := world.Principle(1 + rng.IntN(int(world.AllPrinciples)))
			h.all = append(h.all, town.Compare(q, p, &rng))
		}
		out = append(out, h)
	}
	return out
}

// alone are such comparisons under each principle by itself, at most n of it.
func alone(town *world.Town, langs []world.Lang, n int) []hearing {
	var questions []world.Question
	for _, set := range []world.Set{world.HeldCombos, world.HeldResidents, world.Unknown} {
		questions = append(questions, spread(town.Questions(set, langs...), n)...)
	}
	var out []hearing
	for s, p := range world.Constitution {
		h := hearing{name: p.Name, alone: true}
		for i, q := range spread(questions, n) {
			rng := tensor.NewRNG(town.Config.Seed, streamHeldJudging, uint64(len(world.Constitution)+s), uint64(i))
			h.all = append(h.all, town.Compare(q, p.Principle, &rng))
		}
		out = append(out, h)
	}
	return out
}
