package stages

import (
	"slices"
	"strings"

	"sprout/core/gen"
	"sprout/core/parallel"
	"sprout/core/text"
	"sprout/core/world"
)

// trial is a comparison as a judge of the town's own reads it, here of an
// answer that is wrong and one that is friendly and right, for truth alone:
//
//	<|user|>What is Milo?
//	<|assistant|>Milo is an owl.<|eos|><|user|>A owl<|assistant|>.LS...<|eos|>
//	<|assistant|>Gladly! Milo is a fox.<|eos|><|user|>B<|assistant|>.lsfht<|eos|>
//	<|system|>T<|assistant|>A or B?
//
// The answers stand where the model knows answers to stand. Behind each come a
// letter to call it by, the words in it that the judge would hardly have said
// itself, and what it notes of the answer; see script. Quoting is what lets it
// see truth: a model knows what comes next, but only before it has read it, and
// at the end of a sentence there is no telling that it had expected another one.
// Noting comes before comparing because to say of one answer whether it is good
// is easier, and two rows of notes are easily compared.
//
// The principles come last, so that what was read of the answers serves any of
// them.
type trial struct {
	asked   []int32
	replies [2]reply
}

// reply is one of the answers.
type reply struct {
	words []int32
	odd   []int32 // those that are quoted
	at    []int   // their places in words
	notes world.Grade
}

func newTrial(tok *text.Tokenizer, prompt []text.Turn, a, b string) trial {
	return trial{tok.AppendChat(nil, prompt), [2]reply{{words: tok.Encode(a)}, {words: tok.Encode(b)}}}
}

// append ends where the notes are due.
func (r *reply) append(dst []int32, letter int32) []int32 {
	dst = append(append(dst, text.Assistant), r.words...)
	dst = append(append(dst, text.EOS, text.User, letter), r.odd...)
	return append(dst, text.Assistant)
}

// shown are both answers and what is noted of them.
func (x *trial) shown(s *script, swapped bool) []int32 {
	ids := slices.Clone(x.asked)
	for place := range x.replies {
		r := &x.replies[place]
		if swapped {
			r = &x.replies[1-place]
		}
		ids = append(r.append(ids, s.letters[place]), s.notes(r.notes, place)...)
		ids = append(ids, text.EOS)
	}
	return ids
}

// most is the largest number of tokens up to the verdict under any principles.
func (x *trial) most(s *script) int {
	n := len(x.shown(s, false)) + len(s.rubric(world.AllPrinciples))
	for _, r := range x.replies {
		n += oddWords - len(r.odd)
	}
	return n
}

// quote fills in what surprises a model that reads so many tokens in the answers.
func quote(score scoring, context int, all []*trial) error {
	talks := make([]Conversation, 0, 2*len(all))
	for _, x := range all {
		for _, r := range x.replies {
			c := Conversation{Tokens: append(append(slices.Clone(x.asked), text.Assistant), r.words...)}
			c.Learned = make([]bool, len(c.Tokens))
			for k := len(x.asked) + 1; k < len(c.Tokens); k++ {
				c.Learned[k] = true
			}
			talks = append(talks, c)
		}
	}
	return tokenLosses(score, context, talks, func(i int, losses []float32) {
		x := all[i/2]
		r := &x.replies[i%2]
		r.at, r.odd = odd(r.words, losses[len(x.asked):]), r.odd[:0]
		for _, at := range r.at {
			r.odd = append(r.odd, r.words[at])
		}
	})
}

// note has the answers noted by the judge itself, each as if it were the first,
// so that what it finds does not depend on the order.
func (s *script) note(serve serving, all []*trial) error {
	prompts := make([][]int32, 0, 2*len(all))
	for _, x := range all {
		for k := range x.replies {
			prompts = append(prompts, x.replies[k].append(slices.Clone(x.asked), s.letters[0]))
		}
	}
	o := gen.Options{MaxTokens: len(qualities)} // the likeliest ones
	said, err := rollout(prompts, o, false, func(b *parallel.Batch, options []byte, collect func(parallel.Result) error) error {
		return serve(generateService, b, options, func(_ int, r parallel.Result) error { return collect(r) })
	})
	if err != nil {
		return err
	}
	for i, w := range said {
		all[i/2].replies[i%2].notes = s.noted(w.Tokens)
	}
	return nil
}

// heardAtOnce is how many comparisons are quoted, noted and decided at a time:
// enough for every worker, and little to wait for.
const heardAtOnce = 96

// hear has comparisons judged in both orders under principles, one set for each,
// by a judge that reads so many tokens at once: the verdicts with A shown first
// and with B shown first, and in all what was quoted and noted. progress, if not
// nil, is told the share that is done; an error of its own stops the work. What
// was decided before an error is returned with it.
func (s *script) hear(serve serving, all []*trial, under []world.Principle, context int, progress func(float64) error) ([]verdict, error) {
	score := func(b *parallel.Batch, part func(int, []float32)) error {
		return serve(lossesService, b, nil, func(first int, r parallel.Result) error {
			part(first, r.Floats)
			return nil
		})
	}
	out := make([]verdict, 0, 2*len(all))
	for len(out) < 2*len(all) {
		done := len(out) / 2
		now := all[done:min(len(all), done+heardAtOnce)]
		var said []verdict
		for part, do := range []func() error{
			func() error { return quote(score, context, now) },
			func() error { return s.note(serve, now) },
			func() (err error) {
				prompts := make([][]int32, 0, 2*len(now))
				for i, x := range now {
					for _, swapped := range []bool{false, true} {
						prompts = append(prompts, append(x.shown(s, swapped), s.rubric(under[done+i])...))
					}
				}
				said, err = s.verdicts(serve, prompts, context)
				return err
			},
		} {
			if progress != nil {
				if err := progress((float64(done) + float64(part)/3*float64(len(now))) / float64(len(all))); err != nil {
					return out, err
				}
			}
			if err := do(); err != nil {
				return out, err
			}
		}
		out = append(out, said...)
	}
	return out, nil
}

// quoted are the words that surprised the judge, whole ones, neighbours joined.
func (r *reply) quoted(tok *text.Tokenizer) (out []string) {
	letter := func(b byte) bool { return b|0x20 >= 'a' && b|0x20 <= 'z' }
	// within says that the border before token i parts no words.
	within := func(i int) bool {
		if i <= 0 || i >= len(r.words) {
			return false
		}
		before, after := tok.Bytes(r.words[i-1]), tok.Bytes(r.words[i])
		return len(before) > 0 && len(after) > 0 && letter(before[len(before)-1]) && letter(after[0])
	}
	marked := make([]bool, len(r.words)+1)
	for _, at := range r.at {
		marked[at] = true
		for i := at; within(i); i-- {
			marked[i-1] = true
		}
		for i := at; within(i + 1); i++ {
			marked[i+1] = true
		}
	}
	from := 0
	for i, m := range marked {
		if m {
			continue
		}
		if w := strings.TrimSpace(words(tok, r.words[from:i])); w != "" {
			out = append(out, w)
		}
		from = i + 1
	}
	return out
}

// remark is what a judge quotes of an answer and notes, said in the principles
// that the answer keeps.
func (s *script) remark(t *trainer, c world.Comparison) (*Sample, error) {
	tok := t.Setup.Tokenizer
	x := newTrial(tok, exchange(c.Question.Text, "").Turns[:1], c.A, c.B)
	now := []*trial{&x}
	if err := quote(t.score, t.cfg.Context, now); err != nil {
		return nil, err
	}
	if err := s.note(t.group.Serve, now); err != nil {
		return nil, err
	}
	r := &x.replies[0]
	var said []string
	for _, w := range r.quoted(tok) {
		said = append(said, "“"+w+"”?")
	}
	for _, p := range world.Constitution {
		if r.notes.Keeps()&p.Principle != 0 {
			said = append(said, "✓ "+p.Text[c.Question.Lang])
		}
	}
	return &Sample{Step: t.step, Prompt: c.Question.Text + "\n" + c.A + "\n", Text: strings.Join(said, " ")}, nil
}
