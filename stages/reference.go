package stages

import "sprout/core/parallel"

// referenceLogProbs are log π of the two answers of each contest, summed over
// their tokens, under the model as it is now: taken before the first step, they
// are all that training needs of the reference. progress, if not nil, is told
// the share that is done; an error of its own stops the work.
func referenceLogProbs(score scoring, set []contest, T int, progress func(done float64) error) ([][2]float32, error) {
	out := make([][2]float32, len(set))
	rows := pairRows{T: T}
	for done := 0; done < len(set); {
		if progress != nil {
			if err := progress(float64(done) / float64(len(set))); err != nil {
				return nil, err
			}
		}
		n := min(len(set)-done, max(1, handedOut/(2*T)))
		rows.resize(n)
		for i, c := range set[done : done+n] {
			rows.set(i, c, [2]float32{})
		}
		err := score(rows.sequences(), func(first int, losses []float32) {
			for i := range len(losses) / T {
				nats := 0.0
				for _, l := range losses[i*T : (i+1)*T] {
					nats += float64(l)
				}
				row := first + i
				out[done+row/2][row%2] = float32(-nats)
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
