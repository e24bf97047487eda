package protocol

// What a reward model says of any text.
type (
	// Score has a reward model say what answers to a question are worth. Result:
	// Scores.
	Score struct {
		Checkpoint string   `json:"checkpoint"` // id of a reward model, or "live" for the run in progress
		Question   string   `json:"question"`
		Answers    []string `json:"answers"`
		// Tokens wants what each answer would be worth if it ended behind each of its
		// tokens.
		Tokens bool `json:"tokens,omitempty"`
		// Among wants the rewards of held-out pairs as well.
		Among bool `json:"among,omitempty"`
	}

	// Scores are in the order of the answers.
	Scores struct {
		Answers []Scored `json:"answers"`
		// Centred: the mean reward of answers that the model has learned from is 0. A
		// run sees to that at its end; before, the scale has no origin.
		Centred bool `json:"centred"`
		Step    int  `json:"step"` // of the run or the checkpoint
		// Among are the held-out pairs: those of the last measurement of a run in
		// progress, else as this model has them. Empty where there are none any more.
		Among []PairGain `json:"among,omitempty"`
	}
	// Scored is an answer with its reward.
	Scored struct {
		Reward float64       `json:"reward"`
		Tokens []ScoredToken `json:"tokens,omitempty"`
	}
	// ScoredToken is a token of an answer, and the reward if the answer ended there.
	ScoredToken struct {
		Token  Token   `json:"token"`
		Reward float64 `json:"reward"`
	}
)
