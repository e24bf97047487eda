package stages

import (
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
// RLHF, arXiv 2309.00267, for the letter and the two orders.
//
//	L(θ) = −(1/N) Σ log p_θ(letter | question, A, B, principles)
//
// The graders of the town decide which letter is right; pairs that they find
// equally good are left out. Who judges must know the facts, so the parent is a
// model that has read the town's text, and some of it is gone over again, all of
// it with half the weight of the verdicts.
//
// Differs: several sets of principles are asked about one after the other behind
// the same two answers, since reading those is what costs. The letters are
// targets only and never inputs, so no verdict sees another. Where an answer ends,
// some of its own grades are learned as well; see marked.
type TownJudge struct{}

// <loss>

// verdictLoss is Σ −log p(letter), in nats, over the positions where a verdict
// is due: asked is 1 there and 0 elsewhere, letter is A or B. In replayed text,
// where talk is 0, every token is learned.
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
	"seed":    {300, 8, 224, 2e-3},
	"sprout":  {300, 8, 224, 1.5e-3},
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
	l, err := lettersOf(s.Tokenizer)
	if err != nil {
		return nil, err
	}
	if s.Corpus != nil {
		_, s.Corpus = divide(s.Corpus)
	}
	o, err := openRun(stage, s, l.fingerprintOf(s.Tokenizer, s.Town, s.Langs))
	if err != nil {
		return nil, err
	}
	if err := replayable(o, s.Params); err != nil {
		return nil, err
	}
	return startJudge(o, l)
}

// startJudge prepares the run.
func startJudge(o *opened, l letters) (Run, error) {
	v := o.values
	B, T := int(v["batch"]), int(v["context"])
	lessons := l.lessons(o.Setup.Tokenizer, o.Town, o.Langs, judgeLessons, int(v["rubrics"]))
	l.favourFirst(lessons, v["first_place"], o.Town.Config.Seed)
	train := make([]Conversation, 0, len(lessons))
	for _, c := range lessons {
		if c.positions() <= T { // half a comparison cannot be judged
			train = append(train, c)
		}
	}
	if len(train) == 0 {
		return nil, tooLong(T)
	}
	samples := hearings(o.Town, o.Langs, quickHearing)
	t, err := newTrainer(o, recipe{
		batch: B, tokens: B * T, optim: adamw(v), schedule: warmupCosine(v),
		fill:  evenly(newLessons(train, o.data, v["replay"], o.seed, B, T)),
		tell:  tellAnswers,
		gauge: func(t *trainer, whole bool) gauge { return newJudgeGauge(t, l, whole) },
		prompt: func(step int) (string, []int32) {
			n := step / int(v["sample_every"])
			of := samples[n%len(samples)].all
			c := of[n/len(samples)%len(of)]
			asked := exchange(c.Question.Text, "").Turns[:1]
			return c.Question.Text + "\nA: " + c.A + "\nB: " + c.B + "\n" + c.Principles.Rubric(c.Question.Lang),
				appendRubric(shown(o.Setup.Tokenizer, asked, c.A, c.B), o.Setup.Tokenizer, c.Principles, c.Question.Lang)
		},
	})
	if err != nil {
		return nil, err
	}
	if cut := len(lessons) - len(train); cut > 0 {
		t.notes = append(t.notes, conversationsCut(cut, cut, T))
	}
	return t, nil
}

// evenly makes the batches of lessons and gives all replayed tokens together half
// the weight of all verdicts. A verdict is one token, so that a few windows of
// text would outweigh all of them.
func evenly(l *lessons) func(step int, b *parallel.Batch) {
	return func(step int, b *parallel.Batch) {
		l.fill(step, b)
		verdicts := float32(0)
		for _, m := range l.talk {
			verdicts += m
		}
		replayed := 1/b.Scale - verdicts
		for i := range l.mask {
			if l.mask[i] != 0 && l.talk[i] == 0 {
				l.mask[i] = verdicts / (2 * replayed)
			}
		}
		b.Scale = 1 / verdicts
	}
}

func (TownJudge) objective(p *nn.Params, values map[string]float64) parallel.Replica {
	return windowModel(p, int(values["context"]), verdictLoss)
}

// accompany has every worker of a judge give verdicts.
func (TownJudge) accompany(r *parallel.Replica, s *services, _ map[string]*nn.Params, _ map[string]float64) {
	s.offerVerdicts(r)
}
