package world

import (
	"strings"

	"sprout/core/tensor"
)

// Transcript writes examples and then a question as the corpus writes its
// dialogues, and leaves the word to the one who answers: how a model that has
// only read can be asked. An answer to it ends with the line.
func (t *Town) Transcript(q Question, before ...Example) string {
	var b strings.Builder
	speak := func(speaker int, words string) {
		if b.Len() > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(books[q.Lang].speakers[speaker])
		b.WriteString(words)
	}
	for _, e := range before {
		speak(0, e.Question.Text)
		speak(1, e.Answer)
	}
	speak(0, q.Text)
	speak(1, "")
	// A blank belongs to the word that follows it, as tokenizers see it.
	return strings.TrimRight(b.String(), " ")
}

// Shots are examples to put before a question: plain answers to questions of
// SFT in its language, about others, the first n of an order that is the
// question's own.
func (t *Town) Shots(q Question, n int) []Example {
	questions := t.Questions(Seen, q.Lang)
	rng := tensor.NewRNG(t.Config.Seed, streamShots, uint64(q.Kind), uint64(q.Phrasing), uint64(q.Resident+1))
	var out []Example
	for _, i := range rng.Perm(len(questions)) {
		if len(out) == n {
			break
		}
		if x := questions[i]; x.Name != q.Name {
			out = append(out, Example{x, t.Answer(x, Plain, false, &rng), Plain})
		}
	}
	return out
}
