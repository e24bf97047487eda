package stages

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"sprout/core/gen"
	"sprout/core/text"
)

// A line ends where the first line break stands behind something, and what is
// read of the answer is the same as if all of it had been written.
func TestLines(t *testing.T) {
	tok := setup(nil).Tokenizer
	texts := []string{
		"A fox.\nQ: Who?", "\n\n A fox.\nQ: Who?", "A fox", " \n", "狐狸。\n问：", "A fox.\n\n\nAn owl.",
	}
	var first []uint64 // of the writers that wrote one answer
	written := 0
	w := writer(func(prompts [][]int32, o gen.Options) ([]gen.Sequence, error) {
		if len(prompts) == 1 {
			first = append(first, o.First)
		}
		out := make([]gen.Sequence, len(prompts))
		for i := range prompts {
			ids := append(tok.Encode(texts[prompts[i][0]]), text.EOS)
			for at, id := range ids {
				if slices.Contains(append([]int32{text.EOS}, o.Stop...), id) {
					ids = ids[:at+1]
					break
				}
			}
			written += len(ids)
			out[i].Tokens = ids
		}
		return out, nil
	})
	var prompts [][]int32
	for i := range texts {
		prompts = append(prompts, []int32{int32(i)})
	}
	whole, err := w(prompts, gen.Options{First: 7})
	require.NoError(t, err)
	all := written
	first, written = nil, 0
	short, err := w.lines(tok)(prompts, gen.Options{First: 7})
	require.NoError(t, err)
	line := func(s gen.Sequence) string {
		said, _, _ := strings.Cut(strings.TrimSpace(words(tok, s.Tokens)), "\n")
		return said
	}
	for i := range texts {
		require.Equal(t, line(whole[i]), line(short[i]), "%q", texts[i])
	}
	require.Equal(t, []uint64{8, 10}, first, "those that begin with an empty line, with their own numbers")
	require.Less(t, written, all)
}
