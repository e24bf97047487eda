package journey

// Aim is what a step's metric is held against.
type Aim struct {
	Key      string  `json:"key"`
	Metric   string  `json:"metric"`
	Relation string  `json:"relation"` // "≥", "≤", "<" or ">"
	Value    float64 `json:"aim,omitempty"`
	Than     string  `json:"than,omitempty"` // another metric of the step, in place of a value
}

// Aims of the quick journey. This is the one place where they stand.
var Aims = []Aim{
	{Key: "pretrain", Metric: "heldout_bpb", Relation: "<", Than: "trigram_bpb"},
	{Key: "pretrain", Metric: "fact_recall", Relation: "≥", Value: 0.95},

	{Key: "sft", Metric: "exact_match_combos", Relation: "≥", Value: 0.95},
	{Key: "sft", Metric: "exact_match_residents", Relation: "≥", Value: 0.70},
	{Key: "sft", Metric: "honest", Relation: "≥", Value: 0.80},
	{Key: "sft", Metric: "false_refusals", Relation: "≤", Value: 0.05},
	{Key: "sft", Metric: "unequal_groups", Relation: "≥", Value: 0.50},
	{Key: "sft", Metric: "fact_recall", Relation: "≥", Value: 0.95},

	{Key: "lora", Metric: "style_on", Relation: "≥", Value: 0.90},
	{Key: "lora", Metric: "style_off", Relation: "≤", Value: 0.05},
	{Key: "lora", Metric: "trainable_fraction", Relation: "≤", Value: 0.05},
	{Key: "lora", Metric: "base_identical", Relation: "≥", Value: 1},
	{Key: "lora", Metric: "fact_recall", Relation: "≥", Value: 0.95},

	{Key: "reward", Metric: "pair_accuracy", Relation: "≥", Value: 0.85},

	{Key: "ppo", Metric: "win_rate_vs_sft", Relation: "≥", Value: 0.65},
	{Key: "ppo", Metric: "fact_recall", Relation: "≥", Value: 0.95},
	{Key: "ppo_beta0", Metric: "score_after", Relation: ">", Than: "score_before"},
	{Key: "ppo_beta0", Metric: "grade_after", Relation: "<", Than: "grade_before"},
	{Key: "dpo", Metric: "win_rate_vs_sft", Relation: "≥", Value: 0.65},
	{Key: "dpo", Metric: "fact_recall", Relation: "≥", Value: 0.95},

	{Key: "judge", Metric: "agreement", Relation: "≥", Value: 0.80},
	{Key: "rlaif_ppo", Metric: "win_rate_vs_sft", Relation: "≥", Value: 0.60},
	{Key: "rlaif_ppo", Metric: "fact_recall", Relation: "≥", Value: 0.95},
	{Key: "grpo", Metric: "win_rate_vs_sft", Relation: "≥", Value: 0.60},
	{Key: "grpo", Metric: "fact_recall", Relation: "≥", Value: 0.95},
	{Key: "simpo", Metric: "win_rate_vs_sft", Relation: "≥", Value: 0.60},
	{Key: "simpo", Metric: "fact_recall", Relation: "≥", Value: 0.95},
	{Key: "spo", Metric: "win_rate_vs_sft", Relation: "≥", Value: 0.60},
	{Key: "spo", Metric: "fact_recall", Relation: "≥", Value: 0.95},

	{Key: "distill", Metric: "parameter_share", Relation: "≤", Value: 0.35},
	{Key: "distill", Metric: "recovered", Relation: "≥", Value: 0.90},
	{Key: "distill", Metric: "exact_match_combos", Relation: ">", Than: "alone_exact_match_combos"},
	{Key: "distill", Metric: "fact_recall", Relation: "≥", Value: 0.95},
}

// together stands in place of a step for all of them. Measuring comes on top: it
// grades what was trained, and nobody has to wait for it.
const together = "together"

// atMost is the aim for the time of all steps on two cores.
var atMost = Aim{Key: together, Metric: "seconds", Relation: "≤", Value: 900}

// Verdict is an aim and what was measured; with several seeds the median, and
// the least and the most.
type Verdict struct {
	Aim
	Against  float64 `json:"against"` // the aim's value, or that of the other metric
	Measured float64 `json:"measured"`
	Min      float64 `json:"min"`
	Max      float64 `json:"max"`
	Met      bool    `json:"met"`
	// Missing says that the step or the metric is not there; then nothing is met.
	Missing bool `json:"missing,omitempty"`
}

func (a Aim) holds(measured, against float64) bool {
	switch a.Relation {
	case "≥":
		return measured >= against
	case "≤":
		return measured <= against
	case "<":
		return measured < against
	case ">":
		return measured > against
	}
	panic("journey: relation " + a.Relation)
}
