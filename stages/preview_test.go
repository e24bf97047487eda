package stages

import (
	"testing"

	"github.com/stretchr/testify/require"

	"sprout/core/text"
)

func learnedText(tok *text.Tokenizer, side []WindowToken) string {
	var ids []int32
	for _, w := range side {
		if w.Learned {
			ids = append(ids, w.ID)
		}
	}
	return string(tok.Decode(ids))
}

// What is shown before a run is what the run would learn: the answers alone.
func TestPreviewsShowWhatIsLearned(t *testing.T) {
	tok := text.NewByte()
	user := func(s string) text.Turn { return text.Turn{Role: text.RoleUser, Content: s} }
	said := func(s string) text.Turn { return text.Turn{Role: text.RoleAssistant, Content: s} }
	docs := []text.Doc{{Turns: []text.Turn{user("Who?"), said("A fox.")}}, {Turns: []text.Turn{user("And who?")}}, text.TextDoc("plain")}

	talks := PreviewTalks(tok, docs, 11, true)
	require.Len(t, talks, 2, "plain text is no conversation")
	require.Contains(t, learnedText(tok, talks[0].Sides[0]), "A fox.")
	require.NotContains(t, learnedText(tok, talks[0].Sides[0]), "Who?")
	require.True(t, talks[0].Long, "13 tokens, of which the last is only predicted")
	require.False(t, PreviewTalks(tok, docs, 12, true)[0].Long)
	require.Contains(t, learnedText(tok, PreviewTalks(tok, docs, 99, false)[0].Sides[0]), "Who?")
	require.Equal(t, "talk_unanswered", talks[1].Fault.Code)

	pairs := PreviewPairs(tok, []Pair{
		{Chosen: []text.Turn{user("Who?"), said("A fox.")}, Rejected: []text.Turn{user("Who?"), said("Go away.")}},
		{Chosen: []text.Turn{user("Who?"), said("A fox.")}, Rejected: []text.Turn{user("Who?"), said("A fox.")}},
	}, 14)
	require.Contains(t, learnedText(tok, pairs[0].Sides[1]), "Go away.")
	require.NotContains(t, learnedText(tok, pairs[0].Sides[1]), "Who?")
	require.True(t, pairs[0].Long, "the worse answer is the longer one")
	require.Equal(t, 15, pairs[0].Tokens())
	require.Nil(t, pairs[0].Fault)
	require.Equal(t, "pair_equal", pairs[1].Fault.Code)
	require.Len(t, pairs[1].Sides, 2)

	prompts := PreviewPrompts(tok, append(docs, docs[0]), 8, 16)
	require.Len(t, prompts, 2, "each once, answered or not")
	require.Equal(t, 6, prompts[0].Tokens(), "up to the assistant's word")
	require.Empty(t, learnedText(tok, prompts[0].Sides[0]))
	require.False(t, prompts[0].Long)
	require.True(t, prompts[1].Long)
}
