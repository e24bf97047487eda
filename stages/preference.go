package stages

import (
	"slices"

	"sprout/core/nn"
	"sprout/core/parallel"
	"sprout/core/problem"
)

// pairStage is a stage that learns from pairs of answers.
type pairStage interface {
	Stage
	loss(values map[string]float64) pairLoss
	kind(values map[string]float64) pairKind
}

// Held-out pairs that are measured while training, and in an evaluation.
const (
	quickPairs = 64
	wholePairs = 1024
	// centredPairs are the training pairs, evenly spread, over whose answers the
	// mean reward is 0 in the end.
	centredPairs = 256
)

// objectiveOn is the objective of a stage, given the values of its settings.
func objectiveOn(stage pairStage, values map[string]float64) paired {
	o := paired{T: int(values["context"]), loss: stage.loss(values)}
	if stage.kind(values) == byRewards {
		o.head = nn.Score
	}
	o.alone = headAlone(stage, values)
	return o
}

// headLearner is a stage that can leave the model as it is and learn its head alone.
type headLearner interface {
	headAlone(values map[string]float64) bool
}

func headAlone(stage Stage, values map[string]float64) bool {
	s, ok := stage.(headLearner)
	return ok && s.headAlone(values)
}

// startPairs prepares a run of any stage that learns from pairs: those of the
// setup, else the town's. A tenth of the questions is held out. What the
// reference says of the answers is computed once, before the first step, and is
// part of the run's state. Problems: those of every run, "parent_…", "pair_…" and
// "pairs_…".
func startPairs(stage pairStage, s Setup) (Run, error) {
	if err := s.fromLanguageModel(stage.Name()); err != nil {
		return nil, err
	}
	pairs := s.Pairs
	if pairs == nil && s.Town != nil {
		pairs = TownPairs(s.Town, s.Langs...)
	}
	o, err := settle(stage, s)
	if err != nil {
		return nil, err
	}
	s.rest()
	all, err := newContests(s.Tokenizer, pairs)
	s.rest()
	if err != nil {
		return nil, err
	}
	if err := checkLabels(pairs); err != nil {
		return nil, err
	}
	o.olderLabels()
	all, pairs, note := certain(all, pairs, o.values["certainty"])
	held, err := heldOutOf(all)
	if err != nil {
		return nil, err
	}
	train, heldOut := parted(all, held)
	labels, print := labelsOf(pairs)
	streams := [][]int32{tokensOf(train), tokensOf(heldOut)}
	if print != nil {
		streams = append(streams, print)
	}
	if err := o.open(streams...); err != nil {
		return nil, err
	}
	context := int(o.values["context"])
	if context == 0 {
		context = o.cfg.Context
	}
	if err := checkLengths(all, context); err != nil {
		return nil, err
	}
	if o.values["context"] == 0 {
		o.values["context"] = float64(longest(all))
	}
	t, err := newPairRun(stage, o, train, heldOut, slices.Concat(parted(labels, held)))
	if err != nil {
		return nil, err
	}
	if note != nil {
		t.notes = append(t.notes, note)
	}
	return t, nil
}

// olderLabels has a run from before there was a setting go on as it began: with all
// pairs and with labels for certain; or, of a stage that once chose pairs by
// certainty, with those that it chose.
func (o *opened) olderLabels() {
	if o.Resume == nil {
		return
	}
	least, saved := o.state.Params["certainty"]
	if _, has := o.values["certainty"]; saved && !has {
		o.values["certainty"] = least
	} else if has && !saved {
		o.values["certainty"] = 0.5
	}
	_, has := o.values["soft_labels"]
	_, asked := o.Setup.Params["soft_labels"]
	if _, saved := o.state.Params["soft_labels"]; has && !saved && !asked {
		o.values["soft_labels"] = 0
	}
}

// newPairRun is the run on contests that were found to fit, with the labels of
// both lists, one behind the other.
func newPairRun(stage pairStage, o *opened, train, heldOut []contest, labels []float32) (*trainer, error) {
	v := o.values
	kind, objective := stage.kind(v), objectiveOn(stage, v)
	B := int(v["batch"])
	rows := pairRows{rewards: kind == byRewards}
	lengths := make([]int, len(train))
	for i := range train {
		lengths[i] = longest(train[i : i+1])
	}
	order := shuffled{n: len(train), seed: o.seed, arrange: alike(lengths, B)}
	width := func(step int) int {
		n := 0
		for i := range B {
			n = max(n, lengths[order.at(step*B+i)])
		}
		return objective.width(n)
	}
	epoch, tokens := (len(train)+B-1)/B, 0
	for step := range epoch {
		tokens += 2 * B * width(step)
	}
	reference := make([][2]float32, len(train)+len(heldOut)) // filled as the run begins
	r := recipe{
		batch: B, tokens: tokens / epoch, optim: adamw(v), schedule: warmupCosine(v),
		fill: func(step int, b *parallel.Batch) {
			rows.T = width(step)
			rows.resize(B)
			for i := range B {
				j := order.at(step*B + i)
				rows.set(i, train[j], reference[j])
				rows.label[i] = labels[j]
			}
			rows.batch(b)
		},
		tell: kind.tell,
		gauge: func(t *trainer, whole bool) gauge {
			n := quickPairs
			if whole {
				n = wholePairs
			}
			g := &pairGauge{
				t: t, objective: objective, kind: kind, set: spread(heldOut, n), reference: spread(reference[len(train):], n),
				labels: spread(labels[len(train):], n),
			}
			if kind != byRewards {
				var better []Conversation
				for _, c := range g.set {
					better = append(better, c[0])
				}
				g.answers = newAnswerGauge(t.subject(), better, t.cfg.Context, whole)
			}
			return g
		},
	}
	if kind == byRewards {
		r.silent = true
		r.finish = func(t *trainer) error { return t.centre(spread(train, centredPairs), objective.T) }
	} else {
		r.prompt = func(step int) (string, []int32) {
			q := heldOut[step/int(v["sample_every"])%len(heldOut)].opening(o.Tokenizer)
			return q.shown, q.tokens
		}
	}
	if kind == bySum || kind == byMean {
		r.begin = func(t *trainer) error {
			err := t.refer(slices.Concat(train, heldOut), objective.T)
			copy(reference, t.state.Reference)
			return err
		}
	}
	return newTrainer(o, r)
}

// refer computes what the reference says, unless the run was resumed.
func (t *trainer) refer(set []contest, T int) (err error) {
	if t.Resume == nil {
		var progress func(float64) error
		if t.Progress != nil {
			progress = func(done float64) error { return t.Progress("reference", done) }
		}
		t.state.Reference, err = referenceLogProbs(t.score, set, T, progress)
		return err
	}
	if len(t.state.Reference) != len(set) {
		return problem.New("resume_state", nil, "What the checkpoint says about its run cannot be read.")
	}
	return nil
}

// tell adds what the model says of the answers of a batch: "chosen" and
// "rejected", each a mean over the pairs as in pairGauge (for SimPO over the
// tokens), and their difference "margin".
func (k pairKind) tell(m Metrics, sums []float64, b *parallel.Batch) Metrics {
	var gain [2]float64
	reference, perToken := b.Floats[1], b.Floats[2]
	for i := range gain {
		said, ref, tokens := sums[sumChosen+i], 0.0, 0.0
		for at := i; at < len(reference); at += 2 {
			ref += float64(reference[at])
			tokens += 1 / float64(perToken[at])
		}
		switch k {
		case bySum:
			gain[i] = (said - ref) / float64(b.Rows)
		case byMean:
			gain[i] = (said - ref) / tokens
		case byItself:
			gain[i] = said / tokens
		case byRewards:
			gain[i] = said / float64(b.Rows)
		}
	}
	m.measured(map[string]float64{"chosen": gain[0], "rejected": gain[1], "margin": gain[0] - gain[1]})
	return m
}

// pairDefaults are the settings that differ between model sizes, by preset.
type pairDefaults map[string]struct{ steps, batch, lr float64 }

// gentleDefaults are those of IPO and SimPO. They were found with DPO at a β of
// 0.1: with sprout on the town's pairs 2e-4 was too much, after 30 steps of 8 pairs
// the margin was 26 nats, and a model that was still unsure of its facts refused
// every question.
var gentleDefaults = pairDefaults{
	"seed":    {steps: 200, batch: 16, lr: 2e-4},
	"sprout":  {steps: 150, batch: 8, lr: 5e-5},
	"sapling": {steps: 200, batch: 8, lr: 3e-5},
	"tree":    {steps: 300, batch: 8, lr: 2e-5},
}

// softLabelsParam is a setting of stages that can learn how sure a label is.
func softLabelsParam() Param {
	return Param{
		Key: "soft_labels", Symbol: `y`, Default: 1,
		DocEN: "The doubt of whoever compared is learned with the label: where the better answer was given 60 %, the model is to do so, too. Without that every label is taken for certain.",
		DocZH: "连标签的把握一起学：较好的回答只有六成把握，模型也学成六成。关掉就把每个标签都当作完全确定。",
	}.choosing([2]string{"all is certain", "一律当真"}, [2]string{"with its doubt", "连把握一起学"})
}

// certaintyParam is a setting of stages that take a label for certain, whatever
// its probability. Reward models and DPO have none: they learn the doubt as well.
func certaintyParam() Param {
	return Param{
		Key: "certainty", Symbol: `p_{\min}`, Default: 0.5, Min: 0.5, Max: 1,
		DocEN: "Pairs are left out whose label is less certain: where a judge says one thing in one order and another in the other, or people disagree. 0.5 learns from all.",
		DocZH: "标签没有这么大把握的回答对不学：裁判换个次序就改口，或者几个人意见不一的。0.5 表示全部都学。",
	}
}

// fewCertain pairs would teach a model their own words and little else.
const fewCertain = 8

// certain are the pairs whose labels reach a probability, and a note on those that
// are left out. Where few do, all are learned from, and the note says so.
func certain(all []contest, pairs []Pair, least float64) ([]contest, []Pair, *problem.Problem) {
	var contests []contest
	var sure []Pair
	for i, p := range pairs {
		if p.label() >= least {
			contests, sure = append(contests, all[i]), append(sure, p)
		}
	}
	switch left := len(pairs) - len(sure); {
	case left == 0:
		return all, pairs, nil
	case len(sure) < fewCertain:
		return all, pairs, problem.New("note_pairs_all_unsure", problem.Args{"sure": len(sure), "pairs": len(pairs), "certainty": least},
			"Only %d of %d labels are certain to %.2g, too few to learn from: all are learned from.", len(sure), len(pairs), least)
	default:
		return contests, sure, problem.New("note_pairs_unsure", problem.Args{"left": left, "pairs": len(pairs), "certainty": least},
			"%d of %d pairs are left out, since their labels are less certain than %.2g.", left, len(pairs), least)
	}
}

// pairParams are the settings of a stage on pairs, its own in front.
func pairParams(p nn.Preset, defaults pairDefaults, own ...Param) []Param {
	d := defaults[p.Name]
	out := append(own,
		stepsParam(d.steps),
		Param{
			Key: "batch", Symbol: `B`, Default: d.batch, Min: 1, Max: 64, Integer: true, Unit: "pairs",
			DocEN: "Pairs per step. More give a steadier gradient and a slower step.",
			DocZH: "每一步使用的回答对数。越多，梯度越稳，每步也越慢。",
		},
		Param{
			Key: "context", Symbol: `T`, Default: 0, Min: 0, Max: 1024, Integer: true, Unit: "tokens",
			DocEN: "Room for a conversation. 0 takes as much as the longest one needs.",
			DocZH: "一段对话所占的长度。0 表示按最长的一段来定。",
		})
	out = append(out, adamwParams(d.lr, 10, 0)...)
	for i := range out {
		if out[i].Key == "lr" {
			out[i].Min = 1e-8 // what leaves DPO at ln 2 can be tried
		}
	}
	return append(out, cadenceParams(25, 25, 50)...)
}

func init() {
	registerMeasures(map[string]string{
		"chosen":   "what the better answers of the batch gain; see heldout_chosen",
		"rejected": "the same of the worse ones",
		"margin":   "the difference of the two",
	})
}
