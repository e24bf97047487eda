package stages

import (
	"sprout/core/nn"
	"sprout/core/parallel"
)

// GRPO is the stage of Group Relative Policy Optimization; see grpo.
type GRPO struct{ practising }

// Name is "grpo".
func (GRPO) Name() string { return "grpo" }

// groupDefaults differ between model sizes.
var groupDefaults = policyDefaults{
	"seed":    {steps: 200, batch: 32, prompts: 8, epochs: 1, lr: 5e-4},
	"sprout":  {steps: 60, batch: 32, prompts: 8, epochs: 1, lr: 1e-4},
	"sapling": {steps: 240, batch: 32, prompts: 8, epochs: 1, lr: 1e-4},
	"tree":    {steps: 300, batch: 32, prompts: 8, epochs: 1, lr: 5e-5},
}

// Params are the settings of GRPO.
func (GRPO) Params(p nn.Preset) []Param {
	own := append([]Param{groupParam(), klLossParam(0.15)}, clipParams(0.2, 0.2)...)
	return policyParams(p, groupDefaults, own...)
}

func klLossParam(beta float64) Param {
	return Param{
		Key: "beta", Symbol: `\beta`, Default: beta, Min: 0, Max: 10,
		DocEN: "How costly it is to leave the reference: the weight of the KL in the loss. 0 lets the model go anywhere.",
		DocZH: "偏离参考模型的代价，即损失中 KL 项的权重。0 表示不加约束。",
	}
}

// Start prepares a run; see startPolicy.
func (stage GRPO) Start(s Setup) (Run, error) { return startPolicy(stage, s) }

func (stage GRPO) objective(p *nn.Params, v map[string]float64) parallel.Replica {
	return policyObjective(stage, p, v)
}

func (GRPO) learner(v map[string]float64) learner { return newGroupLearner(grpo{}, v) }
