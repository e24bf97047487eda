package stages

import (
	"sprout/core/autograd"
	"sprout/core/nn"
	"sprout/core/parallel"
	"sprout/core/tensor"
)

// newJudge gives the reward of every row, bias included, read at the one
// position that the mask marks.
func newJudge(p *nn.Params, rows, T int) (*scorer, error) {
	return newPass(p, rows, T, 1, func(t *autograd.Tape, seq sequences) tensor.Tensor {
		raw := rewardsOf(t, p, nn.Score, seq)
		return t.Emit("add", nil, raw, p.At(nn.Score.Bias()))[0]
	})
}

// judge has all workers read the rewards of contests' two answers.
func (t *trainer) judge(set []contest, T int) ([][2]float32, error) {
	out := make([][2]float32, len(set))
	rows := pairRows{T: T, rewards: true}
	for done := 0; done < len(set); {
		n := min(len(set)-done, max(1, handedOut/(2*T)))
		rows.resize(n)
		for i, c := range set[done : done+n] {
			rows.set(i, c, [2]float32{})
		}
		err := t.group.Serve(rewardsService, rows.sequences(), nil, func(first int, r parallel.Result) error {
			for i, reward := range r.Floats {
				row := first + i
				out[done+row/2][row%2] = reward
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		done += n
	}
	return out, nil
}

// centre sets the bias so that the mean reward of all answers of the set is 0.
func (t *trainer) centre(set []contest, T int) error {
	rewards, err := t.judge(set, T)
	if err != nil {
		return err
	}
	bias := t.model.At(nn.Score.Bias())
	var old [1]float32
	if err := t.be.Read(old[:], bias); err != nil {
		return err
	}
	sum := 0.0
	for _, r := range rewards {
		sum += float64(r[0]) + float64(r[1])
	}
	return t.be.Write(bias, []float32{old[0] - float32(sum/float64(2*len(rewards)))})
}

// CalibrationBin gathers the pairs of which a reward model was about as sure.
type CalibrationBin struct {
	Confidence float64 `json:"confidence"` // mean probability, by Bradley-Terry, of the answer that it prefers
	Accuracy   float64 `json:"accuracy"`   // mean probability, by their labels, that it is the better one
	Count      int     `json:"count"`
}

// calibration parts pairs by the confidence of their margins r_w − r_l into bins
// of equal width from ½ to 1, and gives the bins that are not empty, and the mean
// of |accuracy − confidence| over the pairs (the expected calibration error: Guo
// et al. 2017, arXiv 1706.04599). A label is the probability y that w is better, so
// who prefers w is right by y, and who prefers l by 1 − y. A margin of 0 is right in
// half of the cases.
func calibration(margins []float64, labels []float32, bins int) (curve []CalibrationBin, off float64) {
	all := make([]CalibrationBin, bins)
	for i, m := range margins {
		p := logistic(max(m, -m))
		b := &all[min(int((p-0.5)*2*float64(bins)), bins-1)]
		b.Confidence += p
		y, w := float64(labels[i]), won(m)
		b.Accuracy += w*y + (1-w)*(1-y)
		b.Count++
	}
	for _, b := range all {
		if b.Count == 0 {
			continue
		}
		n := float64(b.Count)
		b.Confidence, b.Accuracy = b.Confidence/n, b.Accuracy/n
		off += n * max(b.Accuracy-b.Confidence, b.Confidence-b.Accuracy)
		curve = append(curve, b)
	}
	return curve, off / float64(max(1, len(margins)))
}
