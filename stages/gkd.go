package stages

import (
	"math"

	"sprout/core/autograd"
	"sprout/core/gen"
	"sprout/core/nn"
	"sprout/core/parallel"
	"sprout/core/problem"
	"sprout/core/tensor"
)

// GKD teaches a student on answers that it writes itself; see gkdLoss. In every
// step a share of the conversations is answered anew by the student as it is
// then, and the teacher's distribution is compared with its own on those words.
//
// Paper: Agarwal et al. 2023, On-Policy Distillation of Language Models, arXiv
// 2306.13649, algorithm 1.
//
// Differs: a share of every batch is the student's own, where the paper tosses a
// coin for whole batches; a student that begins with fresh weights first reads
// for a while, since nothing can be learned from noise.
type GKD struct{}

// Name is "gkd".
func (GKD) Name() string { return "gkd" }

// gkdDefaults by the teacher's preset.
var gkdDefaults = map[string]struct{ steps, start float64 }{
	"seed":    {1200, 900},
	"sprout":  {1800, 1300},
	"sapling": {2400, 1800},
	"tree":    {4000, 3000},
}

// Params are the settings of GKD.
func (GKD) Params(p nn.Preset) []Param {
	d, g := distillDefaults[p.Name], gkdDefaults[p.Name]
	params := append(studentParams(), teacherParam(),
		Param{
			Key: "on_policy", Symbol: `\lambda`, Default: 0.5, Min: 0, Max: 1,
			DocEN: "Share of the conversations that the student answers itself. At 0 it only reads.",
			DocZH: "由学生自己作答的对话所占的比例。0 表示只读别人的回答。",
		},
		Param{
			Key: "head_start", Symbol: `N_0`, Default: g.start, Min: 0, Max: 100_000, Integer: true, Unit: "steps",
			DocEN: "Steps before the student writes its first answer. A trained student needs none.",
			DocZH: "学生开始自己作答之前的步数。已经训练过的学生不需要。",
		},
		jsdParam("Weight of the teacher in the mixture. 0.5 is symmetric."),
		Param{
			Key: "temperature", Symbol: `T`, Default: 1, Min: 0.25, Max: 4, Log: true,
			DocEN: "Temperature at which the student writes, and at which the two are compared.",
			DocZH: "学生写作时的温度，也是两者相比时的温度。",
		},
		stepsParam(g.steps), batchParam(d.batch), contextParam(d.context).called(`T_{ctx}`), studyParam(),
	)
	params = append(params, adamwParams(d.lr, 50, 0)...)
	return append(params, cadenceParams(200, 200, 400)...)
}

// Start prepares a run; see startTaught. A student given as the setup's parent
// has no head start unless one is asked for.
func (stage GKD) Start(s Setup) (Run, error) {
	run, err := startTaught(stage, s, func(o *opened, c *schooling) {
		if _, asked := o.Setup.Params["head_start"]; !asked && o.Parent != nil {
			o.values["head_start"] = 0
		}
		if o.values["teacher"] == 1 {
			own := &ownAnswers{}
			c.gather, c.fill, c.tell = own.gather, own.fill, tellOwn
		}
	})
	if err != nil {
		return nil, err
	}
	t := run.(*trainer)
	if v := t.values; v["teacher"] == 1 && v["on_policy"] > 0 && v["head_start"] >= v["steps"] {
		t.notes = append(t.notes, problem.New("note_head_start", problem.Args{"start": int(v["head_start"]), "steps": int(v["steps"])},
			"The student reads for %d steps before it writes, and the run has %d: it never answers anything itself. Choose a shorter head start or more steps.", int(v["head_start"]), int(v["steps"])))
	}
	return t, nil
}

func (stage GKD) accompany(r *parallel.Replica, s *services, beside map[string]*nn.Params, values map[string]float64) {
	accompany(stage, r, s, beside, values)
}

func (GKD) objective(p *nn.Params, values map[string]float64) parallel.Replica {
	return conversationModel(p, int(values["context"]))
}

func (GKD) lesson(student, teacher *nn.Params, values map[string]float64) parallel.Replica {
	return besideTeacher(student, teacher, int(values["context"]), func(t *autograd.Tape, k *constants, known, said, _, mask, own tensor.Tensor) []tensor.Tensor {
		all, jsd := gkdLoss(t, k, known, said, mask, values["beta"], values["temperature"])
		return []tensor.Tensor{all, t.Emit("sum", nil, t.Emit("mul", nil, jsd, own)[0])[0]}
	})
}

// ownAnswers are the windows of a step that the student has answered itself: the
// last ones of conversations, from the row first on. What it writes depends on
// the weights, the seed and the step alone.
type ownAnswers struct {
	first   int
	windows [][]Conversation
}

// gather has the student answer for the step to come.
func (a *ownAnswers) gather(t *trainer, l *lessons) error {
	a.windows = a.windows[:0]
	if t.step < int(t.values["head_start"]) {
		return nil
	}
	// Windows of conversations before this step and after it.
	before, after := t.step*l.B-l.replayed(t.step), (t.step+1)*l.B-l.replayed(t.step+1)
	share := t.values["on_policy"]
	own := int(math.Floor(share*float64(after))) - int(math.Floor(share*float64(before)))
	a.first = after - before - own
	var asked []Conversation
	for n := after - own; n < after; n++ {
		for _, c := range l.window(n) {
			asked = append(asked, l.conversations[c])
		}
	}
	written, err := t.Rollout(questions(asked), gen.Options{
		Sampling:  gen.Sampling{Temperature: t.values["temperature"]},
		MaxTokens: min(l.T, answerTokens), Seed: t.seed ^ streamTaught, Step: uint64(t.step),
	})
	if err != nil {
		return err
	}
	at := 0
	for n := after - own; n < after; n++ {
		var all []Conversation
		for range l.window(n) {
			all = append(all, answeredBy(asked[at], written[at].Tokens))
			at++
		}
		a.windows = append(a.windows, fitting(all, l.T))
	}
	return nil
}

// fitting cuts what does not fit into a window, and leaves out answers that
// would not begin in it.
func fitting(all []Conversation, room int) (out []Conversation) {
	for _, c := range all {
		n := min(len(c.Tokens), room+1)
		c.Tokens, c.Learned = c.Tokens[:n], c.Learned[:n]
		if c.learns() > 0 {
			out, room = append(out, c), room-c.positions()
		}
	}
	return out
}

// fill makes the batch of a step as SFT does, with the student's answers in
// their places. The second mask marks its own words.
func (a *ownAnswers) fill(l *lessons, step int, b *parallel.Batch) {
	l.fill(step, b)
	clear(l.talk)
	for i, w := range a.windows {
		l.lay(a.first+i, w) // and marks the answers as talk
	}
	l.batch(b)
}

// tellOwn tells what was minimised, the mean JSD of a token, and its part on
// the student's own words.
func tellOwn(m Metrics, sums []float64, b *parallel.Batch) Metrics {
	learned, own := 0.0, 0.0
	for i, x := range b.Floats[0] {
		learned += float64(x)
		own += float64(b.Floats[1][i])
	}
	m.measured(map[string]float64{"own_share": own / learned})
	if own > 0 {
		m.measured(map[string]float64{"own_jsd": sums[1] / own})
	}
	return m
}

func init() {
	problem.Register(map[string]string{
		"note_head_start": "note: the student of GKD never writes, since its head start is as long as the run: start, steps",
	})
	registerMeasures(map[string]string{
		"own_jsd":   "JSD on the student's own words, nats per token",
		"own_share": "of all learned tokens, those that the student wrote itself",
	})
}
