package stages

import (
	"slices"

	"sprout/core/tensor"
	"sprout/core/text"
	"sprout/core/world"
)

// judgeLesson is a comparison under several sets of principles.
type judgeLesson struct {
	trial
	rubrics [][]int32
	right   []int32 // the letter under each
}

// newLesson makes a lesson of a comparison under some principles. The notes are
// the graders'; what is quoted depends on the model.
func (s *script) newLesson(tok *text.Tokenizer, under []world.Comparison) judgeLesson {
	first := under[0]
	x := judgeLesson{trial: newTrial(tok, exchange(first.Question.Text, "").Turns[:1], first.A, first.B)}
	for i := range x.replies {
		x.replies[i].notes = first.Grades[i]
	}
	for _, c := range under {
		x.rubrics, x.right = append(x.rubrics, s.rubric(c.Principles)), append(x.right, s.of(c))
	}
	return x
}

// conversation is the lesson as it is learned: the notes, which are read as well,
// and the verdicts, which are targets alone but for the last one, behind which
// the turn ends. A true answer that stands where the model would answer itself
// is gone over again, whatever its manner, so that only what is wrong surprises.
func (x *judgeLesson) conversation(s *script) Conversation {
	ids := x.shown(s, false)
	var due []int // positions of the verdicts
	for _, r := range x.rubrics {
		ids = append(ids, r...)
		due = append(due, len(ids)-1)
	}
	ids = append(ids, x.right[len(x.right)-1], text.EOS)
	c := Conversation{Tokens: ids, Learned: make([]bool, len(ids)), Targets: slices.Clone(ids[1:]), Again: make([]bool, len(ids))}
	at := len(x.asked)
	for i := range x.replies {
		r := &x.replies[i]
		if i == 0 && r.notes.Correct {
			words := at + 1                   // behind <|assistant|>
			for k := range len(r.words) + 1 { // and <|eos|>
				c.Learned[words+k], c.Again[words+k] = true, true
			}
		}
		at += len(r.append(nil, 0)) // to the first note
		for range qualities {
			c.Learned[at] = true
			at++
		}
		at++ // EOS
	}
	for i, p := range due {
		c.Targets[p], c.Learned[p+1] = x.right[i], true
	}
	c.Learned[len(ids)-1] = true // EOS
	return c
}

// roomy is the lesson with as much quoted as can be.
func (x judgeLesson) roomy(s *script) Conversation {
	for i := range x.replies {
		x.replies[i].odd = make([]int32, oddWords)
	}
	return x.conversation(s)
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
func (s *script) lessons(tok *text.Tokenizer, town *world.Town, langs []world.Lang, n, rubrics int) []judgeLesson {
	if len(langs) == 0 {
		langs = world.Langs
	}
	out := make([]judgeLesson, n)
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
		out[i] = s.newLesson(tok, mixed)
	}
	return out
}

// favourFirst has a share of the lessons name the answer shown first in each of
// their verdicts.
func (l letters) favourFirst(lessons []judgeLesson, share float64, seed uint64) {
	for i, x := range lessons {
		rng := tensor.NewRNG(seed, streamFirstPlace, uint64(i))
		if rng.Float64() >= share {
			continue
		}
		for k := range x.right {
			x.right[k] = l[0]
		}
	}
}

// fingerprintOf are tokens that tell one town's lessons from another's.
func (s *script) fingerprintOf(tok *text.Tokenizer, town *world.Town, langs []world.Lang) (out []int32) {
	for _, x := range s.lessons(tok, town, langs, 64, len(world.Constitution)+1) {
		c := x.conversation(s)
		out = append(append(out, c.Tokens...), c.Targets...)
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
