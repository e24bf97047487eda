package stages

import (
	"testing"

	"github.com/stretchr/testify/require"

	"sprout/core/text"
	"sprout/core/world"
)

// The window that is shown is the one that the first batch learns from, and the
// learned tokens are the answers with their ends.
func TestFirstWindowIsWhatIsLearned(t *testing.T) {
	town := world.New(world.Config{Seed: 1, Size: world.Quick})
	tok := text.NewByte()
	s := Setup{Tokenizer: tok, Town: town, Seed: 5, Preset: "seed", Params: map[string]float64{"context": 800}}
	window, err := FirstWindow(SFT{}, s)
	require.NoError(t, err)
	require.Greater(t, window[len(window)-1].Conversation, 0, "several conversations share it")

	talk := TownConversations(town)
	train, _, _ := fitted(render(tok, talk.Train), 800)
	l := newLessons(train, nil, 0, 5, 1, 800)
	l.row(0, l.window(0))
	at := 0
	for i, w := range window {
		if i+1 == len(window) || window[i+1].Conversation != w.Conversation {
			continue // the last token of a conversation is only predicted
		}
		require.Equal(t, l.inputs[at], w.ID)
		require.Equal(t, l.mask[at] == 1, window[i+1].Learned)
		at++
	}
	for i, w := range window {
		if w.Learned {
			require.NotContains(t, []int32{text.User, text.Assistant}, w.ID)
		}
		if w.ID == text.Assistant {
			require.False(t, w.Learned)
			require.True(t, window[i+1].Learned)
		}
	}

	s.Params["loss_mask"] = 0
	unmasked, err := FirstWindow(SFT{}, s)
	require.NoError(t, err)
	require.Len(t, unmasked, len(window))
	require.True(t, unmasked[1].Learned, "without the mask the question is learned too")

	delete(s.Params, "loss_mask") // which a student has not
	student, err := FirstWindow(Distill{}, s)
	require.NoError(t, err)
	require.Equal(t, window, student)

	_, err = FirstWindow(DPO{}, s)
	require.ErrorContains(t, err, "packs no conversations")
	s.Params["context"] = 1e9
	_, err = FirstWindow(SFT{}, s)
	require.Error(t, err)
}
