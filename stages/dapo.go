package stages

import (
	"sprout/core/nn"
	"sprout/core/parallel"
)

// DAPO is the stage of Decoupled Clip and Dynamic Sampling Policy Optimization;
// see dapo. Groups in which no answer is better than another are replaced by
// others, and an answer that comes near the limit of length loses up to 1 of its
// reward (arXiv 2503.14476, soft overlong punishment).
type DAPO struct{ practising }

// Name is "dapo".
func (DAPO) Name() string { return "dapo" }

// Params are the settings of DAPO.
func (DAPO) Params(p nn.Preset) []Param {
	own := append([]Param{groupParam(), {
		Key: "overlong", Symbol: `L_{cache}`, Default: 12, Min: 0, Max: 512, Integer: true, Unit: "tokens",
		DocEN: "The last tokens below the limit, over which an answer loses reward in steps up to 1. 0 takes nothing off.",
		DocZH: "接近长度上限的最后这么多词元内，回答越长扣分越多，最多扣 1。0 表示不扣。",
	}}, clipParams(0.2, 0.28)...)
	return policyParams(p, groupDefaults, own...)
}

// Start prepares a run; see startPolicy.
func (stage DAPO) Start(s Setup) (Run, error) { return startPolicy(stage, s) }

func (stage DAPO) objective(p *nn.Params, v map[string]float64) parallel.Replica {
	return policyObjective(stage, p, v)
}

func (DAPO) learner(v map[string]float64) learner {
	return dapoLearner{newGroupLearner(dapo{}, v), int(v["overlong"])}
}

type dapoLearner struct {
	groupLearner
	overlong int // tokens
}

// <loss>

// penalty is 0 up to limit − overlong tokens and rises to 1 at the limit.
func (l dapoLearner) penalty(tokens int) float64 {
	over := tokens - max(0, l.limit-l.overlong)
	if l.overlong == 0 || over <= 0 {
		return 0
	}
	return min(1, float64(over)/float64(l.overlong))
}

// </loss>
