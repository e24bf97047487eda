package journey

import (
	"maps"
	"slices"
	"strings"

	"sprout/core/nn"
	"sprout/core/problem"
	"sprout/core/world"
	"sprout/stages"
)

// Step is a stage on the way. Steps are known by their keys, since a stage may be
// gone through more than once.
type Step struct {
	Key   string
	Stage string
	// Parent is the step whose model this one starts from; none: a fresh model.
	Parent string
	// Reward is the step whose model scores the answers, Teacher the one whose model
	// is learned from.
	Reward, Teacher string
	// Judge is the step whose model labels answers of the parent; the step learns
	// from these labels.
	Judge string
	// People says that simulated people label answers of the parent. Without them
	// and without a judge the town's own preferences are learned from.
	People bool
	// Beside is a step that this one is compared with. If it fails, only the
	// comparison is missing.
	Beside string
	// Params are the settings that make the step what it is, under those of a
	// preset.
	Params map[string]float64
	// measure, if not nil, adds to what the run's own evaluation measures.
	measure func(*leg) error
}

// needs are the steps without which this one cannot be made.
func (s Step) needs() []string { return given(s.Parent, s.Reward, s.Teacher, s.Judge) }

// after are the steps that are made before this one.
func (s Step) after() []string { return append(s.needs(), given(s.Beside)...) }

func given(keys ...string) []string {
	return slices.DeleteFunc(keys, func(key string) bool { return key == "" })
}

// steps of every journey, in order.
var steps = []Step{
	{Key: "pretrain", Stage: "pretrain", measure: measureBase},
	{Key: "sft", Stage: "sft", Parent: "pretrain", measure: tellBase},
	{Key: "lora", Stage: "lora", Parent: "sft"},
	{Key: "reward", Stage: "reward", Parent: "sft", People: true, measure: measureLabels},
	{Key: "ppo", Stage: "ppo", Parent: "sft", Reward: "reward", measure: measureGain},
	{
		// Twice as long as with a price: at first the graders' score goes up as well.
		Key: "ppo_beta0", Stage: "ppo", Parent: "sft", Reward: "reward", Params: map[string]float64{"beta": 0, "steps": 240},
		measure: measureHacking,
	},
	{
		// Three people leave doubt, which holds a policy back: labels without doubt, as
		// of clicks and of the town's own pairs, would carry it off at this stride.
		Key: "dpo", Stage: "dpo", Parent: "sft", People: true, Params: map[string]float64{"lr": 1e-4},
		measure: measureGain,
	},
	{Key: "judge", Stage: "judge", Parent: "sft"},
	{Key: "rlaif_reward", Stage: "reward", Parent: "sft", Judge: "judge", measure: measureLabels},
	{Key: "rlaif_ppo", Stage: "ppo", Parent: "sft", Reward: "rlaif_reward", measure: measureGain},
	{Key: "grpo", Stage: "grpo", Parent: "sft", Reward: "rlaif_reward", measure: measureGain},
	{Key: "simpo", Stage: "simpo", Parent: "sft", Judge: "judge", measure: measureGain},
	{Key: "spo", Stage: "spo", Parent: "sft", Reward: "rlaif_reward", measure: measureGain},
	{Key: "distill_alone", Stage: "distill", Teacher: "sft", Params: map[string]float64{"teacher": 0}},
	{Key: "distill", Stage: "distill", Teacher: "sft", Beside: "distill_alone", measure: tellTwin},
}

// Keys of the steps, in order.
func Keys() []string {
	out := make([]string, len(steps))
	for i, s := range steps {
		out[i] = s.Key
	}
	return out
}

// Preset is how large a journey is.
type Preset struct {
	Name   string
	Model  string // preset of the model
	Town   world.Size
	Langs  []world.Lang // none means both
	Merges int          // of the tokenizer
	// Questions asked of each set when a step is measured; 0 is the usual number.
	Questions int
	// Asked are the questions whose answers are compared; 0 is the usual number.
	Asked int
	// Params are settings over the defaults, by step.
	Params map[string]map[string]float64
}

// Presets that there are: quick is the one that the aims are for. Tiny walks the
// same way in seconds and learns next to nothing.
var Presets = []Preset{
	{Name: "quick", Model: "sprout", Town: world.Quick, Merges: 1024},
	{
		Name: "tiny", Model: "seed", Town: world.Quick, Langs: []world.Lang{world.EN}, Merges: 150, Questions: 8, Asked: 40,
		Params: map[string]map[string]float64{
			"pretrain": short(12, nil),
			"sft":      short(6, nil),
			"lora":     short(4, map[string]float64{"rank": 1}),
			"reward":   short(4, nil),
			"dpo":      short(4, nil),
			"judge":    short(4, map[string]float64{"context": 320}),
			"simpo":    short(4, nil),

			"rlaif_reward": short(4, nil),

			"ppo":       short(2, practice),
			"ppo_beta0": short(2, practice),
			"rlaif_ppo": short(2, practice),
			"grpo":      short(2, practice),
			"spo":       short(2, practice),

			"distill_alone": short(4, map[string]float64{"width": 16}),
			"distill":       short(4, map[string]float64{"width": 16}),
		},
	},
}

// practice are settings of few short answers to learn from.
var practice = map[string]float64{"prompts": 4, "epochs": 1, "max_tokens": 16}

// short are settings of few small steps, without texts on the way.
func short(steps float64, more map[string]float64) map[string]float64 {
	out := map[string]float64{"steps": steps, "batch": 4, "eval_every": steps, "sample_every": steps, "checkpoint_every": steps}
	maps.Copy(out, more)
	return out
}

// FindPreset finds a preset by name; problem "journey_preset".
func FindPreset(name string) (Preset, error) {
	var names []string
	for _, p := range Presets {
		if p.Name == name {
			return p, nil
		}
		names = append(names, p.Name)
	}
	list := strings.Join(names, ", ")
	return Preset{}, problem.New("journey_preset", problem.Args{"preset": name, "presets": list},
		"There is no journey %q; choose one of %s.", name, list)
}

// with adds settings, written as step.setting. Problem "journey_setting".
func (p Preset) with(set map[string]float64) (Preset, error) {
	all := map[string]map[string]float64{}
	for key, params := range p.Params {
		all[key] = maps.Clone(params)
	}
	for name, value := range set {
		key, param, ok := strings.Cut(name, ".")
		if !ok || !slices.Contains(Keys(), key) {
			return p, problem.New("journey_setting", problem.Args{"setting": name, "steps": strings.Join(Keys(), ", ")},
				"The setting %q is none of a journey: write it as step.setting; the steps are %s.", name, strings.Join(Keys(), ", "))
		}
		if all[key] == nil {
			all[key] = map[string]float64{}
		}
		all[key][param] = value
	}
	p.Params = all
	return p, nil
}

// settings are all that a step is run with, defaults included.
func (p Preset) settings(s Step, stage stages.Stage) (map[string]float64, error) {
	model, err := nn.FindPreset(p.Model)
	if err != nil {
		return nil, err
	}
	out := map[string]float64{}
	for _, x := range stage.Params(model) {
		out[x.Key] = x.Default
	}
	maps.Copy(out, p.params(s))
	return out, nil
}

// params are a step's settings over the defaults.
func (p Preset) params(s Step) map[string]float64 {
	out := map[string]float64{}
	maps.Copy(out, s.Params)
	maps.Copy(out, p.Params[s.Key])
	return out
}

func init() {
	problem.Register(map[string]string{
		"journey_preset":  "a journey that does not exist: preset, presets",
		"journey_step":    "a step that the journey does not have: step, steps",
		"journey_setting": "a setting of a journey that names no step: setting, steps",
		"journey_figure":  "what a step has measured is no number: metrics",
		"journey_needs":   "a step was not made, since one before it failed: step, needs",
	})
}
