package stages

import (
	"slices"

	"sprout/core/gen"
	"sprout/core/nn"
	"sprout/core/parallel"
	"sprout/core/problem"
)

// DistillSequence teaches a student by what its teacher writes: the teacher
// answers the questions once, before the first step, and the student learns its
// answers word by word as SFT would. So it needs nothing of the teacher but its
// text, which a model behind an interface gives as well.
//
// Paper: Kim and Rush 2016, Sequence-Level Knowledge Distillation, arXiv
// 1606.07947, section 3.2.
//
//	L(θ) = −(1/N) Σₙ log p_θ(ŷₙ | x, ŷ_<n),  ŷ = the teacher's answer to x
//
// The loss is that of SFT, answerLoss, and on the same text it is SFT exactly.
//
// Differs: the most probable token at every place, or samples at a temperature,
// where the paper searches with a beam; the pretraining text stays as it is.
type DistillSequence struct{}

// <loss>

// dictation has the teacher answer the conversations, before the first step; from
// then on they are the student's lessons, with the loss of SFT.
func dictation(t *trainer, l *lessons) error {
	if err := t.teacherWrites(l.conversations, l.T); err != nil {
		return err
	}
	written := make([]Conversation, len(t.state.Texts))
	for i, ids := range t.state.Texts {
		written[i] = answeredBy(l.conversations[i], ids)
	}
	if written, _, _ = fitted(written, l.T); len(written) == 0 {
		return tooLong(l.T)
	}
	l.teach(written)
	return nil
}

// </loss>

// Name is "distill_sequence".
func (DistillSequence) Name() string { return "distill_sequence" }

// Params are the settings of sequence-level distillation.
func (DistillSequence) Params(p nn.Preset) []Param {
	d := distillDefaults[p.Name]
	params := append(studentParams(), teacherParam(),
		Param{
			Key: "texts", Symbol: `n`, Default: 1024, Min: 2, Max: townExamples, Log: true, Integer: true, Unit: "conversations",
			DocEN: "How many conversations the teacher answers before training begins.",
			DocZH: "训练开始之前由老师回答的对话数。",
		},
		Param{
			Key: "temperature", Symbol: `T`, Default: 0, Min: 0, Max: 4,
			DocEN: "Temperature of the teacher's writing. 0 takes its most probable word each time.",
			DocZH: "老师写作时的温度。0 表示每次取最可能的词。",
		},
		stepsParam(d.steps), batchParam(d.batch), contextParam(d.context).called(`T_{ctx}`), studyParam(),
	)
	params = append(params, adamwParams(d.lr, 50, 0)...)
	return append(params, cadenceParams(200, 200, 400)...)
}

// Start prepares a run; see startTaught.
func (stage DistillSequence) Start(s Setup) (Run, error) {
	return startTaught(stage, s, func(o *opened, c *schooling) {
		asked := c.train[:min(len(c.train), int(o.values["texts"]))]
		c.train = asked
		if o.values["teacher"] == 1 {
			c.begin = dictation
		}
	})
}

func (stage DistillSequence) accompany(r *parallel.Replica, s *services, beside map[string]*nn.Params, values map[string]float64) {
	accompany(stage, r, s, beside, values)
}

func (DistillSequence) objective(p *nn.Params, values map[string]float64) parallel.Replica {
	return conversationModel(p, int(values["context"]))
}

func (stage DistillSequence) lesson(student, _ *nn.Params, values map[string]float64) parallel.Replica {
	return stage.objective(student, values)
}

// writtenAtOnce is how many texts a teacher writes between two reports of
// progress.
const writtenAtOnce = 4 * writtenRows

// streamTaught separates what is written to be learned from all other samples
// of a seed.
const streamTaught = 0x746175676874

// teacherWrites has the teacher answer conversations, unless the run was
// resumed: the texts are part of its state.
func (t *trainer) teacherWrites(all []Conversation, T int) error {
	if t.Resume != nil {
		if len(t.state.Texts) != len(all) {
			return problem.New("resume_state", nil, "What the checkpoint says about its run cannot be read.")
		}
		return nil
	}
	o := gen.Options{
		Sampling: gen.Sampling{Temperature: t.values["temperature"]}, MaxTokens: min(T, answerTokens), Seed: t.seed ^ streamTaught,
	}
	for done := 0; done < len(all); {
		if t.Progress != nil {
			if err := t.Progress("teacher", float64(done)/float64(len(all))); err != nil {
				return err
			}
		}
		part := all[done:min(len(all), done+writtenAtOnce)]
		o.First = uint64(done)
		written, err := t.teacherRollout(questions(part), o)
		if err != nil {
			return err
		}
		for _, s := range written {
			t.state.Texts = append(t.state.Texts, s.Tokens)
		}
		done += len(part)
	}
	return nil
}

// questions are conversations up to their first answer.
func questions(all []Conversation) [][]int32 {
	out := make([][]int32, len(all))
	for i, c := range all {
		out[i] = c.Tokens[:slices.Index(c.Learned, true)]
	}
	return out
}

// answeredBy is a conversation up to its first answer, with another one in its
// place, which is learned.
func answeredBy(c Conversation, answer []int32) Conversation {
	n := slices.Index(c.Learned, true)
	out := Conversation{Tokens: slices.Concat(c.Tokens[:n], answer), Learned: make([]bool, n+len(answer))}
	for i := range answer {
		out.Learned[n+i] = true
	}
	return out
}
