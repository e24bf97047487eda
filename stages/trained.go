package stages

import (
	"encoding/json"

	"sprout/core/checkpoint"
)

// Trained is what a checkpoint says of the run that made it.
type Trained struct {
	Settings map[string]float64 `json:"params"`  // of the stage, by key
	Seconds  float64            `json:"seconds"` // of training, up to this checkpoint
}

// TrainedWith reads it; a file of weights alone, or from elsewhere, tells
// nothing.
func TrainedWith(c *checkpoint.Checkpoint) (t Trained) {
	if json.Unmarshal(c.State, &t) != nil {
		return Trained{}
	}
	return t
}
