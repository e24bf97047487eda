package protocol

// Report cards and the sources of answers.
type (
	// Report grades a checkpoint, with ProgressEvents on the way. Result:
	// ReportCard.
	Report struct {
		Checkpoint  string  `json:"checkpoint"`          // id, "live" or "demo"
		Against     string  `json:"against,omitempty"`   // id of the one to compare with
		Reference   string  `json:"reference,omitempty"` // id of the one that KL is measured to; empty: the parent, if it is still there
		Dataset     string  `json:"dataset,omitempty"`   // empty: the checkpoint's own
		Quick       bool    `json:"quick,omitempty"`     // fewer questions, less text
		Prompts     int     `json:"prompts,omitempty"`   // of the comparison; 0: 400, or 64 where Quick is set
		Temperature float64 `json:"temperature,omitempty"`
		Seed        uint64  `json:"seed,omitempty"`
	}
	// StopReport ends the report in progress, which is then answered with the
	// problem "report_stopped". Result: none.
	StopReport struct{}
	// ListReports gives the cards that are kept, the last of each checkpoint.
	// Result: Reports.
	ListReports struct{}

	// Attribute finds the lines of a text that an answer comes from. Result:
	// Attribution.
	Attribute struct {
		Dataset  string `json:"dataset"`
		Question string `json:"question,omitempty"` // empty: a free text
		Answer   string `json:"answer"`
		Lines    int    `json:"lines,omitempty"` // of each fact; 0: 8; below 0: none are looked for, which takes no time
	}
	// GetBeliefs asks models how they would end a sentence about a fact. Result:
	// Beliefs.
	GetBeliefs struct {
		Checkpoints []string `json:"checkpoints"` // as in Sample
		Dataset     string   `json:"dataset"`     // a town's text
		Fact        int      `json:"fact"`        // its number in Attribution
		Lang        string   `json:"lang"`        // "en" or "zh"
	}
	// Beliefs are probabilities among eight endings, of which one is true.
	Beliefs struct {
		Prompt  string      `json:"prompt"`
		Endings []string    `json:"endings"`
		Answer  int         `json:"answer"` // index of the true one
		P       [][]float64 `json:"p"`      // of each checkpoint, of each ending
	}

	// Estimate is a value with its 95 % interval.
	Estimate struct {
		Value float64 `json:"value"`
		Low   float64 `json:"low"`
		High  float64 `json:"high"`
		N     int     `json:"n"` // questions, answers, windows: what was counted
	}
	// ReportCard is what is known of a checkpoint.
	ReportCard struct {
		Checkpoint   string              `json:"checkpoint"`
		Name         string              `json:"name"`
		Stage        string              `json:"stage"`
		Preset       string              `json:"preset"`
		Form         string              `json:"form"`       // how it was asked: "chat", "few_shot", "plain"
		Parameters   int                 `json:"parameters"` // an adapter's included
		Trained      int                 `json:"trained"`    // of them, those in the checkpoint
		Bytes        int64               `json:"bytes"`      // of a file with its weights
		Quick        bool                `json:"quick"`      // fewer questions, less text
		Seed         uint64              `json:"seed"`
		Temperature  float64             `json:"temperature"`
		TokensPerSec float64             `json:"tokens_per_s"`      // written, many answers at a time
		Backend      string              `json:"backend,omitempty"` // that read and wrote; cards from before it was kept have none
		Measures     map[string]Estimate `json:"measures"`          // by name, see stages.Card
		Reference    string              `json:"reference,omitempty"`
		Opponent     string              `json:"opponent,omitempty"`
		Match        *Match              `json:"match,omitempty"`
	}
	// Reports are cards of checkpoints that are still there.
	Reports struct {
		Cards []ReportCard `json:"cards"`
	}
	// Match compares two models by their answers to the same questions.
	Match struct {
		WinRate    Estimate  `json:"win_rate"` // ties count half
		Wins       int       `json:"wins"`
		Ties       int       `json:"ties"`
		Losses     int       `json:"losses"`
		Score      Estimate  `json:"score"`
		Against    Estimate  `json:"against"`
		Gain       Estimate  `json:"gain"` // the mean difference, question by question
		KL         *Estimate `json:"kl,omitempty"`
		KLPerToken *Estimate `json:"kl_per_token,omitempty"`
	}
	// Attribution is where an answer comes from: of a town, the facts that it
	// states; of any other text, lines that share words with it.
	Attribution struct {
		Facts  []FactSource `json:"facts"`
		Shared []SharedLine `json:"shared"`
	}
	// FactSource is a fact that an answer states, and the lines that state it.
	FactSource struct {
		Fact      int            `json:"fact"` // for MakeTown's Without
		Name      string         `json:"name"`
		Kind      string         `json:"kind"`   // "species", "colour", …
		Truth     string         `json:"truth"`  // what the town's text says
		Stated    string         `json:"stated"` // what the answer says; empty: nothing of it
		Count     int            `json:"count"`  // lines in the training text
		Documents int            `json:"documents"`
		Forms     map[string]int `json:"forms"` // lines by the form of their document: "entry", "story", "dialogue"
		Lines     []SourceLine   `json:"lines"`
	}
	// TownFacts is what is true in a town.
	TownFacts struct {
		Kinds     []string        `json:"kinds"` // "species", "colour", …
		Residents []ResidentFacts `json:"residents"`
		// Withheld are the numbers of facts that the text leaves out: that of kind k of
		// resident r is r·len(Kinds) + k.
		Withheld []int `json:"withheld,omitempty"`
	}
	// ResidentFacts is what is true of one resident.
	ResidentFacts struct {
		Name   string   `json:"name"`
		Values []string `json:"values"` // by kind
	}
	// SourceLine is a sentence of a document.
	SourceLine struct {
		Document int    `json:"document"`
		Text     string `json:"text"`
	}
	// SharedLine is a line that shares words with a question and its answer.
	SharedLine struct {
		Document int      `json:"document"`
		Text     string   `json:"text"`
		Words    []string `json:"words"` // rarest first
		Score    float64  `json:"score"`
	}
)
