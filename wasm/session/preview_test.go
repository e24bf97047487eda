package session

import (
	"testing"

	"github.com/stretchr/testify/require"

	"sprout/core/checkpoint"
	"sprout/wasm/protocol"
)

// Lessons are shown as a run on the parent would read them.
func TestLessonsArePreviewed(t *testing.T) {
	p := newPage()
	s, parent := pretrained(t, p, checkpoint.NewMemory(0, nil))
	preview := func(c protocol.PreviewLessons) protocol.LessonPreview {
		c.Parent = parent
		return mustAsk[protocol.LessonPreview](t, s, p, "lessons.preview", c)
	}
	learned := func(l protocol.Lesson) (out string) {
		for _, x := range l.Tokens {
			if x.Learned {
				out += x.Token.Text
			}
		}
		return out
	}
	talk := upload(t, s, p, "talk.jsonl", jsonl(talkLine, 30))
	got := preview(protocol.PreviewLessons{Kind: "conversations", Lessons: talk.ID, Count: 2, From: 29})
	require.Equal(t, 30, got.Total)
	require.Equal(t, 64, got.Context, "the parent's")
	require.Len(t, got.Items, 1, "no more than there are")
	require.Contains(t, learned(got.Items[0].Sides[0]), "badger")
	require.NotContains(t, learned(got.Items[0].Sides[0]), "Who")
	require.Zero(t, got.Long)
	require.Equal(t, 30, preview(protocol.PreviewLessons{Kind: "conversations", Lessons: talk.ID, Context: 8}).Long)
	require.Contains(t, learned(preview(protocol.PreviewLessons{Kind: "conversations", Lessons: talk.ID, All: true}).Items[0].Sides[0]), "Who")

	pairs := upload(t, s, p, "pairs.jsonl", append(jsonl(pairLine, 20), []byte(`{"prompt":"Who?","chosen":"A.","rejected":"A."}`)...))
	got = preview(protocol.PreviewLessons{Kind: "pairs", Lessons: pairs.ID})
	require.Equal(t, 21, got.Total)
	require.Len(t, got.Items, 3)
	require.Contains(t, learned(got.Items[0].Sides[1]), "fox")
	require.Equal(t, 1, got.Faulty)
	require.Equal(t, "pair_equal", got.Faults[0].Code)

	prompts := upload(t, s, p, "ask.jsonl", jsonl(`{"prompt":"Who bakes, %d %d?"}`, 9))
	got = preview(protocol.PreviewLessons{Kind: "prompts", Lessons: prompts.ID, Answer: 60})
	require.Equal(t, 9, got.Total)
	require.Equal(t, 9, got.Long, "with their answers")

	_, _, err := ask[protocol.LessonPreview](t, s, p, "lessons.preview", protocol.PreviewLessons{Kind: "songs", Lessons: talk.ID, Parent: parent})
	require.NotNil(t, err)

	faults := mustAsk[protocol.Faults](t, s, p, "dataset.faults", protocol.FindFaults{Name: "a.jsonl"}, []byte("{\"text\":\"a\"}\n{\"text\":\n{}\n")...)
	require.Equal(t, 2, faults.All)
	require.EqualValues(t, 2, faults.Faults[0].Args["line"])
}
