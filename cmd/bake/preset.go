package main

import (
	"maps"

	"sprout/core/world"
	"sprout/journey"
)

// wanted are the steps of the journey that begin or end a stage's page. What
// they need is made as well.
var wanted = []string{"pretrain", "sft", "lora", "reward", "ppo", "dpo", "judge", "grpo", "simpo", "spo", "distill"}

// brief is the journey in few steps: 7.6 minutes on two cores, 81 s of them
// measuring (the aim is five). Most go to the base, since the later stages can only
// bring out what it knows: it recalls .73 of the facts, SFT answers .88 of known
// and .50 of untaught residents right. The student is too short of steps to answer
// anything yet.
var brief = journey.Preset{
	Name: "ready", Model: "sprout", Town: world.Quick, Merges: 1024, Questions: 16, Asked: 160,
	Params: map[string]map[string]float64{
		"pretrain":     in(1300, nil),
		"sft":          in(130, nil),
		"lora":         in(60, nil),
		"reward":       in(60, nil),
		"ppo":          in(24, nil),
		"dpo":          in(40, nil),
		"judge":        in(60, nil),
		"rlaif_reward": in(50, nil),
		"grpo":         in(24, nil),
		"simpo":        in(40, nil),
		"spo":          in(24, nil),

		comparison: in(1, nil),
		"distill":  in(60, nil),
	},
}

// in are settings of so many steps with few measurements on the way.
func in(steps float64, more map[string]float64) map[string]float64 {
	out := map[string]float64{"steps": steps, "eval_every": max(1, steps/2), "sample_every": steps, "checkpoint_every": steps}
	maps.Copy(out, more)
	return out
}
