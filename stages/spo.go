package stages

// firstSampling is a learner that wants so many answers to each task before the
// first iteration.
type firstSampling interface {
	firstSamples() int
	// begin makes the trackers of them. Those to one task stand together.
	begin(p *practice, all []attempt)
}

// tracking is a learner that looks, before an iteration's answers are credited,
// at how far the policy has moved on their tasks.
type tracking interface {
	changed(p *practice, t *trainer, all []attempt) error
}

// promptTracker is what is remembered of a task.
type promptTracker struct {
	betaTracker
	Tokens   []int32   `json:"tokens,omitempty"` // of the last answer
	LogProbs []float32 `json:"log_probs,omitempty"`
}
