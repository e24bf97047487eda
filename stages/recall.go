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
		q := newCloze(tok, c.Prompt, c.Choices, &longest)
		q.answer = c.Answer
		out = append(out, q)
	}
	return out, longest
}

func newCloze(tok *text.Tokenizer, prompt string, choices []string, longest *int) (q cloze) {
	for _, choice := range choices {
		// Encoded whole: a merge may reach across the place of the cut.
		ids := tok.Append([]int32{text.EOS}, []byte(prompt+choice))
		q.endings = append(q.endings, ids)
		*longest = max(*longest, len(ids)-1)
	}
	q.common = commonPrefix(q.endings)
	return q
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
	right := 0
	err := e.complete(e.clozes, e.longest, func(i int, nats []float64) {
		best := 0
		for j, x := range nats {
			if x < nats[best] {
				best = j
			}
		}
		if best == e.clozes[i].answer {
			right++
		}
	})
	return float64(right) / float64(len(e.clozes)), err
}

// complete scores all endings of clozes that have equally many of them and are
// at most T tokens long. each is told the nats of every ending of cloze i, valid
// until it returns.
func (e *evaluator) complete(clozes []cloze, T int, each func(i int, nats []float64)) error {
	for done := 0; len(clozes) > 0; {
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
		nats := make([]float64, endings) // of the cloze that is being read
		err := e.score(b, func(first int, losses []float32) {
			for r := range len(losses) / T {
				at, ending := (first+r)/endings, (first+r)%endings
				nats[ending] = 0
				for _, l := range losses[r*T : (r+1)*T] {
					nats[ending] += float64(l)
				}
				if ending == endings-1 {
					each(done+at, nats)
				}
			}
		})
		if err != nil {
			return err
		}
		clozes, done = clozes[n:], done+n
	}
	return nil
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
