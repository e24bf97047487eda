package protocol

// Commands about labels: what people and judges think of two answers.
type (
	// GetCandidates has a checkpoint answer the next questions of a town, each
	// twice at temperature 1. Questions to which both answers are the same are
	// passed over, and so are comparisons that are labelled already. Result:
	// Candidates.
	GetCandidates struct {
		Checkpoint string `json:"checkpoint"`
		Dataset    string `json:"dataset"`        // a town; empty: the checkpoint's
		Count      int    `json:"count"`          // of pairs
		From       int    `json:"from"`           // question to go on with, Next of the last time
		Seed       uint64 `json:"seed"`           // chooses order and answers
		Lang       string `json:"lang,omitempty"` // "en", "zh"; empty: all of the town's
		// Repeat puts a pair that was labelled before, the other way round, in
		// place of every so many: do people agree with themselves? 0: none.
		Repeat int `json:"repeat,omitempty"`
	}
	// AddLabel keeps an opinion. Result: Label.
	AddLabel struct {
		Candidate  Candidate `json:"candidate"`
		P          float64   `json:"p"`   // probability that A is the better one; a click is 0 or 1
		Who        string    `json:"who"` // "click", "simulated"
		Principles []string  `json:"principles,omitempty"`
	}
	// DropLabels forgets labels. Result: none.
	DropLabels struct {
		Labels []string `json:"labels"` // ids
	}
	// ListLabels. Result: Labels.
	ListLabels struct{}
	// ExportLabels gives one JSONL file of preferences as bytes beside the reply.
	ExportLabels struct{}
	// ImportLabels reads a JSONL file of preferences; bytes beside it. Result:
	// ImportedLabels.
	ImportLabels struct {
		Name string `json:"name"`
	}
	// UseLabels makes a dataset of the labels as they are now, lessons for a run
	// that learns from preferences. All labels of one comparison are one pair with
	// their mean; even ones are left out. Result: Dataset.
	UseLabels struct {
		Who string `json:"who,omitempty"` // only those of "click", "simulated" or "judge"
	}

	// GetJudge asks whether the page's server has a judge. Result: OutsideJudge.
	GetJudge struct{}
	// JudgeCandidates has pairs labelled by a judge and keeps the labels as they
	// come, so that none is lost when it fails. What a judge says of a pair takes
	// the place of what it said before. Result: Judged.
	JudgeCandidates struct {
		// Judge is "endpoint" (the server's), "browser" (the browser's own model,
		// through JudgeAskedEvent), or the id of a checkpoint that has learned to
		// judge, which reads no words of one's own.
		Judge      string      `json:"judge"`
		Name       string      `json:"name"`    // kept with the labels
		Dataset    string      `json:"dataset"` // a town that the questions are about, where the model that answered has none
		Candidates []Candidate `json:"candidates"`
		Principles []string    `json:"principles"`     // of the town's constitution, by name
		Free       []string    `json:"free,omitempty"` // in one's own words
	}
	// SimulateLabels has simulated people compare a checkpoint's own answers, eight
	// to each question, and keeps the labels as they come: of three made-up people,
	// how many chose A. Result: Simulated.
	SimulateLabels struct {
		Checkpoint string `json:"checkpoint"`
		Dataset    string `json:"dataset"`        // a town; empty: the checkpoint's
		Questions  int    `json:"questions"`      // 1 … 1024
		Seed       uint64 `json:"seed"`           // of answers and choices
		Lang       string `json:"lang,omitempty"` // "en", "zh"; empty: all of the town's
	}
	// StopLabels ends GetCandidates, JudgeCandidates and SimulateLabels in progress;
	// what they have come to is their result. Result: none.
	StopLabels struct{}
	// AnswerJudge brings what the browser's model said. Result: none.
	AnswerJudge struct {
		Ask     int      `json:"ask"`
		Text    string   `json:"text"`
		Problem *Problem `json:"problem,omitempty"` // instead of a text
	}
)

// Results.
type (
	// Turn of a conversation.
	Turn struct {
		Role    string `json:"role"`
		Content string `json:"content"`
	}
	// Candidate is a question with two answers.
	Candidate struct {
		Before     []Turn `json:"before,omitempty"` // what was said before the question
		Question   string `json:"question"`
		A          string `json:"a"`
		B          string `json:"b"`
		Lang       string `json:"lang,omitempty"`
		Checkpoint string `json:"checkpoint,omitempty"` // that answered
		Repeats    string `json:"repeats,omitempty"`    // id of the label of the same pair the other way round
	}
	// Candidates to be compared.
	Candidates struct {
		Candidates []Candidate `json:"candidates"`
		Next       int         `json:"next"`  // question to go on with
		Alike      int         `json:"alike"` // questions passed over
	}
	// Label is an opinion.
	Label struct {
		ID string `json:"id"`
		Candidate
		P          float64  `json:"p"`
		Who        string   `json:"who"`                // "click", "simulated", "judge", or a file's own word
		Judge      string   `json:"judge,omitempty"`    // its name
		JudgeID    string   `json:"judge_id,omitempty"` // the checkpoint that judged; empty: none did, or the label is from before this was kept
		Bias       float64  `json:"bias,omitempty"`     // of the judge: P + Bias was said with A first, P − Bias with B first
		Time       int64    `json:"time"`               // Unix ms
		Principles []string `json:"principles,omitempty"`
	}
	// Labels is the list, oldest first.
	Labels struct {
		Labels  []Label `json:"labels"`
		Damaged int     `json:"damaged"` // that could not be read
		// Self is how often a repeated pair was seen as before, Judges how often
		// judges see pairs as the clicks do.
		Self   Agreement `json:"self"`
		Judges Agreement `json:"judges"`
	}
	// Agreement of two opinions.
	Agreement struct {
		Same int `json:"same"`
		Of   int `json:"of"`
	}
	// ImportedLabels says what came in.
	ImportedLabels struct {
		Added int `json:"added"`
		Known int `json:"known"` // were there already
	}
	// OutsideJudge of the page's server.
	OutsideJudge struct {
		Configured bool   `json:"configured"`
		Name       string `json:"name,omitempty"` // of the model
		Host       string `json:"host,omitempty"`
	}
	// Judged are new labels. Where the judge failed on the way, those before are
	// kept and Problem says why.
	Judged struct {
		Labels  []Label `json:"labels"`
		Bias    float64 `json:"bias"`     // by how much the place shown first was favoured, −½ … ½
		TooLong int     `json:"too_long"` // pairs passed over, since the judge cannot read them at once
		// Unclear are the places, among the candidates, of pairs that a judge outside
		// could not be understood on; several in a row end the work with a problem.
		Unclear []int    `json:"unclear"`
		Problem *Problem `json:"problem,omitempty"`
	}
	// Simulated is what simulated people have compared.
	Simulated struct {
		Labels    int `json:"labels"`
		Questions int `json:"questions"`
		Alike     int `json:"alike"` // pairs left out, since both answers say the same
	}
)

// JudgeAskedEvent asks the page to pass a conversation on to the browser's own
// language model; AnswerJudge repeats Ask.
type JudgeAskedEvent struct {
	Ask   int    `json:"ask"`
	Turns []Turn `json:"turns"`
}
