package main

import (
	"maps"

	"sprout/core/world"
	"sprout/journey"
)

// wanted are the steps of the journey that begin or end a stage's page. What
// they need is made as well.
var wanted = []string{"pretrain", "sft", "lora", "reward", "ppo", "dpo", "judge", "grpo", "simpo", "spo", "distill"}

// brief is the journey in few steps: four and a half minutes on two cores. Most go to the
// base, since the later stages can only bring out what it knows: it recalls .90 of
// the facts, SFT answers all of the known and .81 of the untaught residents right,
// the student .56 of the known.
var brief = journey.Preset{
	Name: "ready", Model: "sprout", Town: world.Quick, Merges: 1024, Questions: 16, Asked: 320,
	Params: map[string]map[string]float64{
		"pretrain":     in(1600, nil),
		"sft":          in(180, nil),
		"lora":         in(60, nil),
		"reward":       in(140, nil),
		"ppo":          in(60, nil),
		"dpo":          in(100, nil),
		"judge":        in(60, nil),
		"rlaif_reward": in(50, nil),
		"grpo":         in(24, nil),
		"simpo":        in(40, nil),
		"spo":          in(24, nil),

		comparison: in(1, nil),
		"distill":  in(900, nil),
	},
}

// in are settings of so many steps with few measurements on the way.
func in(steps float64, more map[string]float64) map[string]float64 {
	out := map[string]float64{"steps": steps, "eval_every": max(1, steps/2), "sample_every": steps, "checkpoint_every": steps}
	maps.Copy(out, more)
	return out
}
