package session

import (
	"cmp"

	"sprout/core/gen"
	"sprout/core/problem"
	"sprout/core/text"
	"sprout/core/world"
	"sprout/wasm/protocol"
)

// How many questions are asked where the page names none: so many of each of a
// town's sets, or of the held-out conversations.
const (
	askedOfSet   = 2
	askedOfTalks = 6
	askTokens    = 48 // of an answer, unless the page says otherwise
)

// question is asked of every model.
type question struct {
	turns []text.Turn
	set   string
	town  *world.Town // that grades the answers; nil: nobody does
	asked world.Question
}

// ask has models answer the same questions. The engine is free between two
// answers, so that a run in progress goes on.
func (s *Session) ask(c protocol.Ask, _ []byte) (any, []byte, error) {
	questions, err := s.questions(c)
	if err != nil {
		return nil, nil, err
	}
	out := protocol.Answers{Questions: make([]protocol.Question, len(questions))}
	for i, q := range questions {
		out.Questions[i] = protocol.Question{Text: q.turns[len(q.turns)-1].Content, Set: q.set, Answers: []protocol.Answer{}}
		for _, id := range c.Checkpoints {
			a, err := s.answer(id, q, cmp.Or(c.MaxTokens, askTokens))
			if err != nil {
				return nil, nil, err
			}
			out.Questions[i].Answers = append(out.Questions[i].Answers, a)
			s.host.Yield()
		}
	}
	return out, nil, nil
}

// answer asks one model. One that has not learned conversations yet is asked in
// plain text.
func (s *Session) answer(id string, q question, tokens int) (protocol.Answer, error) {
	s.engine.Lock()
	defer s.engine.Unlock()
	m, err := s.model(id, "")
	if err != nil {
		return protocol.Answer{}, err
	}
	prompt, err := m.chat(q.turns)
	if err != nil {
		return protocol.Answer{}, err
	}
	a := protocol.Answer{Plain: !m.talks()}
	if a.Plain {
		prompt = m.prompt(q.turns[len(q.turns)-1].Content + "\n")
	}
	_, err = m.gen.Generate([][]int32{prompt}, gen.Options{
		MaxTokens: tokens, Decode: m.tok,
		OnToken: func(t *gen.Token) error { a.Text += t.Delta; return nil },
	})
	if err == nil && q.town != nil && !a.Plain {
		right := q.town.Grade(q.asked, a.Text).Correct
		a.Right = &right
	}
	return a, err
}

// questions are those of the page, of the lessons, or of the dataset.
func (s *Session) questions(c protocol.Ask) (out []question, err error) {
	for _, asked := range c.Questions {
		out = append(out, question{turns: say(asked)})
	}
	id := cmp.Or(c.Lessons, c.Dataset)
	if len(out) > 0 || id == "" && len(c.Checkpoints) == 0 {
		return out, nil
	}
	if id == "" {
		if id, err = s.datasetOf(c.Checkpoints[len(c.Checkpoints)-1]); err != nil {
			return nil, err
		}
	}
	d, err := s.dataset(id)
	if err != nil {
		return nil, err
	}
	if d.town == nil {
		return heldOutTalks(d.corpus), nil
	}
	for _, set := range []world.Set{world.HeldCombos, world.HeldResidents, world.Unknown} {
		all := d.town.Questions(set, d.langs...)
		for i := range min(askedOfSet, len(all)) {
			// In the middle of each part: the first ones are all about one person.
			q := all[(2*i+1)*len(all)/(2*askedOfSet)]
			out = append(out, question{turns: say(q.Text), set: set.String(), town: d.town, asked: q})
		}
	}
	return out, nil
}

// datasetOf is the id of what a checkpoint learned from last.
func (s *Session) datasetOf(id string) (string, error) {
	m, err := s.meta(id)
	return cmp.Or(m.Lessons.ID, m.Dataset.ID), err
}

func heldOutTalks(c *text.Corpus) (out []question) {
	for _, d := range c.HeldOut {
		if before, _ := opened(d); before != nil && len(out) < askedOfTalks {
			out = append(out, question{turns: before})
		}
	}
	return out
}

func say(words string) []text.Turn { return []text.Turn{{Role: text.RoleUser, Content: words}} }

// chat is a conversation up to the word of the assistant. Problem
// "question_too_long" where it leaves no room for an answer.
func (m *model) chat(turns []text.Turn) ([]int32, error) {
	ids := m.tok.ChatPrompt(turns)
	if room := m.params.Config.Context; len(ids) >= room {
		return nil, problem.New("question_too_long", problem.Args{"tokens": len(ids), "context": room},
			"The question has %d tokens, but the model reads no more than %d at once, its own answer included. Ask a shorter one.", len(ids), room)
	}
	return ids, nil
}

// goOn is a conversation with one more question. Its oldest turns, a question
// with its answer at a time, are forgotten where no room is left for a new
// answer.
func (m *model) goOn(before []protocol.Turn, words string) ([]int32, error) {
	var turns []text.Turn
	for _, t := range before {
		turns = append(turns, text.Turn{Role: text.Role(t.Role), Content: t.Content})
	}
	turns = append(turns, say(words)...)
	room := m.params.Config.Context - askTokens/2
	for len(turns) > 2 && len(m.tok.ChatPrompt(turns)) > room {
		turns = turns[2:]
	}
	return m.chat(turns)
}
