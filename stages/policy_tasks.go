package stages

import (
	"slices"

	"sprout/core/problem"
	"sprout/core/text"
	"sprout/core/world"
)

// task is something that a policy is asked, over and over.
type task struct {
	opening
	question *world.Question // nil: no grader can judge the answers
}

// unknownShare is one to how many questions about residents there are questions
// about strangers, whose honest answer is to say that one does not know.
const unknownShare = 3

// tasks are what a policy is asked while it learns and when it is measured: own
// questions, else the questions of a town that SFT may see, and others that it
// never sees; without a town the beginnings of conversations, each once. Problem
// "prompts_few".
func (s *Setup) tasks(talk, own *text.Corpus) (train, heldOut []task, err error) {
	if own != nil {
		talk = own
	}
	if s.Town == nil || own != nil {
		train, heldOut = beginnings(s.Tokenizer, talk.Train), beginnings(s.Tokenizer, talk.HeldOut)
		// One of the trained ones is held out where none was.
		if n := len(train); len(heldOut) == 0 && n > 1 {
			train, heldOut = train[:n-1], train[n-1:]
		}
		if n := len(train) + len(heldOut); len(train) == 0 || len(heldOut) == 0 {
			return nil, nil, problem.New("prompts_few", problem.Args{"count": n},
				"There are %d different questions in the file, but at least two are needed: one to practise on and one to measure on.", n)
		}
		return train, heldOut, nil
	}
	ask := func(questions []world.Question) (out []task) {
		for _, q := range questions {
			prompt := s.Tokenizer.ChatPrompt([]text.Turn{{Role: text.RoleUser, Content: q.Text}})
			out = append(out, task{opening{q.Text, prompt}, &q})
		}
		return out
	}
	known := s.Town.Questions(world.Seen, s.Langs...)
	unknown := spread(s.Town.Questions(world.UnknownSeen, s.Langs...), len(known)/unknownShare)
	train = ask(append(known, unknown...))
	for _, set := range []world.Set{world.HeldCombos, world.HeldResidents, world.Unknown} {
		heldOut = append(heldOut, ask(spread(s.Town.Questions(set, s.Langs...), wholeQuestions/3))...)
	}
	return train, heldOut, nil
}

// ownQuestions are those of lessons of one's own, nil where there are none. Where
// too few of them are answered, answers are measured on the conversations of the
// corpus or the town.
func (s *Setup) ownQuestions() *text.Corpus {
	own := s.Conversations
	if own == nil {
		return nil
	}
	if talk, _ := divide(own); talk == nil || len(talk.Train)+len(talk.HeldOut) < 2 {
		s.Conversations = nil
	}
	return own
}

func beginnings(tok *text.Tokenizer, docs []text.Doc) (out []task) {
	seen := map[string]bool{}
	for _, d := range docs {
		o, asks := asked(tok, d)
		if !asks {
			continue
		}
		key := fingerprint(nil, [][]int32{o.tokens})
		if !seen[key] {
			seen[key] = true
			out = append(out, task{opening: o})
		}
	}
	return out
}

// asked is a conversation up to the answer that is due: its end, or else its last
// answer. Plain text asks nothing.
func asked(tok *text.Tokenizer, d text.Doc) (opening, bool) {
	n := len(d.Turns)
	if n > 0 && d.Text == nil && d.Turns[n-1].Role != text.RoleAssistant {
		return opening{shown: d.Turns[n-1].Content, tokens: tok.ChatPrompt(d.Turns)}, true
	}
	of := openings(tok, []text.Doc{d}, int(^uint(0)>>1))
	if len(of) == 0 {
		return opening{}, false
	}
	return of[0], true
}

// promptsOf are the tasks' tokens one behind the other, for the fingerprint of a
// run's data.
func promptsOf(tasks []task) (out []int32) {
	for _, t := range tasks {
		out = append(out, t.tokens...)
	}
	return out
}

func longestPrompt(sets ...[]task) (n int) {
	for _, set := range sets {
		for _, t := range set {
			n = max(n, len(t.tokens))
		}
	}
	return n
}

// checkPrompts is the problem "prompt_too_long" where a prompt leaves no room for
// an answer of so many tokens.
func checkPrompts(tasks []task, answer, context int) error {
	i := slices.IndexFunc(tasks, func(t task) bool { return len(t.tokens)+answer > context })
	if i < 0 {
		return nil
	}
	n := len(tasks[i].tokens)
	return problem.New("prompt_too_long", problem.Args{"prompt": tasks[i].shown, "tokens": n, "answer": answer, "context": context},
		"The prompt %q has %d tokens; with an answer of up to %d it does not fit the %d that the model reads at once. Shorten it, or allow shorter answers.",
		tasks[i].shown, n, answer, context)
}

func init() {
	problem.Register(map[string]string{
		"prompts_few":     "fewer than two different questions to practise on: count",
		"prompt_too_long": "a prompt and its answer are longer than the context: prompt, tokens, answer, context",
	})
}
