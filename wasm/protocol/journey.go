package protocol

// A journey goes through all stages by itself; package journey makes it.
type (
	// WalkJourney begins it, with JourneyEvents on the way. The reply comes at its
	// end, with the report as JSON in the bytes beside it. Result: none.
	WalkJourney struct {
		Preset string             `json:"preset"` // "quick" or "tiny"
		Seed   uint64             `json:"seed"`
		Seeds  int                `json:"seeds,omitempty"` // so many, one after the other; 0 is 1
		Only   []string           `json:"only,omitempty"`  // steps; none means all
		Set    map[string]float64 `json:"set,omitempty"`   // settings over the preset's, as step.setting
		// Workers is as in StartRun.
		Workers int `json:"workers,omitempty"`
		// Compute is as in StartRun, chosen for every step by itself.
		Compute string `json:"compute,omitempty"`
	}
	// StopJourney ends it within seconds; what was made is kept. Result: none.
	StopJourney struct{}
	// JourneyEvent tells where it stands, a few times per second.
	JourneyEvent struct {
		Seed   uint64 `json:"seed"`
		Key    string `json:"key"`    // of the step
		Number int    `json:"number"` // of the step, from 1
		Of     int    `json:"of"`
		// Doing is "town", "tokenizer", "prepare", "train", "measure", "made" or
		// "failed".
		Doing string  `json:"doing"`
		Done  float64 `json:"done"` // of that, 0 … 1
		Step  int     `json:"step,omitempty"`
		Loss  float64 `json:"loss,omitempty"`
		// Line says all this, and of a step that was made its figures, in English.
		Line string `json:"line"`
	}
)
