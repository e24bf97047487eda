package stages

import (
	"fmt"

	"sprout/core/problem"
	"sprout/core/tensor"
	"sprout/core/text"
	"sprout/core/world"
)

// Conversation is one as fine-tuning reads it: its tokens through the chat
// template, and which of them the model learns to write.
type Conversation struct {
	Tokens  []int32
	Learned []bool // of each token
	// Targets are what is to follow each position, where that is not the token
	// that does; nil: it is.
	Targets []int32
	// Again marks the learned tokens that were learned before and are only not to
	// be forgotten; nil: none.
	Again []bool
}

// NewConversation renders turns. With answersOnly the assistant's words and the
// EOS that ends each of its turns are learned; without, everything but the first
// token, which nothing comes before.
func NewConversation(tok *text.Tokenizer, turns []text.Turn, answersOnly bool) Conversation {
	c := Conversation{Tokens: tok.AppendChat(nil, turns)}
	if answersOnly {
		c.Learned = text.AnswerMask(c.Tokens)
		return c
	}
	c.Learned = make([]bool, len(c.Tokens))
	for i := range c.Learned {
		c.Learned[i] = i > 0
	}
	return c
}

// positions is how many inputs the conversation has: its last token is only
// predicted.
func (c Conversation) positions() int { return len(c.Tokens) - 1 }

// learns counts the learned tokens.
func (c Conversation) learns() (n int) {
	for _, l := range c.Learned {
		if l {
			n++
		}
	}
	return n
}

// place writes the conversation as a row, or a part of one, that begins at
// position at of its window: inputs, what is to follow them, and 1 where that
// is learned. Slices are [positions].
func (c Conversation) place(inputs, targets []int32, mask []float32) {
	for i := range c.positions() {
		inputs[i], targets[i], mask[i] = c.Tokens[i], c.Tokens[i+1], 0
		if c.Targets != nil {
			targets[i] = c.Targets[i]
		}
		if c.Learned[i+1] {
			mask[i] = 1
		}
	}
}

// fitted cuts conversations to so many positions and leaves out those in which
// nothing is left to learn.
func fitted(all []Conversation, T int) (out []Conversation, cut, lost int) {
	for _, c := range all {
		if c.positions() > T {
			c.Tokens, c.Learned = c.Tokens[:T+1], c.Learned[:T+1]
			cut++
		}
		if c.learns() == 0 {
			lost++
			continue
		}
		out = append(out, c)
	}
	return out, cut, lost
}

// townExamples is how many examples of a town are learned from, over and over,
// and townHeldOut how many conversations of each set are measured on.
const (
	townExamples = 4096
	townHeldOut  = 96
)

// streamHeldAnswers chooses the form of the answers in held-out conversations.
const streamHeldAnswers = 0x68656c64616e73

// TownConversations are a town's examples of SFT in the given languages (none
// means both), and held-out conversations: questions in pairs of resident and
// phrasing, in phrasings, and about residents and strangers that no example
// has, in turn.
func TownConversations(t *world.Town, langs ...world.Lang) *text.Corpus {
	learned := func(x world.Example, _ int) string { return x.Answer }
	held := func(q world.Question, rng *tensor.RNG) string {
		return t.Answer(q, world.Manner(rng.IntN(3)), false, rng)
	}
	return townTalks(t, langs, learned, held)
}

// townTalks are a town's examples of SFT and held-out questions, with answers of
// one's own: to example number i, and to a held-out question.
func townTalks(t *world.Town, langs []world.Lang, learned func(world.Example, int) string, held func(world.Question, *tensor.RNG) string) *text.Corpus {
	if len(langs) == 0 {
		langs = world.Langs
	}
	c := &text.Corpus{Name: fmt.Sprintf("town %d", t.Config.Seed), Format: "town"}
	for i := 0; len(c.Train) < townExamples; i++ {
		// Languages take turns in the town's numbering.
		n := i/len(langs)*len(world.Langs) + int(langs[i%len(langs)])
		x := t.Example(n)
		c.Train = append(c.Train, exchange(x.Question.Text, learned(x, n)))
	}
	sets := []world.Set{world.HeldCombos, world.HeldPhrasings, world.HeldResidents, world.Unknown}
	asked := make([][]world.Question, len(sets))
	for i, set := range sets {
		asked[i] = spread(t.Questions(set, langs...), townHeldOut)
	}
	for i := range townHeldOut {
		for j, questions := range asked {
			if i >= len(questions) {
				continue
			}
			q := questions[i]
			rng := tensor.NewRNG(t.Config.Seed, streamHeldAnswers, uint64(i), uint64(j))
			c.HeldOut = append(c.HeldOut, exchange(q.Text, held(q, &rng)))
		}
	}
	return c
}

func exchange(question, answer string) text.Doc {
	return text.Doc{Turns: []text.Turn{{Role: text.RoleUser, Content: question}, {Role: text.RoleAssistant, Content: answer}}}
}

// spread takes at most n of a list, evenly.
func spread[E any](all []E, n int) []E {
	n = min(n, len(all))
	out := make([]E, n)
	for i := range out {
		out[i] = all[i*len(all)/n]
	}
	return out
}

// conversations are what a run learns from and is measured on, as documents
// with an assistant's turn in them; text is what remains of the corpus, nil
// where that is nothing.
func (s *Setup) conversations() (talk, rest *text.Corpus, err error) {
	defer s.rest()
	rest = s.Corpus
	switch {
	case s.Conversations != nil:
		talk, _ = divide(s.Conversations)
	case s.Corpus != nil:
		talk, rest = divide(s.Corpus)
	}
	if talk == nil && s.Conversations == nil && s.Town != nil {
		talk = TownConversations(s.Town, s.Langs...)
	}
	if talk == nil {
		return nil, nil, noConversations(0)
	}
	// One of the trained ones is held out where none was.
	if n := len(talk.Train); len(talk.HeldOut) == 0 && n > 1 {
		talk.HeldOut, talk.Train = talk.Train[n-1:], talk.Train[:n-1]
	}
	if n := len(talk.HeldOut); len(talk.Train) == 0 && n > 1 {
		talk.Train, talk.HeldOut = talk.HeldOut[:1], talk.HeldOut[1:]
	}
	if len(talk.Train) == 0 || len(talk.HeldOut) == 0 {
		return nil, nil, noConversations(len(talk.Train) + len(talk.HeldOut))
	}
	return talk, rest, nil
}

func noConversations(n int) error {
	return problem.New("conversations_missing", problem.Args{"count": n},
		"There are %d conversations with an answer in the data, but at least two are needed: one to learn from and one to measure on.", n)
}

// divide parts a corpus into conversations with an answer and plain text, each
// nil where it is empty. Prompts without an answer belong to neither.
func divide(c *text.Corpus) (talk, rest *text.Corpus) {
	pick := func(want func(text.Doc) bool) *text.Corpus {
		out := *c
		out.Train, out.HeldOut = nil, nil
		for _, part := range []struct {
			from []text.Doc
			to   *[]text.Doc
		}{{c.Train, &out.Train}, {c.HeldOut, &out.HeldOut}} {
			for _, d := range part.from {
				if want(d) {
					*part.to = append(*part.to, d)
				}
			}
		}
		if len(out.Train)+len(out.HeldOut) == 0 {
			return nil
		}
		return &out
	}
	return pick(func(d text.Doc) bool { return d.Text == nil && answered(d.Turns) }), pick(func(d text.Doc) bool { return d.Text != nil })
}

func answered(turns []text.Turn) bool {
	for _, t := range turns {
		if t.Role == text.RoleAssistant {
			return true
		}
	}
	return false
}
