package stages

import (
	"strings"

	"sprout/core/gen"
	"sprout/core/problem"
	"sprout/core/text"
	"sprout/core/world"
)

// Form is how a model is asked.
type Form string

// The forms. A model that has only read does not know the chat template; it is
// asked in the words of the corpus, see AskBase.
const (
	Chat    Form = "chat"
	Plain   Form = "plain"
	FewShot Form = "few_shot"
)

// formOf is the form that suits a model.
func formOf(stage string) Form {
	if stage == (Pretrain{}).Name() {
		return FewShot
	}
	return Chat
}

// answer to a question of the town, and what it was sampled from.
type answer struct {
	prompt, tokens []int32
	logprob        float64 // Σ log π of the tokens at temperature 1, nats
	text           string
	grade          world.Grade
}

// answers asks a model and grades what it says. Question i draws from RNG(seed,
// 0, i), so that models asked the same questions draw the same numbers.
func (r *Reader) answers(town *world.Town, questions []world.Question, form Form, o gen.Options) ([]answer, error) {
	return r.written(r.Rollout, town, questions, form, o)
}

// graded is answers whose tokens nobody looks at: they may end with the line.
func (r *Reader) graded(town *world.Town, questions []world.Question, form Form) ([]answer, error) {
	w := writer(r.Rollout)
	if form != Chat {
		w = w.lines(r.Tokenizer)
	}
	return r.written(w, town, questions, form, gen.Options{})
}

func (r *Reader) written(w writer, town *world.Town, questions []world.Question, form Form, o gen.Options) ([]answer, error) {
	prompts := make([][]int32, len(questions))
	longest := 0
	context := r.context
	o.MaxTokens = answerTokens
	if form != Chat {
		o.MaxTokens = lineTokens
	}
	for i, q := range questions {
		prompts[i] = r.prompt(town, q, form, context-o.MaxTokens)
		longest = max(longest, len(prompts[i]))
	}
	// The last token needs no place in the context.
	if o.MaxTokens = min(o.MaxTokens, context-longest+1); o.MaxTokens < 1 {
		return nil, problem.New("report_context", problem.Args{"context": context, "tokens": longest},
			"The model reads %d tokens at once, but a question has %d: it cannot be asked. Choose a model with a larger context.", context, longest)
	}
	sequences, err := w(prompts, o)
	if err != nil {
		return nil, err
	}
	out := make([]answer, len(questions))
	for i, s := range sequences {
		a := answer{prompt: prompts[i], tokens: s.Tokens, text: words(r.Tokenizer, s.Tokens)}
		for _, l := range s.ModelLogProbs {
			a.logprob += l
		}
		said := a.text
		if form != Chat {
			said, _, _ = strings.Cut(strings.TrimSpace(said), "\n")
		}
		a.text = said
		a.grade = town.Grade(questions[i], said)
		out[i] = a
	}
	return out, nil
}

// prompt is a question as a model reads it.
func (r *Reader) prompt(town *world.Town, q world.Question, form Form, room int) []int32 {
	switch form {
	case Plain:
		return transcript(town, q, 0, r.Tokenizer, room)
	case FewShot:
		return transcript(town, q, mostShots, r.Tokenizer, room)
	}
	return r.Tokenizer.ChatPrompt([]text.Turn{{Role: text.RoleUser, Content: q.Text}})
}

// heldOutQuestions are n different questions that no example of SFT has: a
// fourth each about held-out pairs of fact and phrasing, held-out phrasings,
// residents and names that no example has, as far as those go, the rest from the
// others. So n counts questions, and none is asked twice. There may be fewer.
func heldOutQuestions(town *world.Town, langs []world.Lang, n int) []world.Question {
	parts := [][]world.Question{
		town.Questions(world.HeldCombos, langs...),
		town.Questions(world.HeldPhrasings, langs...),
		town.Questions(world.HeldResidents, langs...),
		unknownQuestions(town, langs, n),
	}
	sizes := make([]int, len(parts))
	for i, p := range parts {
		sizes[i] = len(p)
	}
	var out []world.Question
	for i, size := range portions(n, sizes) {
		out = append(out, spread(parts[i], size)...)
	}
	return out
}

// portions deals n among sets of the given sizes: equally, and what one lacks to
// the others.
func portions(n int, sizes []int) []int {
	out := make([]int, len(sizes))
	for left := true; n > 0 && left; {
		left = false
		for i, size := range sizes {
			if out[i] < size && n > 0 {
				out[i]++
				n--
				left = true
			}
		}
	}
	return out
}

// unknownQuestions are about strangers and about names that not even the text
// has, half and half.
func unknownQuestions(town *world.Town, langs []world.Lang, n int) []world.Question {
	strangers, outsiders := town.Questions(world.Unknown, langs...), town.Questions(world.UnknownNew, langs...)
	size := portions(n, []int{len(strangers), len(outsiders)})
	return append(spread(strangers, size[0]), spread(outsiders, size[1])...)
}
