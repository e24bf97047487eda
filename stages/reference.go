package stages

import (
	"cmp"
	"slices"

	"sprout/core/parallel"
)

// referenceWidth rounds the length of what is scored: pairs of about the same
// length go together, so that short ones are not padded to the longest, and each
// width is one more recorded pass.
const referenceWidth = 32

// referenceLogProbs are log π of the two answers of each contest, summed over
// their tokens, under the model as it is now: taken before the first step, they
// are all that training needs of the reference. No conversation has more than T
// tokens. progress, if not nil, is told the share that is done; an error of its
// own stops the work.
func referenceLogProbs(score scoring, set []contest, T int, progress func(done float64) error) ([][2]float32, error) {
	out := make([][2]float32, len(set))
	order, widths := make([]int, len(set)), make([]int, len(set))
	for i := range set {
		order[i] = i
		n := longest(set[i : i+1])
		widths[i] = min(T, (n+referenceWidth-1)/referenceWidth*referenceWidth)
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(widths[i], widths[j]) })
	for done := 0; done < len(set); {
		if progress != nil {
			if err := progress(float64(done) / float64(len(set))); err != nil {
				return nil, err
			}
		}
		width := widths[order[done]]
		n := 0
		for done+n < len(set) && widths[order[done+n]] == width && n < max(1, handedOut/(2*width)) {
			n++
		}
		now := order[done : done+n]
		rows := pairRows{T: width}
		rows.resize(n)
		for i, at := range now {
			rows.set(i, set[at], [2]float32{})
		}
		err := score(rows.sequences(), func(first int, losses []float32) {
			for i := range len(losses) / width {
				nats := 0.0
				for _, l := range losses[i*width : (i+1)*width] {
					nats += float64(l)
				}
				row := first + i
				out[now[row/2]][row%2] = float32(-nats)
			}
		})
		if err != nil {
			return nil, err
		}
		done += n
	}
	return out, nil
}

// sequences are the rows with each conversation by itself, for the services.
func (r *pairRows) sequences() *parallel.Batch {
	return &parallel.Batch{
		Rows: 2 * len(r.weight), Ints: [][]int32{r.tokens, r.targets}, Floats: [][]float32{r.mask},
	}
}
