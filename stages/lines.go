package stages

import (
	"strings"

	"sprout/core/gen"
	"sprout/core/text"
)

// writer continues prompts; see Run.Rollout.
type writer func(prompts [][]int32, o gen.Options) ([]gen.Sequence, error)

// lines is a writer for answers that are one line: it writes what w does, to the
// token with which the line ends. A model that was never taught to stop would
// fill its budget with what nobody reads. Where nothing but space stands before
// the line's end, the answer is still to come, and w writes all of it.
func (w writer) lines(tok *text.Tokenizer) writer {
	ends := []int32{text.EOS}
	for id := range int32(tok.Vocab()) {
		if strings.Contains(tok.Bytes(id), "\n") {
			ends = append(ends, id)
		}
	}
	return func(prompts [][]int32, o gen.Options) ([]gen.Sequence, error) {
		short := o
		short.Stop = ends
		out, err := w(prompts, short)
		if err != nil {
			return nil, err
		}
		for i, s := range out {
			if s.Tokens[len(s.Tokens)-1] == text.EOS || strings.TrimSpace(words(tok, s.Tokens)) != "" {
				continue
			}
			alone := o
			alone.First += uint64(i)
			whole, err := w(prompts[i:i+1], alone)
			if err != nil {
				return nil, err
			}
			out[i] = whole[0]
		}
		return out, nil
	}
}
