package protocol

// What a stage would read of its lessons, before anything trains.
type (
	// PreviewLessons shows lessons as tokens. Result: LessonPreview.
	PreviewLessons struct {
		Kind    string `json:"kind"`    // "conversations", "pairs", "prompts"
		Lessons string `json:"lessons"` // a dataset; empty: what is made for the parent's town
		Parent  string `json:"parent"`  // checkpoint whose tokenizer cuts and whose context must hold them
		// Context is how many tokens are read at once; 0: the parent's.
		Context int  `json:"context,omitempty"`
		Answer  int  `json:"answer,omitempty"` // tokens kept free for the answer to a prompt
		All     bool `json:"all,omitempty"`    // of conversations, questions are learned as well
		From    int  `json:"from,omitempty"`   // the first to show, from 0
		Count   int  `json:"count,omitempty"`  // how many to show; 0: 3
	}
	// FindFaults lists the lines of a JSONL file that cannot be read; bytes beside
	// it. Result: Faults.
	FindFaults struct {
		Name string `json:"name"`
	}
	// LessonPreview of the lessons and some of them.
	LessonPreview struct {
		Total   int          `json:"total"`
		Long    int          `json:"long"`   // that do not fit
		Faulty  int          `json:"faulty"` // that a run would refuse or leave out
		Longest int          `json:"longest"`
		Context int          `json:"context"`
		Items   []LessonItem `json:"items"`
		// Faults are of the first of the faulty ones.
		Faults []Problem `json:"faults,omitempty"`
	}
	// LessonItem is one lesson: a conversation, a prompt, or the two sides of a
	// pair, the better one first.
	LessonItem struct {
		Sides  []Lesson `json:"sides"`
		Tokens int      `json:"tokens"` // of the longer side
		Long   bool     `json:"long,omitempty"`
		P      float64  `json:"p,omitempty"` // of a pair: how likely the first is the better one, 0: certain
		Source string   `json:"source,omitempty"`
		Fault  *Problem `json:"fault,omitempty"`
	}
	// Faults of a file.
	Faults struct {
		Faults []Problem `json:"faults"` // of the first lines
		All    int       `json:"all"`    // faulty lines there are
	}
)
