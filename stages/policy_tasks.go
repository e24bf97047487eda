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

// tasks are what a policy is asked while it learns and when it is measured: the
// questions of a town that SFT may see, and others that it never sees; without a
// town the beginnings of conversations, each once.
func (s *Setup) tasks(talk *text.Corpus) (train, heldOut []task) {
	if s.Town == nil {
		return beginnings(s.Tokenizer, talk.Train), beginnings(s.Tokenizer, talk.HeldOut)
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
	return train, heldOut
}

func beginnings(tok *text.Tokenizer, docs []text.Doc) (out []task) {
	seen := map[string]bool{}
	for _, o := range openings(tok, docs, int(^uint(0)>>1)) {
		key := fingerprint(nil, [][]int32{o.tokens})
		if !seen[key] {
			seen[key] = true
			out = append(out, task{opening: o})
		}
	}
	return out
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
		"prompt_too_long": "a prompt and its answer are longer than the context: prompt, tokens, answer, context",
	})
}
