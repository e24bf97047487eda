package stages

import (
	"maps"
	"math"

	"sprout/core/autograd"
	"sprout/core/tensor"
)

// pairGauge measures a model on held-out pairs. The loss is the objective's own,
// a mean over the pairs. A language model is also measured on how it answers; see
// answerGauge.
type pairGauge struct {
	t         *trainer
	objective paired
	kind      pairKind
	set       []contest
	reference [][2]float32
	labels    []float32
	answers   *answerGauge // nil for rewards
}

// pairKind is what an objective compares.
type pairKind uint8

const (
	bySum     pairKind = iota // sums of log π against the reference's
	byMean                    // means over the tokens against the reference's
	byItself                  // means over the tokens, without a reference
	byRewards                 // rewards
)

func (g *pairGauge) baselines() []NGram { return nil }

func (g *pairGauge) measure() (Evaluation, error) {
	out := Evaluation{Recall: -1}
	if g.answers != nil {
		var err error
		if out, err = g.answers.measure(); err != nil {
			return out, err
		}
	}
	said, err := g.said()
	if err != nil {
		return out, err
	}
	if out.Loss, err = g.loss(said); err != nil {
		return out, err
	}
	out.Tokens = 0
	for _, c := range g.set {
		out.Tokens += c[0].learns() + c[1].learns()
	}
	m, margins := g.gains(said, &out)
	out.Told = g.told(said, out.Pairs)
	if out.Measures == nil {
		out.Measures = map[string]float64{}
	}
	maps.Copy(out.Measures, m)
	if g.kind == byRewards {
		const bins = 10
		out.Calibration, out.Measures["calibration_error"] = calibration(margins, g.labels, bins)
		e := shareOf(int(math.Round(m["pair_accuracy"]*float64(len(margins)))), len(margins))
		out.Measures["pair_accuracy_low"], out.Measures["pair_accuracy_high"] = e.Low, e.High
	}
	return out, nil
}

// said is what the model says of the answers: log π, or rewards.
func (g *pairGauge) said() ([][2]float32, error) {
	if g.kind == byRewards {
		return g.t.judge(g.set, g.objective.T)
	}
	return referenceLogProbs(g.t.score, g.set, g.objective.T, nil)
}

// loss is the mean of the recorded objective.
func (g *pairGauge) loss(said [][2]float32) (float64, error) {
	be, n := g.t.be, len(g.set)
	tape, k := autograd.NewTape(), &constants{}
	column := func() tensor.Tensor { return tape.Input(tensor.F32, n) }
	a := answers{column(), column(), column(), column(), column(), column(), column()}
	losses := g.objective.loss(tape, k, a)
	plan, err := tape.Compile(be, losses)
	if err != nil {
		return 0, err
	}
	defer plan.Close()
	if err := k.ready(be, plan); err != nil {
		return 0, err
	}
	values := make([]float32, n)
	for _, c := range []struct {
		to tensor.Tensor
		of func(i int) float32
	}{
		{a.chosen, func(i int) float32 { return said[i][0] }},
		{a.rejected, func(i int) float32 { return said[i][1] }},
		{a.refChosen, func(i int) float32 { return g.reference[i][0] }},
		{a.refRejected, func(i int) float32 { return g.reference[i][1] }},
		{a.perChosen, func(i int) float32 { return 1 / float32(g.set[i][0].learns()) }},
		{a.perRejected, func(i int) float32 { return 1 / float32(g.set[i][1].learns()) }},
		{a.label, func(i int) float32 { return g.labels[i] }},
	} {
		for i := range values {
			values[i] = c.of(i)
		}
		if err := be.Write(plan.At(c.to), values); err != nil {
			return 0, err
		}
	}
	if err := plan.Run(); err != nil {
		return 0, err
	}
	if err := be.Read(values, plan.At(losses)); err != nil {
		return 0, err
	}
	sum := 0.0
	for _, l := range values {
		sum += float64(l)
	}
	return sum / float64(n), nil
}

// PairGain is what the two answers of a pair gain, in the unit of the stage; see
// pairGauge.
type PairGain struct{ Chosen, Rejected float64 }

// gains are the measures of the pairs, and the margin of each; each pair's own
// gains go into the evaluation.
func (g *pairGauge) gains(said [][2]float32, out *Evaluation) (map[string]float64, []float64) {
	margins := make([]float64, len(said))
	var mean [2]float64
	right := 0.0
	for i, s := range said {
		var gain [2]float64
		for k := range gain {
			gain[k] = g.kind.gain(float64(s[k]), float64(g.reference[i][k]), g.set[i][k].learns())
			mean[k] += gain[k] / float64(len(said))
		}
		out.Pairs = append(out.Pairs, PairGain{gain[0], gain[1]})
		margins[i] = gain[0] - gain[1]
		right += won(margins[i])
	}
	return map[string]float64{
		"pair_accuracy":    right / float64(len(said)),
		"heldout_chosen":   mean[0],
		"heldout_rejected": mean[1],
		"heldout_margin":   mean[0] - mean[1],
	}, margins
}

// gain is what an objective compares of the two answers.
func (k pairKind) gain(said, reference float64, tokens int) float64 {
	switch k {
	case bySum:
		return said - reference
	case byMean:
		return (said - reference) / float64(tokens)
	case byItself:
		return said / float64(tokens)
	}
	return said
}

// won is 1 where the better answer is ahead, and ½ for a tie.
func won(margin float64) float64 {
	switch {
	case margin > 0:
		return 1
	case margin == 0:
		return 0.5
	}
	return 0
}

func logistic(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

func init() {
	registerMeasures(map[string]string{
		"pair_accuracy": "share of held-out pairs of which the better answer has the larger implicit reward, or reward; " +
			"ties count half",
		"pair_accuracy_low":  "(rewards) where the 95 % interval of pair_accuracy begins",
		"pair_accuracy_high": "(rewards) and where it ends",
		"heldout_chosen": "what an answer gains, the mean over the better ones: log π/π_ref, for SimPO mean log π of a token, " +
			"or the reward",
		"heldout_rejected":  "the same over the worse ones",
		"heldout_margin":    "the difference of the two",
		"calibration_error": "(rewards) how far the confidence is from the accuracy",
	})
}
