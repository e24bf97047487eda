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

// recall is the share of facts whose true ending is the likeliest.
func (e *evaluator) recall() (float64, error) {
	right, T := 0, e.longest
	for clozes := e.clozes; len(clozes) > 0; {
		endings := len(clozes[0].endings)
		n := min(len(clozes), max(1, handedOut/(T*endings)))
		b := e.rows(n*endings, T)
		row := 0
		for _, c := range clozes[:n] {
			for j := range c.endings {
				c.fill(j, b.Ints[0][row*T:(row+1)*T], b.Ints[1][row*T:(row+1)*T], b.Floats[0][row*T:(row+1)*T])
				row++
			}
		}
		var best float64 // of the cloze that is being read
		var chosen int
		err := e.score(b, func(first int, losses []float32) {
			for r := range len(losses) / T {
				nats := 0.0
				for _, l := range losses[r*T : (r+1)*T] {
					nats += float64(l)
				}
				at, ending := (first+r)/endings, (first+r)%endings
				if ending == 0 || nats < best {
					best, chosen = nats, ending
				}
				if ending == endings-1 && chosen == clozes[at].answer {
					right++
				}
			}
		})
		if err != nil {
			return 0, err
		}
		clozes = clozes[n:]
	}
	return float64(right) / float64(len(e.clozes)), nil
}

// fill writes the sentence with one of its endings; only what the endings do
// not share is scored.
//
//	inputs, targets, mask: [T]
func (c cloze) fill(ending int, inputs, targets []int32, mask []float32) {
	ids := c.endings[ending]
	for k := range inputs {
		inputs[k], targets[k], mask[k] = text.Pad, text.Pad, 0
		if k+1 < len(ids) {
			inputs[k], targets[k] = ids[k], ids[k+1]
			if k+1 >= c.common {
				mask[k] = 1
			}
		}
	}
}
