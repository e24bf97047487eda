package stages

import (
	"sprout/core/checkpoint"
	"sprout/core/nn"
	"sprout/core/parallel"
	"sprout/core/problem"
)

// policyStage is a stage whose model learns from its own answers.
type policyStage interface {
	Stage
	learner(values map[string]float64) learner
}

// practising gives a stage the services that all of them need.
type practising struct{}

func (practising) accompany(r *parallel.Replica, s *services, beside map[string]*nn.Params, values map[string]float64) {
	accompanyPolicy(r, s, beside, values)
}

// policyObjective is what a stage records on a model.
func policyObjective(stage policyStage, p *nn.Params, v map[string]float64) parallel.Replica {
	return policyReplica(p, stage.learner(v), int(v["context"]), v["temperature"], len(headsOf(stage)) > 0)
}

// startPolicy prepares a run of any stage that learns from its own answers. It is
// asked questions of one's own, else the town's that SFT may see, or without a
// town what the conversations ask. The reference is the model that the run starts from.
// Problems: those of every run, "parent_…", "conversations_…", "prompts_few",
// "prompt_too_long", "iteration_large" and "reward_…".
func startPolicy(stage policyStage, s Setup) (Run, error) {
	if err := s.fromLanguageModel(stage.Name()); err != nil {
		return nil, err
	}
	own := s.ownQuestions()
	talk, rest, err := s.conversations()
	if err != nil {
		return nil, err
	}
	s.Corpus = rest
	train, heldOut, err := s.tasks(talk, own)
	if err != nil {
		return nil, err
	}
	o, err := settle(stage, s)
	if err != nil {
		return nil, err
	}
	v := o.values
	if err := checkIteration(stage.learner(v), v, len(train)); err != nil {
		return nil, err
	}
	if err := o.open(promptsOf(train), promptsOf(heldOut)); err != nil {
		return nil, err
	}
	if err := o.keepSettings("reward", "temperature", "max_tokens"); err != nil {
		return nil, err
	}
	p := &practice{
		opened: o, train: train, batch: int(v["batch"]), prompts: int(v["prompts"]), epochs: int(v["epochs"]),
		limit: int(v["max_tokens"]), critic: len(headsOf(stage)) > 0,
		order: shuffled{n: len(train), seed: o.seed},
	}
	if p.source, err = o.settleReward(s.Params, train[0].question != nil); err != nil {
		return nil, err
	}
	if err := p.fit(append(train[:len(train):len(train)], heldOut...)); err != nil {
		return nil, err
	}
	p.rows = experienceRows{attemptRows: attemptRows{tasks: train, T: int(v["context"])}}
	p.learner = stage.learner(v)
	p.memory.Beta = v["beta"]
	if err := p.besides(); err != nil {
		return nil, err
	}
	if err := p.remember(o.state.Memory); err != nil {
		return nil, err
	}
	if s.Resume != nil && v["beta"] != o.state.Params["beta"] { // else it may have adapted
		p.memory.Beta, p.before.Beta = v["beta"], v["beta"]
	}
	return p.start(heldOut, render(s.Tokenizer, talk.HeldOut))
}

// mostIterationTokens is how many tokens the answers of an iteration may have
// together. Each takes 32 bytes in an attempt, more while it is sampled and read,
// and some 60 in a checkpoint, in a tab that has 4 GB for everything.
const mostIterationTokens = 2_000_000

// checkIteration is the problem "iteration_large" where the answers of an iteration,
// or those that begin the trackers, could have more tokens than there is room for.
func checkIteration(l learner, v map[string]float64, tasks int) error {
	prompts, group, limit := int(v["prompts"]), l.group(), int(v["max_tokens"])
	if f, ok := l.(firstSampling); ok && tasks*f.firstSamples() > prompts*group {
		prompts, group = tasks, f.firstSamples()
	}
	n := prompts * group * limit
	if n <= mostIterationTokens {
		return nil
	}
	return problem.New("iteration_large", problem.Args{"prompts": prompts, "group": group, "answer": limit, "tokens": n, "most": mostIterationTokens},
		"%d questions (prompts) with %d answers to each (group, for SPO first_samples) of up to %d tokens (max_tokens) may have %d tokens together, more than the %d that are kept at a time. Make one of the three smaller.",
		prompts, group, limit, n, mostIterationTokens)
}

func init() {
	problem.Register(map[string]string{
		"iteration_large": "the answers of an iteration may have more tokens than are kept at a time: prompts, group, answer, tokens, most",
	})
}

// fit settles how many tokens a prompt has with its answer.
func (p *practice) fit(tasks []task) error {
	v := p.values
	if v["context"] == 0 {
		if err := checkPrompts(tasks, p.limit, p.cfg.Context); err != nil {
			return err
		}
		v["context"] = float64(longestPrompt(tasks) + p.limit)
	}
	return checkPrompts(tasks, p.limit, int(v["context"]))
}

// besides puts the reference and the reward model beside the policy.
func (p *practice) besides() error {
	list := []Companion{{Name: referenceModel, Config: p.cfg}}
	origins := map[string]*checkpoint.Checkpoint{referenceModel: p.Parent}
	if p.source == byModel && p.Resume == nil {
		c, err := rewardCompanion(p.Reward, p.Setup.Tokenizer, int(p.values["context"]))
		if err != nil {
			return err
		}
		list, origins[rewardModel] = append(list, c), p.Reward
	}
	return p.opened.besides(list, origins)
}

func (p *practice) start(heldOut []task, talk []Conversation) (Run, error) {
	v := p.values
	talk, _, _ = fitted(talk, p.cfg.Context)
	if len(talk) == 0 {
		return nil, tooLong(p.cfg.Context)
	}
	return newTrainer(p.opened, recipe{
		batch: p.batch, tokens: p.batch * p.rows.T, optim: adamw(v), schedule: warmupCosine(v),
		gather: p.gather, fill: p.fill, tell: p.tell, refuses: p.over, memory: p,
		gauge: func(t *trainer, whole bool) gauge {
			n := quickTasks
			if whole {
				n = wholeTasks
			}
			return &policyGauge{t: t, p: p, tasks: spread(heldOut, n), answers: newAnswerGauge(t.subject(), talk, t.cfg.Context, whole)}
		},
		prompt: func(step int) (string, []int32) {
			q := heldOut[step/int(v["sample_every"])%len(heldOut)]
			return q.shown, q.tokens
		},
	})
}

// policyDefaults are the settings that differ between model sizes, by preset.
type policyDefaults map[string]struct{ steps, batch, prompts, epochs, lr float64 }

// policyParams are the settings of a stage that learns from its own answers, its
// own in front.
func policyParams(p nn.Preset, defaults policyDefaults, own ...Param) []Param {
	d := defaults[p.Name]
	out := append(own,
		stepsParam(d.steps),
		Param{
			Key: "prompts", Symbol: `n`, Default: d.prompts, Min: 1, Max: 512, Integer: true, Unit: "prompts",
			DocEN: "Questions that are asked before the weights change. More give a steadier gradient; the answers to all of them come from one and the same policy.",
			DocZH: "每轮先问多少个问题再更新权重。越多梯度越稳；这些回答都出自同一个策略。",
		},
		Param{
			Key: "batch", Symbol: `B`, Default: d.batch, Min: 1, Max: 128, Integer: true, Unit: "answers",
			DocEN: "Answers per step. An iteration's answers are dealt to as many steps as it takes.",
			DocZH: "每一步使用的回答数。一轮的回答分成若干步学完。",
		},
		Param{
			Key: "epochs", Symbol: `K`, Default: d.epochs, Min: 1, Max: 16, Integer: true,
			DocEN: "How often the same answers are learned from. More save sampling, but the policy moves away from the one that gave them.",
			DocZH: "同一批回答学几遍。多学几遍省去采样，但策略会离给出这些回答的策略越来越远。",
		},
		Param{
			Key: "max_tokens", Symbol: `M`, Default: 48, Min: 1, Max: 512, Integer: true, Unit: "tokens",
			DocEN: "Longest answer. What is longer is cut and judged as it stands.",
			DocZH: "回答的最大长度。超出的部分被截断，按截断后的样子评分。",
		},
		Param{
			Key: "temperature", Symbol: `\tau`, Default: 1, Min: 0.1, Max: 4,
			DocEN: "Temperature of sampling while learning. Training uses the probabilities of this very distribution.",
			DocZH: "学习时采样的温度。训练所用的概率就是这个分布的概率。",
		},
		rewardParam(),
		Param{
			Key: "target_kl", Symbol: `d`, Default: 0.05, Min: 0, Max: 10, Unit: "nats",
			DocEN: "An iteration ends early when a token's mean KL from the policy that gave the answers is above this. 0 never ends it.",
			DocZH: "当每个词元相对于采样策略的平均 KL 超过此值时，本轮提前结束。0 表示从不提前结束。",
		},
		Param{
			Key: "context", Symbol: `T`, Default: 0, Min: 0, Max: 1024, Integer: true, Unit: "tokens",
			DocEN: "Room for a question with its answer. 0 takes as much as the longest question needs.",
			DocZH: "一问一答所占的长度。0 表示按最长的问题来定。",
		})
	out = append(out, adamwParams(d.lr, 5, 0)...)
	return append(out, cadenceParams(25, 25, 50)...)
}

// clipParams are how far the ratio may fall below 1 and rise above it.
func clipParams(low, high float64) []Param {
	return []Param{
		{
			Key: "clip_low", Symbol: `\varepsilon_{low}`, Default: low, Min: 0.01, Max: 0.99,
			DocEN: "How far a token's probability may fall, relative to the policy that sampled it, before nothing more is gained.",
			DocZH: "词元概率相对采样策略最多下降多少仍有收益。",
		},
		{
			Key: "clip_high", Symbol: `\varepsilon_{high}`, Default: high, Min: 0.01, Max: 10,
			DocEN: "How far it may rise before nothing more is gained.",
			DocZH: "词元概率最多上升多少仍有收益。",
		},
	}
}

func clipOf(v map[string]float64) clipRange { return clipRange{v["clip_low"], v["clip_high"]} }
