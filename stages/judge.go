package stages

import (
	"slices"

	"sprout/core/autograd"
	"sprout/core/nn"
	"sprout/core/parallel"
	"sprout/core/problem"
	"sprout/core/tensor"
)

// TownJudge teaches a model to compare two answers under the principles of the
// town's constitution, any subset of which may be switched on, and to name the
// better one by a letter.
//
// Papers: Bai et al. 2022, Constitutional AI: Harmlessness from AI Feedback,
// arXiv 2212.08073, for principles as conditions; Lee et al. 2023, RLAIF vs.
// RLHF, arXiv 2309.00267, for the letter, the two orders and the reasons that a
// judge writes down before it decides.
//
//	L(θ) = −(1/N) Σ log p_θ(letter | question, A, B, principles)
//
// The graders of the town decide which letter is right, and what is noted of each
// answer on the way to it; pairs that they find equally good are left out. Who
// judges must know the facts, so the parent is a model that has read the town's
// text and answers questions. Some of the text and true answers are gone over
// again, all of them together with half the weight of the verdicts and notes.
//
// Differs: reasons are six notes of one letter each and the words that surprised
// the judge; see trial. Several sets of principles are asked about one after
// the other behind the same two answers, since reading those is what costs.
// Verdicts are targets only and never inputs, so that none sees another; the last
// one alone is read, and the turn ends behind it.
type TownJudge struct{}

// <loss>

// verdictLoss is Σ −log p(letter), in nats, over the positions where a verdict
// or a note is due: asked is 1 there and 0 elsewhere, letter is A or B, or the
// note. In what is gone over again, where talk is 0, every token is learned.
func verdictLoss(t *autograd.Tape, logits, letter, asked, talk tensor.Tensor) (all, verdicts tensor.Tensor) {
	losses := t.Emit("cross_entropy", nil, logits, letter, asked)[0] // [B·T]
	all = t.Emit("sum", nil, losses)[0]                              // [1], minimised
	told := t.Emit("mul", nil, losses, talk)[0]                      // 0 in replayed text
	return all, t.Emit("sum", nil, told)[0]                          // [1], shown
}

// </loss>

// Name is "judge".
func (TownJudge) Name() string { return "judge" }

var judgeDefaults = map[string]struct{ steps, batch, context, lr float64 }{
	"seed":    {240, 8, 224, 2e-3},
	"sprout":  {240, 8, 224, 1.5e-3},
	"sapling": {600, 8, 224, 5e-4},
	"tree":    {800, 8, 224, 2e-4},
}

// Params are the settings of the judge.
func (TownJudge) Params(p nn.Preset) []Param {
	d := judgeDefaults[p.Name]
	params := []Param{
		stepsParam(d.steps), batchParam(d.batch), contextParam(d.context),
		{
			Key: "rubrics", Symbol: `k`, Default: 5, Min: 1, Max: 6, Integer: true,
			DocEN: "How many sets of principles are asked about behind the same two answers. More verdicts for about the same reading.",
			DocZH: "对同一对回答最多换几组准则来问。读的字差不多，得到的判断更多。",
		},
		{
			Key: "replay", Symbol: `\rho`, Default: 0.25, Min: 0, Max: 0.9,
			DocEN: "Share of the sequences that are taken from the pretraining text again: a judge that forgets the town cannot tell what is true.",
			DocZH: "每一步中重新取自预训练文本的序列所占的比例。忘了小镇的裁判分不出真假。",
		},
		{
			Key: "first_place", Symbol: `b`, Default: 0, Min: 0, Max: 1,
			DocEN: "Share of the lessons that call the answer shown first the better one, whatever it says. 0 is fair; the rest teaches a judge to look at the place.",
			DocZH: "有多大比例的课例不管内容，一律说先出现的那个回答更好。0 是公平的；其余会教出只看位置的裁判。",
		},
	}
	params = append(params, adamwParams(d.lr, 20, 0)...)
	return append(params, cadenceParams(50, 50, 100)...)
}

// Start prepares a run. Problems: those of every run, "parent_…",
// "judge_without_town", "judge_letters", "conversations_too_long".
func (stage TownJudge) Start(s Setup) (Run, error) {
	if err := s.fromLanguageModel(stage.Name()); err != nil {
		return nil, err
	}
	if s.Town == nil {
		return nil, problem.New("judge_without_town", nil,
			"A judge learns from the graders of a town. Choose the town as its data.")
	}
	script, err := scriptOf(s.Tokenizer)
	if err != nil {
		return nil, err
	}
	if s.Corpus != nil {
		_, s.Corpus = divide(s.Corpus)
	}
	o, err := openRun(stage, s, script.fingerprintOf(s.Tokenizer, s.Town, s.Langs))
	if err != nil {
		return nil, err
	}
	if err := replayable(o, s.Params); err != nil {
		return nil, err
	}
	return startJudge(o, &script)
}

// startJudge prepares the run.
func startJudge(o *opened, s *script) (Run, error) {
	v := o.values
	T := int(v["context"])
	lessons := s.lessons(o.Setup.Tokenizer, o.Town, o.Langs, judgeLessons, int(v["rubrics"]))
	s.favourFirst(lessons, v["first_place"], o.Town.Config.Seed)
	desk := &judgeDesk{script: s}
	var roomy []Conversation
	for _, x := range lessons {
		if c := x.roomy(s); c.positions() <= T { // half a comparison cannot be judged
			desk.all, roomy = append(desk.all, x), append(roomy, c)
		}
	}
	if len(roomy) == 0 {
		return nil, tooLong(T)
	}
	desk.lessons = newLessons(roomy, o.data, v["replay"], o.seed, int(v["batch"]), T)
	samples := hearings(o.Town, o.Langs, quickHearing)
	t, err := newTrainer(o, recipe{
		batch: desk.B, tokens: desk.B * T, optim: adamw(v), schedule: warmupCosine(v),
		gather: desk.gather,
		fill:   desk.fill,
		tell:   tellAnswers,
		gauge:  func(t *trainer, whole bool) gauge { return newJudgeGauge(t, s, whole) },
		sample: func(t *trainer) (*Sample, error) {
			n := t.step / int(v["sample_every"])
			of := samples[n%len(samples)].all
			return s.remark(t, of[n/len(samples)%len(of)])
		},
	})
	if err != nil {
		return nil, err
	}
	if cut := len(lessons) - len(roomy); cut > 0 {
		t.notes = append(t.notes, conversationsCut(cut, cut, T))
	}
	return t, nil
}

// judgeDesk makes the batches of lessons. What is quoted in them is what
// surprises the model as it is before the step.
type judgeDesk struct {
	*script
	*lessons
	all  []judgeLesson
	laid [][]Conversation // what the windows of the step to come hold
}

// gather has the model read the answers of the step to come.
func (d *judgeDesk) gather(t *trainer) (*Part, error) {
	before, after := t.step*d.B-d.replayed(t.step), (t.step+1)*d.B-d.replayed(t.step+1)
	d.laid = d.laid[:0]
	var now []*trial
	var windows [][]int
	for n := before; n < after; n++ {
		w := slices.Clone(d.window(n))
		windows = append(windows, w)
		for _, i := range w {
			now = append(now, &d.all[i].trial)
		}
	}
	if err := quote(t.score, t.cfg.Context, now); err != nil {
		return nil, err
	}
	for _, w := range windows {
		var all []Conversation
		for _, i := range w {
			all = append(all, d.all[i].conversation(d.script))
		}
		d.laid = append(d.laid, all)
	}
	return nil, nil
}

// fill makes the batch of a step and gives all that is gone over again together
// half the weight of verdicts and notes. Each of these is one token, so that a
// few windows of text would outweigh all of them.
func (d *judgeDesk) fill(step int, b *parallel.Batch) {
	d.lessons.fill(step, b)
	for r, w := range d.laid {
		d.lay(r, w)
	}
	d.batch(b)
	due := float32(0)
	for _, m := range d.talk {
		due += m
	}
	if due == 0 {
		return // nothing but text
	}
	again := 1/b.Scale - due
	for i := range d.mask {
		if d.mask[i] != 0 && d.talk[i] == 0 {
			d.mask[i] = due / (2 * again)
		}
	}
	b.Scale = 1 / due
}

func (TownJudge) objective(p *nn.Params, values map[string]float64) parallel.Replica {
	return windowModel(p, int(values["context"]), verdictLoss)
}

// accompany has every worker of a judge give verdicts.
func (TownJudge) accompany(r *parallel.Replica, s *services, _ map[string]*nn.Params, _ map[string]float64) {
	s.offerVerdicts(r)
}
