package stages

import (
	"sprout/core/autograd"
	"sprout/core/nn"
	"sprout/core/parallel"
	"sprout/core/tensor"
)

// SPO is the stage of Single-stream Policy Optimization: one answer to each
// prompt, compared with what the policy has lately achieved on that prompt. See
// spoLoss and betaTracker.
type SPO struct{ practising }

// Name is "spo".
func (SPO) Name() string { return "spo" }

// spoDefaults differ between model sizes.
var spoDefaults = policyDefaults{
	"seed":    {steps: 240, batch: 32, prompts: 64, epochs: 1, lr: 5e-4},
	"sprout":  {steps: 60, batch: 32, prompts: 64, epochs: 1, lr: 1e-4},
	"sapling": {steps: 240, batch: 32, prompts: 64, epochs: 1, lr: 1e-4},
	"tree":    {steps: 300, batch: 32, prompts: 64, epochs: 1, lr: 5e-5},
}

// Params are the settings of SPO.
func (SPO) Params(p nn.Preset) []Param {
	own := []Param{{
		Key: "first_samples", Symbol: `n_0`, Default: 2, Min: 0, Max: 64, Integer: true, Unit: "answers",
		DocEN: "Answers to every question before the first step, from which the trackers begin. With 0 each begins at one half.",
		DocZH: "开始前对每个问题采样多少个回答，作为追踪器的起点。0 表示都从二分之一开始。",
	}}
	own = append(own, clipParams(0.2, 0.28)...)
	out := policyParams(p, spoDefaults, own...)
	for i := range out {
		if out[i].Key == "prompts" {
			out[i].Min = 2 // an advantage that is standardised alone is 0
		}
	}
	return out
}

// older lets runs go on that ask one question at a time, from when that could be.
func (SPO) older(p *Param) {
	if p.Key == "prompts" {
		p.Min = 1
	}
}

// Start prepares a run; see startPolicy.
func (stage SPO) Start(s Setup) (Run, error) { return startPolicy(stage, s) }

func (stage SPO) objective(p *nn.Params, v map[string]float64) parallel.Replica {
	return policyObjective(stage, p, v)
}

func (SPO) learner(v map[string]float64) learner {
	return spoLearner{clipOf(v), int(v["first_samples"])}
}

// firstSampling is a learner that wants so many answers to each task before the
// first iteration.
type firstSampling interface {
	firstSamples() int
	// begin makes the trackers of them.
	begin(p *practice, all []attempt)
}

// promptTracker is what is remembered of a task.
type promptTracker struct {
	betaTracker
	Asked    int       `json:"asked,omitempty"`  // answers so far
	Tokens   []int32   `json:"tokens,omitempty"` // of the last answer
	LogProbs []float32 `json:"log_probs,omitempty"`
}

type spoLearner struct {
	clip  clipRange
	first int
}

// streamDraw chooses the tasks of an iteration.
const streamDraw = 0x64726177

func (l spoLearner) clips() clipRange { return l.clip }

func (spoLearner) group() int { return 1 }

func (spoLearner) skips([]float64) bool { return false }

func (spoLearner) measures() []string { return nil }

func (l spoLearner) loss(t *autograd.Tape, k *constants, s policyOutput, x experience) []tensor.Tensor {
	return []tensor.Tensor{spoLoss(t, k, s.logprobs, x, l.clip)}
}

func (l spoLearner) firstSamples() int { return l.first }

func (spoLearner) begin(p *practice, all []attempt) {
	successes, n := make([]float64, len(p.train)), make([]int, len(p.train))
	for i := range all {
		successes[all[i].Task] += p.bounded(&all[i])
		n[all[i].Task]++
	}
	p.memory.Trackers = make([]promptTracker, len(p.train))
	for i := range p.memory.Trackers {
		p.memory.Trackers[i].betaTracker, p.memory.Trackers[i].Asked = newBetaTracker(successes[i], n[i], spoRhoMin), n[i]
	}
}

// bounded is the reward in [0,1]: a reward model's as σ of the score, which is
// centred on the first answers and, unlike in the paper, also scaled by them, since
// it has no unit; see rewardScale.
func (p *practice) bounded(a *attempt) float64 {
	if p.source.unscaled() {
		return boundedReward(a.Reward, 0)
	}
	return a.Reward
}

// choose draws tasks whose outcome is open more often.
func (l spoLearner) choose(p *practice) []int {
	if p.memory.Trackers == nil {
		l.begin(p, nil)
	}
	weights := make([]float64, len(p.train))
	for i, tr := range p.memory.Trackers {
		weights[i] = tr.weight()
	}
	rng := tensor.NewRNG(p.seed, streamDraw, uint64(p.memory.Iteration))
	return draw(weights, p.prompts, &rng)
}

// credit compares each reward with its tracker's value, and has the trackers
// learn of it afterwards, the more forgetful the further the policy has moved on
// that task's last answer.
func (spoLearner) credit(p *practice, t *trainer, all []attempt) error {
	trackers := p.memory.Trackers
	rewards, v := make([]float64, len(all)), make([]float64, len(all))
	var past []attempt
	for i := range all {
		tr := &trackers[all[i].Task]
		rewards[i], v[i] = p.bounded(&all[i]), tr.value()
		p.memory.Measures["tracked"] += v[i] / float64(len(all))
		if len(tr.Tokens) > 0 {
			past = append(past, attempt{Task: all[i].Task, Tokens: tr.Tokens})
		}
	}
	changes := map[int]float64{}
	err := p.rows.read(t, policyService, past, func(a *attempt, now []float32) {
		changes[a.Task] = meanChange(wide(trackers[a.Task].LogProbs), wide(now))
	})
	if err != nil {
		return err
	}
	for i, advantage := range spoAdvantages(rewards, v) {
		a := &all[i]
		a.spread(advantage)
		tr := &trackers[a.Task]
		a.Before = &promptTracker{betaTracker: tr.betaTracker, Asked: tr.Asked}
		_, rho := spoForgetting(changes[a.Task], spoHalf, spoRhoMin, spoRhoMax)
		tr.update(rewards[i], rho)
		tr.Tokens, tr.LogProbs = a.Tokens, a.LogProbs
		tr.Asked++
	}
	return nil
}

func (spoLearner) minibatch(_ *practice, all []*attempt) ([][]float64, []float64, float64) {
	perToken, tokens := dapo{}.weights(lengthsOf(all), 0)
	return advantagesOf(all), perToken, tokens
}

func init() {
	registerMeasures(map[string]string{"tracked": "what the trackers had expected of the iteration's answers, a mean"})
}
