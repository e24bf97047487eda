package stages

import (
	"sprout/core/autograd"
	"sprout/core/nn"
	"sprout/core/parallel"
	"sprout/core/tensor"
)

// Distill teaches a small model by a large one, whose whole distribution over
// the next token it is shown; see distillLoss. The student reads what a model
// reads on its way through pretraining and SFT, at once: conversations and, as
// the share replay says, the pretraining text.
//
// Paper: Hinton, Vinyals and Dean 2015, arXiv 1503.02531.
//
// Differs: on the text of every stage and not on a transfer set; of
// conversations only the answers are compared.
type Distill struct{}

// Name is "distill".
func (Distill) Name() string { return "distill" }

// distillDefaults by the teacher's preset. A student that begins with nothing
// needs many steps more than long ones: as in pretraining, a batch of four learns
// more from the same tokens than one of eight.
var distillDefaults = map[string]struct{ steps, batch, context, lr float64 }{
	"seed":    {1200, 4, 160, 6e-3},
	"sprout":  {1800, 4, 160, 5e-3},
	"sapling": {2400, 4, 160, 2.5e-3},
	"tree":    {4000, 4, 256, 1.5e-3},
}

// Params are the settings of white-box distillation.
func (Distill) Params(p nn.Preset) []Param {
	d := distillDefaults[p.Name]
	params := append(studentParams(), teacherParam(),
		Param{
			Key: "direction", Symbol: `D`, Default: 0,
			DocEN: "From teacher to student: cover all that the teacher might say. From student to teacher: say nothing that the teacher would not. The Jensen-Shannon divergence (JSD) lies between them.",
			DocZH: "老师在前：涵盖老师可能说的一切；学生在前：不说老师不会说的话；JSD（詹森-香农散度）介于两者之间。",
		}.choosing([2]string{"KL(teacher ‖ student)", "KL(老师 ‖ 学生)"}, [2]string{"KL(student ‖ teacher)", "KL(学生 ‖ 老师)"}, [2]string{"JSD", "JSD"}),
		jsdParam("Weight of the teacher in the mixture of the JSD. 0.5 is symmetric."),
		Param{
			Key: "temperature", Symbol: `T`, Default: 1, Min: 0.1, Max: 100, Log: true,
			DocEN: "Divides the logits of both before they are compared: above 1 the unlikely words count for more, and far below 1 only the likeliest is left of what the teacher thinks.",
			DocZH: "比较之前两边的 logits 都除以它：大于 1 时，小概率的词更受重视；远小于 1 时，老师的想法就只剩最可能的那个词了。",
		},
		Param{
			Key: "alpha", Symbol: `\alpha`, Default: 0, Min: 0, Max: 1,
			DocEN: "Share of the ordinary loss on the text itself. 1 does not listen to the teacher at all: that is SFT.",
			DocZH: "文本本身的普通损失所占的比例。1 就是完全不听老师的，即 SFT。",
		},
		stepsParam(d.steps), batchParam(d.batch), contextParam(d.context).called(`T_{ctx}`), studyParam(),
	)
	// A little decay as in pretraining: .958 of the facts were recalled, without it
	// .946 (seed 1).
	params = append(params, adamwParams(d.lr, 50, 0.1)...)
	return append(params, cadenceParams(200, 200, 400)...)
}

// jsdParam is β of the Jensen-Shannon divergence.
func jsdParam(en string) Param {
	return Param{
		Key: "beta", Symbol: `\beta`, Default: 0.5, Min: 0.01, Max: 0.99, DocEN: en,
		DocZH: "JSD 的混合分布中老师所占的权重，0.5 时两边对称。",
	}
}

// studyParam is the share of the pretraining text: a student that begins with
// fresh weights has all its knowledge from there.
func studyParam() Param {
	return Param{
		Key: "replay", Symbol: `\rho`, Default: 0.8, Min: 0, Max: 0.95,
		DocEN: "Share of the sequences that are taken from the pretraining text. A student that begins with nothing learns the facts there.",
		DocZH: "取自预训练文本的序列所占的比例。从零开始的学生要靠它学到事实。",
	}
}

// Start prepares a run; see startTaught.
func (stage Distill) Start(s Setup) (Run, error) {
	return startTaught(stage, s, func(o *opened, c *schooling) {
		if o.values["teacher"] == 1 {
			c.tell = tellLecture(o.values["alpha"], o.values["temperature"])
		}
	})
}

func (stage Distill) accompany(r *parallel.Replica, s *services, beside map[string]*nn.Params, values map[string]float64) {
	accompany(stage, r, s, beside, values)
}

func (Distill) objective(p *nn.Params, values map[string]float64) parallel.Replica {
	return conversationModel(p, int(values["context"]))
}

func (Distill) lesson(student, teacher *nn.Params, values map[string]float64) parallel.Replica {
	return besideTeacher(student, teacher, int(values["context"]), func(t *autograd.Tape, k *constants, known, said, next, mask, talk tensor.Tensor) []tensor.Tensor {
		var d divergence
		switch values["direction"] {
		case 0:
			d = forwardKL{}
		case 1:
			d = reverseKL{}
		case 2:
			d = jensenShannon{k.number(t, values["beta"])}
		}
		all, ce := distillLoss(t, k, d, known, said, next, mask, values["alpha"], values["temperature"])
		answers := t.Emit("mul", nil, ce, talk)[0]
		return []tensor.Tensor{all, t.Emit("sum", nil, answers)[0], t.Emit("sum", nil, ce)[0]}
	})
}

// tellLecture tells the loss of the answers, as SFT does, with "replay_loss", so
// that runs with and without a teacher compare, and what was minimised besides.
func tellLecture(alpha, T float64) func(Metrics, []float64, *parallel.Batch) Metrics {
	return func(m Metrics, sums []float64, b *parallel.Batch) Metrics {
		objective, scale := m.TrainLoss, float64(b.Scale)
		m = tellAnswers(m, []float64{sums[2], sums[1]}, b)
		m.measured(map[string]float64{"objective": objective})
		if alpha < 1 {
			m.measured(map[string]float64{"divergence": (objective - alpha*sums[2]*scale) / ((1 - alpha) * T * T)})
		}
		return m
	}
}

// startTaught prepares a run of any stage of distillation. Its teacher is that
// of the setup, else the setup's parent; conversations and text are those of
// SFT. vary adds what the stage does differently. Problems: those of every run,
// "teacher_…", "student_shape", "parent_…", "conversations_…" and
// "replay_without_text".
func startTaught(stage taught, s Setup, vary func(*opened, *schooling)) (Run, error) {
	if err := s.fromTeacher(stage.Name()); err != nil {
		return nil, err
	}
	docs, rest, err := s.conversations()
	if err != nil {
		return nil, err
	}
	s.Corpus = rest
	train, heldOut := render(s.Tokenizer, docs.Train), render(s.Tokenizer, docs.HeldOut)
	o, err := openRun(stage, s, streams(train), streams(heldOut))
	if err != nil {
		return nil, err
	}
	if err := replayable(o, s.Params); err != nil {
		return nil, err
	}
	known := map[bool]map[string]float64{}
	c := schooling{
		train: train, heldOut: heldOut, asked: docs.HeldOut, data: o.data, replay: o.values["replay"],
		gauge: func(t *trainer, answers *answerGauge) gauge { return newStudentGauge(t, answers, known) },
	}
	vary(o, &c)
	return c.start(o)
}

func init() {
	registerMeasures(map[string]string{
		"objective":  "what was minimised, nats per learned token",
		"divergence": "in it, the student's from the teacher, without T²",
	})
}
