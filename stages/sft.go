package stages

import (
	"sprout/core/autograd"
	"sprout/core/nn"
	"sprout/core/parallel"
	"sprout/core/problem"
	"sprout/core/tensor"
	"sprout/core/text"
)

// SFT teaches a pretrained model to answer: supervised fine-tuning on
// conversations, in which only what the assistant says is learned.
//
// Paper: Ouyang et al. 2022, Training Language Models to Follow Instructions
// with Human Feedback, arXiv 2203.02155, section 3.5.
//
//	L(θ) = −(1/N) Σₙ mₙ log p_θ(xₙ | x_<n),  N = Σₙ mₙ
//
// mₙ is 1 where the assistant says xₙ, the EOS that ends its turn included, else
// 0: questions, role tokens and padding are read, not learned.
//
// Differs: several conversations share a window, each at positions of its own
// and blind to the others; windows of the pretraining text are mixed in and
// learned whole (rehearsal: Robins 1995, Catastrophic Forgetting, Rehearsal and
// Pseudorehearsal), so that the model does not forget what it knows.
type SFT struct{}

// <loss>

// answerLoss is Σ −log p(token), in nats, over the tokens that are learned:
// learned is 1 there and 0 elsewhere. The trainer divides by their number in
// the whole batch.
func answerLoss(t *autograd.Tape, logits, next, learned, talk tensor.Tensor) (all, answers tensor.Tensor) {
	losses := t.Emit("cross_entropy", nil, logits, next, learned)[0] // [B·T]
	all = t.Emit("sum", nil, losses)[0]                              // [1], minimised
	told := t.Emit("mul", nil, losses, talk)[0]                      // 0 in replayed text
	return all, t.Emit("sum", nil, told)[0]                          // [1], shown
}

// </loss>

// Name is "sft".
func (SFT) Name() string { return "sft" }

var sftDefaults = map[string]struct{ steps, batch, context, lr float64 }{
	"seed":    {300, 8, 160, 2e-3},
	"sprout":  {320, 8, 160, 1e-3},
	"sapling": {400, 8, 160, 5e-4},
	"tree":    {600, 8, 256, 2e-4},
}

// Params are the settings of SFT.
func (SFT) Params(p nn.Preset) []Param {
	d := sftDefaults[p.Name]
	params := []Param{
		stepsParam(d.steps), batchParam(d.batch), contextParam(d.context),
		{
			Key: "replay", Symbol: `\rho`, Default: 0.25, Min: 0, Max: 0.9,
			DocEN: "Share of the sequences that are taken from the pretraining text again. Without any, the model forgets what the conversations do not mention.",
			DocZH: "每一步中重新取自预训练文本的序列所占的比例。为零时，对话里没有提到的知识会被遗忘。",
		},
		Param{
			Key: "loss_mask", Symbol: `m`, Default: 1,
			DocEN: "With it only the assistant's words are learned. Without it the questions are, too: then the model also learns to ask, and spends its strength on it.",
			DocZH: "打开时只学助手说的话；关掉就连问题也学，模型会把力气花在学着提问上。",
		}.choosing([2]string{"questions, too", "问题也学"}, [2]string{"answers only", "只学回答"}),
	}
	params = append(params, adamwParams(d.lr, 20, 0)...)
	return append(params, cadenceParams(50, 50, 100)...)
}

// Start prepares a run. Its conversations are those of the setup, else those in
// the corpus, else the town's; the corpus's plain text is what is replayed.
// Problems: those of every run, "parent_…", "conversations_…" and
// "replay_without_text".
func (stage SFT) Start(s Setup) (Run, error) {
	if err := s.fromLanguageModel(stage.Name()); err != nil {
		return nil, err
	}
	docs, rest, err := stage.lessons(&s)
	if err != nil {
		return nil, err
	}
	s.Corpus = rest
	train, heldOut := render(s.Tokenizer, docs.Train), render(s.Tokenizer, docs.HeldOut)
	o, err := openRun(stage, s, streams(train), streams(heldOut))
	if err != nil {
		return nil, err
	}
	v := o.values
	if err := replayable(o, s.Params); err != nil {
		return nil, err
	}
	if v["loss_mask"] == 0 {
		learnAll(train)
	}
	return schooling{
		train: train, heldOut: heldOut, asked: docs.HeldOut, data: o.data, replay: v["replay"],
		gauge: func(_ *trainer, answers *answerGauge) gauge {
			if v["loss_mask"] == 0 {
				return newAskingGauge(answers)
			}
			return answers
		},
	}.start(o)
}

// lessons are the conversations of a run, and the text that remains.
func (SFT) lessons(s *Setup) (talk, rest *text.Corpus, err error) { return s.conversations() }

// replayable settles the share of replay where there is no text: none, unless
// one was asked for.
func replayable(o *opened, given map[string]float64) error {
	if o.values["replay"] == 0 {
		return nil
	}
	if o.data != nil {
		return o.data.Check(int(o.values["context"]))
	}
	if given["replay"] > 0 {
		return problem.New("replay_without_text", nil,
			"There is no plain text to replay. Choose the text that the model was pretrained on, or set replay to 0.")
	}
	o.values["replay"] = 0
	return nil
}

func (SFT) objective(p *nn.Params, values map[string]float64) parallel.Replica {
	return conversationModel(p, int(values["context"]))
}

// tellAnswers parts the loss: that of the conversations is the one to compare
// with the held-out loss, that of the text is the measure "replay_loss".
func tellAnswers(m Metrics, sums []float64, b *parallel.Batch) Metrics {
	learned, told := 0.0, 0.0
	for i, x := range b.Floats[0] {
		learned += float64(x)
		told += float64(b.Floats[1][i])
	}
	if told < learned {
		m.Measures = map[string]float64{"replay_loss": (sums[0] - sums[1]) / (learned - told)}
	}
	if told > 0 {
		m.TrainLoss = sums[1] / told
	}
	return m
}

func render(tok *text.Tokenizer, docs []text.Doc) []Conversation {
	out := make([]Conversation, len(docs))
	for i, d := range docs {
		out[i] = NewConversation(tok, d.Turns, true)
	}
	return out
}

// learnAll has every token learned that another one comes before.
func learnAll(all []Conversation) {
	for _, c := range all {
		for i := range c.Learned {
			c.Learned[i] = i > 0
		}
	}
}

// askingGauge measures besides, where questions are learned as well, how well
// they are: "question_loss", nats per token of held-out conversations that is no
// answer.
type askingGauge struct {
	*answerGauge
	questions *answerGauge
}

func newAskingGauge(answers *answerGauge) askingGauge {
	questions := *answers
	questions.heldOut = make([]Conversation, len(answers.heldOut))
	for i, c := range answers.heldOut {
		learned := make([]bool, len(c.Learned))
		for j := 1; j < len(learned); j++ {
			learned[j] = !c.Learned[j]
		}
		c.Learned = learned
		questions.heldOut[i] = c
	}
	return askingGauge{answers, &questions}
}

func (g askingGauge) measure() (Evaluation, error) {
	out, err := g.answerGauge.measure()
	if err != nil {
		return out, err
	}
	asked, err := g.questions.answers()
	out.Measures["question_loss"] = asked.mean()
	return out, err
}

// opening is a question that a sample answers.
type opening struct {
	shown  string
	tokens []int32
}

// openings are the conversations up to their last answer that begins within T
// tokens.
func openings(tok *text.Tokenizer, docs []text.Doc, T int) (out []opening) {
	for _, d := range docs {
		for n := len(d.Turns) - 1; n >= 0; n-- {
			if d.Turns[n].Role != text.RoleAssistant {
				continue
			}
			p := opening{tokens: tok.ChatPrompt(d.Turns[:n])}
			if n > 0 {
				p.shown = d.Turns[n-1].Content
			}
			if len(p.tokens) <= T {
				out = append(out, p)
				break
			}
		}
	}
	return out
}

func init() {
	problem.Register(map[string]string{
		"conversations_missing":  "fewer than two conversations with an answer: count",
		"conversations_too_long": "no conversation begins its answer within the context: context",
		"note_conversations_cut": "note: conversations longer than the context were cut or left out: cut, lost, context",
		"replay_without_text":    "replay was asked for, but there is no plain text",
	})
	registerMeasures(map[string]string{
		"replay_loss":   "of the text that is gone over again, nats per token",
		"question_loss": "of held-out questions, where they are learned as well, nats per token",
	})
}
