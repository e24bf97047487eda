package protocol

// What a run shows of itself while it goes on.
type (
	// GetNorms asks for what the last step of the run in progress did to each
	// tensor. Result: Norms.
	GetNorms struct{}
	// CompareNext asks what the teacher and the student of the run in progress
	// expect next. Result: NextTokens.
	CompareNext struct {
		// Question is said by the user; empty: Text begins a document.
		Question string `json:"question,omitempty"`
		Text     string `json:"text"` // what is there already; where both are empty, something is chosen
		Lang     string `json:"lang"` // of what is chosen: "en", "zh"
		// Temperatures that both distributions are compared at.
		Temperatures []float64 `json:"temperatures"`
		Most         int       `json:"most"` // tokens told of each of the two
	}

	// Norms of the tensors that are trained, in the order in which they lie.
	Norms struct {
		Step    int    `json:"step"` // that they belong to; 0: none was made yet
		Tensors []Norm `json:"tensors"`
		// Ms is how long it took to find out, while the run waited.
		Ms float64 `json:"ms"`
	}
	// Norm of a tensor: Euclidean norms.
	Norm struct {
		Name     string   `json:"name"`
		Weight   float64  `json:"weight"`             // after the step
		Update   float64  `json:"update"`             // of what the step added
		Gradient *float64 `json:"gradient,omitempty"` // before clipping; missing where it is not a number, or is gone
	}
	// NextTokens is what two models expect after the same text.
	NextTokens struct {
		Step     int        `json:"step"`
		Question string     `json:"question"`
		Text     string     `json:"text"`
		Tokens   []Token    `json:"tokens"` // the likeliest of the teacher, then those that only the student holds likely
		At       []Likeness `json:"at"`
		Teacher  ModelShape `json:"teacher"`
		Student  ModelShape `json:"student"`
	}
	// Likeness is how alike the two are at a temperature, in nats.
	Likeness struct {
		Temperature    float64   `json:"temperature"`
		Teacher        []float64 `json:"teacher"` // probabilities of NextTokens.Tokens
		Student        []float64 `json:"student"`
		KL             float64   `json:"kl"` // of the student from the teacher, over the whole vocabulary
		TeacherEntropy float64   `json:"teacher_entropy"`
		StudentEntropy float64   `json:"student_entropy"`
	}
	// ModelShape is the size of a model.
	ModelShape struct {
		Parameters int `json:"parameters"`
		Layers     int `json:"layers"`
		Channels   int `json:"channels"`
	}

	// PartEvent tells of work that comes before the next step.
	PartEvent struct {
		Run  string  `json:"run"`
		What string  `json:"what"` // "rollout": answers are sampled; "score": what is thought of them
		Done float64 `json:"done"` // share of what comes before the step
	}
	// IterationEvent follows when a policy has answered, before it learns of it.
	IterationEvent struct {
		Run string `json:"run"`
		Iteration
	}
	// Iteration is what a policy has answered last, with what it is worth.
	Iteration struct {
		Number  int       `json:"number"` // counted from 1
		Step    int       `json:"step"`   // steps that were made before
		Group   int       `json:"group"`  // answers to each prompt that are compared; 1: none are
		Source  string    `json:"source"` // who gives the rewards: "model", "graders", "truth"
		Answers Outcomes  `json:"answers"`
		First   *Outcomes `json:"first,omitempty"` // of the first iteration
		// Shown are answers in words, those to one prompt together.
		Shown    []Attempt `json:"shown"`
		Trackers *Trackers `json:"trackers,omitempty"` // SPO's
	}
	// Outcomes are numbers of answers, one per answer.
	Outcomes struct {
		Rewards []float64 `json:"rewards"`
		KL      []float64 `json:"kl"`     // of the whole answer to the reference, nats (k1)
		Grades  []float64 `json:"grades"` // the graders' score in [0,1]; empty where they cannot judge
	}
	// Attempt is an answer that was tried.
	Attempt struct {
		Prompt    string   `json:"prompt"`
		Text      string   `json:"text"`
		Tokens    int      `json:"tokens"`
		Truncated bool     `json:"truncated,omitempty"`
		Reward    float64  `json:"reward"`
		Advantage float64  `json:"advantage"` // the mean over the tokens
		KL        float64  `json:"kl"`
		Grade     *float64 `json:"grade,omitempty"`
		Correct   bool     `json:"correct,omitempty"`
		// The prompt's tracker when the answer was compared with it, and afterwards.
		Before *Tracker `json:"before,omitempty"`
		After  *Tracker `json:"after,omitempty"`
	}
	// Tracker is what SPO remembers of a prompt.
	Tracker struct {
		A     float64 `json:"a"`
		B     float64 `json:"b"`
		Value float64 `json:"value"`
		Asked int     `json:"asked"` // answers so far
	}
	// Trackers of all prompts.
	Trackers struct {
		Values []float64 `json:"values"`
		Asked  []int     `json:"asked"`
	}

	// MeasuredEvent follows a measurement on held-out data that has more to show
	// than its means.
	MeasuredEvent struct {
		Run         string           `json:"run"`
		Step        int              `json:"step"`
		Pairs       []PairGain       `json:"pairs,omitempty"`
		Told        []ToldPair       `json:"told,omitempty"` // a dozen of the pairs in words
		Calibration []CalibrationBin `json:"calibration,omitempty"`
		Cases       []HeardCase      `json:"cases,omitempty"`
	}
	// PairGain is what the two answers of a pair gain: of a reward model their
	// rewards, else how far their log-probabilities moved.
	PairGain struct {
		Chosen   float64 `json:"chosen"`
		Rejected float64 `json:"rejected"`
	}
	// ToldPair is a held-out pair in words. Some are always the same; then come those
	// that are ranked wrong, the worst first, then others.
	ToldPair struct {
		At       int    `json:"at"` // among MeasuredEvent.Pairs
		Question string `json:"question"`
		Chosen   string `json:"chosen"`
		Rejected string `json:"rejected"`
		// Said of the two: their rewards, else their log-probabilities, as means over
		// the tokens where the stage compares means.
		Said PairGain `json:"said"`
		// Reference is the same where the run began; missing where nothing is compared
		// with it.
		Reference *PairGain `json:"reference,omitempty"`
	}
	// HeardCase is a comparison that a judge has heard in both orders.
	HeardCase struct {
		Question   string   `json:"question"`
		A          string   `json:"a"`
		B          string   `json:"b"`
		Principles []string `json:"principles"`
		AFirst     float64  `json:"a_first"` // probability that A is better, with A shown first
		BFirst     float64  `json:"b_first"` // the same with B shown first
		ABetter    bool     `json:"a_better"`
		Alone      bool     `json:"alone,omitempty"` // under one principle alone
		Noted      [2]Noted `json:"noted"`           // of A and of B
	}
	// Noted is what a judge put down about an answer before it compared.
	Noted struct {
		Keeps []string `json:"keeps"`         // names of the principles that it finds kept
		Odd   []string `json:"odd,omitempty"` // words that it would hardly have said itself
	}
)
