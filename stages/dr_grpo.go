package stages

import (
	"sprout/core/nn"
	"sprout/core/parallel"
)

// DrGRPO is the stage of GRPO done right; see drGRPO.
type DrGRPO struct{ practising }

// Name is "dr_grpo".
func (DrGRPO) Name() string { return "dr_grpo" }

// Params are the settings of Dr. GRPO.
func (DrGRPO) Params(p nn.Preset) []Param {
	own := append([]Param{groupParam()}, clipParams(0.2, 0.2)...)
	return policyParams(p, groupDefaults, own...)
}

// Start prepares a run; see startPolicy.
func (stage DrGRPO) Start(s Setup) (Run, error) { return startPolicy(stage, s) }

func (stage DrGRPO) objective(p *nn.Params, v map[string]float64) parallel.Replica {
	return policyObjective(stage, p, v)
}

func (DrGRPO) learner(v map[string]float64) learner { return newGroupLearner(drGRPO{}, v) }
