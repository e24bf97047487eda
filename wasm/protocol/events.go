package protocol

// Events, engine to page, at any time.
type (
	// MergeEvent reports merges in batches while a tokenizer learns.
	MergeEvent struct {
		Merges []Merge `json:"merges"`
		Total  int     `json:"total"`
	}
	// Merge joins two tokens into a new one.
	Merge struct {
		Rank  int    `json:"rank"`
		Left  string `json:"left"`
		Right string `json:"right"`
		Text  string `json:"text"`
		Count int    `json:"count"`
	}
	// Metrics of one step; held-out values only where measured.
	Metrics struct {
		Step         int      `json:"step"`
		TrainLoss    float64  `json:"train_loss"` // nats per token
		LR           float64  `json:"lr"`
		GradNorm     float64  `json:"grad_norm"`
		TokensPerSec float64  `json:"tokens_per_s"`
		Seconds      float64  `json:"seconds"` // of training so far
		SecondsLeft  float64  `json:"seconds_left"`
		HeldOutLoss  *float64 `json:"held_out_loss,omitempty"`
		BitsPerByte  *float64 `json:"bits_per_byte,omitempty"`
		Recall       *float64 `json:"recall,omitempty"` // share of town facts completed
		// Measures are what only this stage has to tell.
		Measures map[string]float64 `json:"measures,omitempty"`
	}
	// MetricsEvent carries the steps since the last one, in order; the engine
	// sends a few per second however fast it trains.
	MetricsEvent struct {
		Run     string    `json:"run"`
		Metrics []Metrics `json:"metrics"`
	}
	// SampleEvent is a text written in the course of training.
	SampleEvent struct {
		Step   int    `json:"step"`
		Prompt string `json:"prompt"`
		Text   string `json:"text"`
	}
	// StateEvent follows every change of a run's state.
	StateEvent struct {
		RunState
	}
	// WorkersEvent follows every change of who computes: another count, a
	// measurement, or a lost worker (which is also reported as a problem).
	WorkersEvent struct {
		Run     string  `json:"run"`
		Workers Workers `json:"workers"`
	}
	// ComputeEvent: something else computes the run from Step on. What was told of
	// later steps does not count any more; they are made again.
	ComputeEvent struct {
		Run     string  `json:"run"`
		Step    int     `json:"step"`
		Compute Compute `json:"compute"`
		Workers Workers `json:"workers"`
	}
	// SavedEvent: a checkpoint is safe on disk.
	SavedEvent struct {
		Checkpoint CheckpointInfo `json:"checkpoint"`
	}
	// TokenEvent is one sampled token with its strongest rivals.
	TokenEvent struct {
		Stream int          `json:"stream"`
		Token  Token        `json:"token"`
		Delta  string       `json:"delta"` // text that this token completes (UTF-8 safe)
		P      float64      `json:"p"`     // probability after temperature and cuts
		Top    []Likelihood `json:"top"`   // before cuts, at temperature 1
	}
	// Likelihood of one candidate token.
	Likelihood struct {
		Token Token   `json:"token"`
		P     float64 `json:"p"`
	}
	// ProgressEvent of any long work that is no run.
	ProgressEvent struct {
		What string  `json:"what"` // "town", "ngrams", "tokenizer", "import", …
		Done float64 `json:"done"` // 0 … 1
	}
	// StorageEvent follows every change of what can be saved.
	StorageEvent struct {
		StorageInfo
	}
	// ProblemEvent is trouble outside any command; a panic becomes one of these.
	ProblemEvent struct {
		Stage   string  `json:"stage,omitempty"`
		Step    int     `json:"step,omitempty"`
		Problem Problem `json:"problem"`
	}
)
