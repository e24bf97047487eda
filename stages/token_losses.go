package stages

import (
	"cmp"
	"slices"
)

// tokenLosses has the learned tokens of conversations scored, in nats, each
// conversation by itself: told gets number i's loss of every position, 0 where
// nothing is learned, in any order, valid until it returns. Conversations of
// about the same length are read together, padded to the model's context at most,
// which none of them goes beyond.
func tokenLosses(score scoring, context int, talks []Conversation, told func(i int, losses []float32)) error {
	order, widths := make([]int, len(talks)), make([]int, len(talks))
	for i, c := range talks {
		order[i] = i
		widths[i] = min(context, (max(1, c.positions())+referenceWidth-1)/referenceWidth*referenceWidth)
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(widths[i], widths[j]) })
	e := &evaluator{}
	e.batch.Ints, e.batch.Floats = make([][]int32, 2), make([][]float32, 1)
	for done := 0; done < len(order); {
		T, n := widths[order[done]], 0
		for done+n < len(order) && widths[order[done+n]] == T && n < max(1, handedOut/T) {
			n++
		}
		now := order[done : done+n]
		b := e.rows(n, T)
		clear(b.Ints[0]) // text.Pad
		clear(b.Ints[1])
		clear(b.Floats[0])
		for i, at := range now {
			talks[at].place(b.Ints[0][i*T:], b.Ints[1][i*T:], b.Floats[0][i*T:])
		}
		err := score(b, func(first int, losses []float32) {
			for i := range len(losses) / T {
				told(now[first+i], losses[i*T:(i+1)*T])
			}
		})
		if err != nil {
			return err
		}
		done += n
	}
	return nil
}
