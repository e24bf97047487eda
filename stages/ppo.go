package stages

import (
	"sprout/core/autograd"
	"sprout/core/nn"
	"sprout/core/parallel"
	"sprout/core/tensor"
)

// PPO is the stage of reinforcement learning from a reward model with an actor
// and a critic. The critic is a head on the actor's last hidden state: one model
// serves both, and what the critic learns moves the actor's layers as well, by as
// much as value_coef says.
//
// Papers: Schulman et al. 2017, arXiv 1707.06347; with language models Ziegler et
// al. 2019, arXiv 1909.08593, and Ouyang et al. 2022, arXiv 2203.02155.
//
//	L(θ) = L_policy + c_v·L_value − c_e·S
//
// See policyLoss, valueLoss, entropyBonus, gae, tokenRewards, klController.
//
// Differs: a reward model's scores are shifted and scaled once, so that the first
// answers have mean 0 and deviation 1; reward, β and the value clip are in that
// unit.
type PPO struct{ practising }

// Name is "ppo".
func (PPO) Name() string { return "ppo" }

func (PPO) heads() []nn.Head { return []nn.Head{nn.Value} }

// ppoDefaults differ between model sizes.
var ppoDefaults = policyDefaults{
	"seed":    {steps: 240, batch: 32, prompts: 64, epochs: 2, lr: 5e-4},
	"sprout":  {steps: 120, batch: 32, prompts: 64, epochs: 2, lr: 5e-4},
	"sapling": {steps: 240, batch: 32, prompts: 64, epochs: 2, lr: 1e-4},
	"tree":    {steps: 300, batch: 32, prompts: 64, epochs: 2, lr: 5e-5},
}

// Params are the settings of PPO.
func (PPO) Params(p nn.Preset) []Param {
	own := []Param{
		{
			Key: "beta", Symbol: `\beta`, Default: 0.2, Min: 0, Max: 10,
			DocEN: "What a nat of KL to the reference costs, in units of reward. 0 charges nothing: the model then finds what the reward model likes rather than what is good.",
			DocZH: "相对参考模型每一纳特 KL 扣多少奖励。0 表示不扣：模型会去迎合奖励模型的喜好，而不是真的变好。",
		},
		{
			Key: "kl_target", Symbol: `d_{KL}`, Default: 0, Min: 0, Max: 1000, Unit: "nats",
			DocEN: "KL of an answer to the reference that beta is adapted to keep, by factors, so that a beta of 0 stays 0. Here 0 leaves beta as it is.",
			DocZH: "β 随之按比例调整，使每个回答的 KL 保持在此值附近；β 本身为 0 就一直是 0。这里填 0 表示 β 固定。",
		},
		{
			Key: "gamma", Symbol: `\gamma`, Default: 1, Min: 0, Max: 1,
			DocEN: "Discount: how much less a reward counts one token later. 1 counts all the same.",
			DocZH: "折扣：奖励每晚一个词元打多少折。1 表示不打折。",
		},
		{
			Key: "lambda", Symbol: `\lambda`, Default: 0.95, Min: 0, Max: 1,
			DocEN: "How far advantages trust what was earned (1) rather than what the critic says (0).",
			DocZH: "优势更相信实际得到的回报（1）还是评论家的估计（0）。",
		},
		{
			Key: "value_coef", Symbol: `c_v`, Default: 0.1, Min: 0, Max: 10,
			DocEN: "Weight of the critic's loss.",
			DocZH: "评论家损失的权重。",
		},
		{
			Key: "value_clip", Symbol: `\varepsilon_v`, Default: 0.2, Min: 0.01, Max: 100,
			DocEN: "How far a value may move from what the critic said when the answers were sampled, in units of reward.",
			DocZH: "价值相对采样时的估计最多移动多少（以奖励为单位）。",
		},
		{
			Key: "entropy_coef", Symbol: `c_e`, Default: 0, Min: 0, Max: 1,
			DocEN: "Bonus for being unsure, which keeps the answers varied.",
			DocZH: "对“拿不准”的奖励，使回答保持多样。",
		},
	}
	own = append(own, clipParams(0.2, 0.2)...)
	return policyParams(p, ppoDefaults, own...)
}

// Start prepares a run; see startPolicy.
func (stage PPO) Start(s Setup) (Run, error) { return startPolicy(stage, s) }

func (stage PPO) objective(p *nn.Params, v map[string]float64) parallel.Replica {
	return policyObjective(stage, p, v)
}

func (PPO) learner(v map[string]float64) learner {
	return ppoLearner{
		clip: clipOf(v), valueClip: v["value_clip"], valueCoef: v["value_coef"], entropyCoef: v["entropy_coef"],
		gamma: v["gamma"], lambda: v["lambda"], control: klController{Target: v["kl_target"], Gain: 0.1, Clip: 0.2},
	}
}

type ppoLearner struct {
	clip                              clipRange
	valueClip, valueCoef, entropyCoef float64
	gamma, lambda                     float64
	control                           klController // of β; no target leaves it fixed
}

func (l ppoLearner) clips() clipRange { return l.clip }

func (ppoLearner) group() int { return 1 }

func (ppoLearner) skips([]float64) bool { return false }

func (ppoLearner) measures() []string { return []string{"value_loss"} }

// <loss>

// loss is L_policy + c_v·L_value − c_e·S, and L_value.
func (l ppoLearner) loss(t *autograd.Tape, k *constants, s policyOutput, x experience) []tensor.Tensor {
	sum := policyLoss(t, k, s.logprobs, x, l.clip)
	value := valueLoss(t, k, s.values, x.values, x.returns, x.weights, l.valueClip)
	sum = t.Emit("add", nil, sum, t.Emit("scale", nil, value, k.number(t, l.valueCoef))[0])[0]
	if l.entropyCoef != 0 {
		bonus := entropyBonus(t, s.logits, x.weights)
		sum = t.Emit("sub", nil, sum, t.Emit("scale", nil, bonus, k.number(t, l.entropyCoef))[0])[0]
	}
	return []tensor.Tensor{sum, value}
}

// </loss>

func (ppoLearner) choose(p *practice) []int { return p.next(p.prompts) }

// credit charges each token for leaving the reference, and has the critic tell
// apart what was luck. β is adapted after it was used.
func (l ppoLearner) credit(p *practice, _ *trainer, all []attempt) error {
	m := &p.memory
	kl := 0.0
	for i := range all {
		a := &all[i]
		lp, ref := wide(a.LogProbs), wide(a.Reference)
		a.Advantages, a.Returns = gae(tokenRewards(lp, ref, a.Reward, m.Beta), wide(a.Values), l.gamma, l.lambda)
		kl += sequenceKL(lp, ref) / float64(len(all))
	}
	m.Measures["beta"] = m.Beta
	if l.control.Target > 0 {
		m.Beta = l.control.next(m.Beta, kl)
	}
	return nil
}

// minibatch whitens the advantages over the tokens of the step.
func (ppoLearner) minibatch(_ *practice, all []*attempt) ([][]float64, []float64, float64) {
	var flat []float64
	for _, a := range all {
		flat = append(flat, a.Advantages...)
	}
	flat = whiten(flat, all1(len(flat)))
	out := make([][]float64, len(all))
	n := 0
	for i, a := range all {
		out[i] = flat[n : n+len(a.Tokens)]
		n += len(a.Tokens)
	}
	return out, ones(len(all)), float64(n)
}

// all1 is a mask that leaves nothing out.
func all1(n int) []float32 {
	mask := make([]float32, n)
	for i := range mask {
		mask[i] = 1
	}
	return mask
}

func init() {
	registerMeasures(map[string]string{
		"value_loss": "what the critic is wrong by, squared and halved, in units of reward",
		"beta":       "the price of KL in the iteration",
	})
}
