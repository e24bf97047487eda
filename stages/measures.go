package stages

import "maps"

// Measures are the names of all that a run, an evaluation or a report card tells
// in figures, with what each is, so that a test can hold the page's two languages
// against them. A file that measures something adds its names in init. Of held-out
// answers and pairs the names have "heldout_" in front.
var Measures = map[string]string{}

func registerMeasures(named map[string]string) { maps.Copy(Measures, named) }

func init() {
	registerMeasures(map[string]string{ // of every run; see Metrics
		"train_loss":    "loss of the step's batch",
		"held_out_loss": "the same of what is held out",
		"bits_per_byte": "held-out text or answers, whatever the tokenizer",
		"recall":        "facts of the town whose true ending is the likeliest of eight",
	})
}
