package stages

import (
	"sprout/core/problem"
	"sprout/core/text"
)

// Preview is how a lesson would be read, before anything trains.
type Preview struct {
	// Sides are the conversation, or the better and the worse one of a pair. A
	// token that is learned has weight in the loss.
	Sides [][]WindowToken
	Long  bool // it does not fit; conversations are cut, pairs and prompts refused
	// Fault is why a run would refuse it, nil where it would not.
	Fault *problem.Problem
	Pair  *Pair // that it is; nil where it is none
}

// Tokens is the length of the longer side.
func (p Preview) Tokens() (n int) {
	for _, s := range p.Sides {
		n = max(n, len(s))
	}
	return n
}

// PreviewTalks are conversations with an answer, and others that are left out,
// as SFT reads them in windows of context tokens. Without answersOnly questions
// are learned as well.
func PreviewTalks(tok *text.Tokenizer, docs []text.Doc, context int, answersOnly bool) (out []Preview) {
	for _, d := range docs {
		if d.Text != nil {
			continue
		}
		c := NewConversation(tok, d.Turns, answersOnly)
		p := Preview{Sides: [][]WindowToken{shownTokens(c)}, Long: c.positions() > context}
		if !answered(d.Turns) {
			p.Fault = problem.New("talk_unanswered", nil, "Nobody answers in this conversation, so it is left out.")
		}
		out = append(out, p)
	}
	return out
}

// PreviewPairs are pairs as the stages on preferences read them, no more than
// context tokens each.
func PreviewPairs(tok *text.Tokenizer, pairs []Pair, context int) []Preview {
	out := make([]Preview, len(pairs))
	for i, pair := range pairs {
		c, err := newContest(tok, pair, i+1)
		if err != nil {
			out[i] = Preview{Fault: problem.From(err), Pair: &pair}
			for _, turns := range [][]text.Turn{pair.Chosen, pair.Rejected} {
				out[i].Sides = append(out[i].Sides, shownTokens(NewConversation(tok, turns, true)))
			}
			continue
		}
		out[i] = Preview{Pair: &pair, Sides: [][]WindowToken{shownTokens(c[0]), shownTokens(c[1])}}
		if err := checkLengths([]contest{c}, context); err != nil {
			out[i].Long = true
		}
	}
	return out
}

// PreviewPrompts are the questions that a policy would be asked, each once. With
// an answer of so many tokens they must fit the context.
func PreviewPrompts(tok *text.Tokenizer, docs []text.Doc, answer, context int) (out []Preview) {
	for _, t := range beginnings(tok, docs) {
		c := Conversation{Tokens: t.tokens, Learned: make([]bool, len(t.tokens))}
		out = append(out, Preview{Sides: [][]WindowToken{shownTokens(c)}, Long: len(t.tokens)+answer > context})
	}
	return out
}

func shownTokens(c Conversation) []WindowToken {
	out := make([]WindowToken, len(c.Tokens))
	for i, id := range c.Tokens {
		out[i] = WindowToken{ID: id, Learned: c.Learned[i]}
	}
	return out
}

func init() {
	problem.Register(map[string]string{
		"talk_unanswered": "a conversation without an answer, of which nothing can be learned",
	})
}
