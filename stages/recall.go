package stages

import (
	"sprout/core/text"
	"sprout/core/world"
)

// cloze is a sentence of the town's with eight endings, as tokens.
type cloze struct {
	endings [][]int32 // EOS, the sentence so far, the ending
	common  int       // tokens that all endings share
	answer  int
}

// newClozes takes at most n of the town's clozes, evenly spread, and the length
// of the longest sentence.
func newClozes(town *world.Town, langs []world.Lang, tok *text.Tokenizer, n int) (out []cloze, longest int) {
	all := town.Cloze(false, langs...)
	n = min(n, len(all))
	for i := range n {
		c := all[i*len(all)/n]
		q := cloze{answer: c.Answer}
		for _, choice := range c.Choices {
			// Encoded whole: a merge may reach across the place of the cut.
			ids := tok.Append([]int32{text.EOS}, []byte(c.Prompt+choice))
			q.endings = append(q.endings, ids)
			longest = max(longest, len(ids)-1)
		}
		q.common = commonPrefix(q.endings)
		out = append(out, q)
	}
	return out, longest
}

func commonPrefix(s [][]int32) int {
	n := len(s[0])
	for _, x := range s[1:] {
		n = min(n, len(x))
		for i := range n {
			if x[i] != s[0][i] {
				n = i
				break
			}
		}
	}
	return n
}

// recallFacts is the share of facts whose true ending is the likeliest.
func (e *Evaluator) recallFacts() (float64, error) {
	s := e.recall
	type place struct{ cloze, ending int }
	var batch []place
	best := make([]float64, len(e.clozes))
	chosen := make([]int, len(e.clozes))
	flush := func() error {
		losses, err := s.run()
		if err != nil {
			return err
		}
		for i, p := range batch {
			nats := 0.0
			for _, l := range losses[i*s.T : (i+1)*s.T] {
				nats += float64(l)
			}
			if p.ending == 0 || nats < best[p.cloze] {
				best[p.cloze], chosen[p.cloze] = nats, p.ending
			}
		}
		batch = batch[:0]
		clear(s.mask)
		return nil
	}
	clear(s.mask)
	for i, c := range e.clozes {
		for j, ids := range c.endings {
			r := s.row(len(batch))
			for k := range s.T {
				s.tokens[r+k], s.targets[r+k], s.mask[r+k] = text.Pad, text.Pad, 0
				if k+1 < len(ids) {
					s.tokens[r+k], s.targets[r+k] = ids[k], ids[k+1]
					if k+1 >= c.common {
						s.mask[r+k] = 1
					}
				}
			}
			if batch = append(batch, place{i, j}); len(batch) == s.rows {
				if err := flush(); err != nil {
					return 0, err
				}
			}
		}
	}
	if len(batch) > 0 {
		if err := flush(); err != nil {
			return 0, err
		}
	}
	right := 0
	for i, c := range e.clozes {
		if chosen[i] == c.answer {
			right++
		}
	}
	return float64(right) / float64(len(e.clozes)), nil
}
