// Package protocol is the only definition of what the page and the engine say
// to each other. TypeScript types are generated from it (go generate); fixtures
// in testdata are parsed by both sides in tests.
//
// A message is one JSON object with a "type". Commands carry an "id" that the
// reply repeats. Bytes (files) travel beside the JSON as one transferred
// Uint8Array and are named in the comment of the message.
package protocol

// Version grows with every incompatible change.
const Version = 1

// Commands, page to engine. Every command is answered by exactly one reply,
// "ok" with a result or "error"; long work reports through events meanwhile.
type (
	// Hello is the first command. Result: Ready.
	Hello struct {
		Writer bool   `json:"writer"` // this tab holds the write lock
		Base   string `json:"base"`   // URL of the site's root, for ready-made checkpoints
	}

	// MakeTown builds the synthetic bilingual corpus. Result: Dataset.
	MakeTown struct {
		Seed uint64 `json:"seed"`
		Size string `json:"size"`           // "quick" or "standard"
		Lang string `json:"lang,omitempty"` // "both" (default), "en", "zh"
		// Without lists facts that no document states, by the numbers of Attribution.
		Without []int `json:"without,omitempty"`
	}
	// GetTownFacts asks who lives in a town. Result: TownFacts.
	GetTownFacts struct {
		Dataset string `json:"dataset"`        // id of a town's text, which need not have been made
		Lang    string `json:"lang,omitempty"` // of the values: "en" (default), "zh"
	}
	// Upload reads a .txt or .jsonl file; bytes beside it. Result: Dataset.
	Upload struct {
		Name string `json:"name"`
	}
	// DropDataset frees an uploaded dataset. Result: none.
	DropDataset struct {
		Dataset string `json:"dataset"`
	}

	// TrainTokenizer learns a tokenizer on a dataset, with MergeEvents on the
	// way. Result: TokenizerInfo.
	TrainTokenizer struct {
		Dataset string `json:"dataset"`
		Kind    string `json:"kind"`             // "bpe", "char", "byte"
		Merges  int    `json:"merges,omitempty"` // bpe only
	}
	// Encode cuts any text into tokens. Result: Encoded.
	Encode struct {
		Tokenizer string `json:"tokenizer"` // id, or "checkpoint:<id>"
		Text      string `json:"text"`
		Merges    int    `json:"merges,omitempty"` // use only the first n merges; 0 = all
	}
	// ExportTokenizer gives tokenizer.json as bytes beside the reply.
	ExportTokenizer struct {
		Tokenizer string `json:"tokenizer"`
	}

	// ListStages describes all stages with their typed parameters. Result: Stages.
	ListStages struct{}
	// StartRun begins a stage, or goes on from a checkpoint of the same stage
	// when Resume is set. Result: RunInfo.
	StartRun struct {
		Stage  string `json:"stage"`  // one of ListStages
		Preset string `json:"preset"` // "seed", "sprout", "sapling", "tree"; empty: the parent's
		Seed   uint64 `json:"seed"`
		// Dataset and Tokenizer may be empty where there is a parent, which has its
		// own. Lessons is a dataset of conversations or preferences; empty: those of
		// the dataset, or of its town.
		Dataset   string             `json:"dataset"`
		Tokenizer string             `json:"tokenizer"`
		Lessons   string             `json:"lessons,omitempty"`
		Params    map[string]float64 `json:"params,omitempty"`
		// Ids of checkpoints. Reward is a reward model; empty: the town's graders.
		Parent  string `json:"parent,omitempty"`
		Reward  string `json:"reward,omitempty"`
		Teacher string `json:"teacher,omitempty"`
		Resume  string `json:"resume,omitempty"`
		Paused  bool   `json:"paused,omitempty"` // wait for Step or Resume
		// Workers is how many cores compute; 0 lets the run find the fastest count.
		// No number depends on it.
		Workers int `json:"workers,omitempty"`
		// Compute is what is to compute: "workers", "gpu", or "auto" (empty, too),
		// which takes the GPU where that was measured to be faster. A GPU gives
		// other last digits. Where there is none, workers compute.
		Compute string `json:"compute,omitempty"`
	}
	// ForecastRun asks about how long a run would take that StartRun with the same
	// fields would start. It measures for about a second, and never while anything
	// trains. Where there is no tokenizer yet, Vocab is the size that it will have.
	// Result: Forecast.
	ForecastRun struct {
		StartRun
		Vocab int `json:"vocab,omitempty"`
	}
	// Forecast is how long a run is thought to take.
	Forecast struct {
		Seconds float64 `json:"seconds,omitempty"` // 0: not known
		// Ran: from an earlier run of the same shape, not from a measurement.
		Ran bool `json:"ran,omitempty"`
		// GPU: of workers, where a GPU may turn out to be faster.
		GPU bool `json:"gpu,omitempty"`
	}
	// Control acts on the run in progress. Result: RunState.
	Control struct {
		// Action is "pause", "resume", "step", "stop", "save" (somebody asked),
		// "keep" (an automatic save, when the page is hidden), "workers" (from the
		// next step on there are Workers of them, 0: automatic), or "compute" (from
		// the next step on Compute does; see StartRun).
		Action  string `json:"action"`
		Workers int    `json:"workers,omitempty"`
		Compute string `json:"compute,omitempty"`
	}

	// GetLesson shows what a stage that teaches by conversations would learn from
	// first; its fields are those of StartRun. Result: Lesson.
	GetLesson struct {
		Stage   string             `json:"stage"`
		Seed    uint64             `json:"seed"`
		Dataset string             `json:"dataset"`
		Lessons string             `json:"lessons,omitempty"`
		Params  map[string]float64 `json:"params,omitempty"`
		Parent  string             `json:"parent,omitempty"`
	}

	// Sample writes text, with TokenEvents on the way. Result: Sampled.
	Sample struct {
		Checkpoint string `json:"checkpoint"`        // id, "live" for the run in progress, "demo" for the shipped one
		Adapter    string `json:"adapter,omitempty"` // id of an adapter to put on the model, or "none" to leave out the one it has
		Prompt     string `json:"prompt"`
		Chat       bool   `json:"chat,omitempty"` // the prompt is said by the user, and the model answers
		// Before is what was said so far, where Chat is set; the oldest turns are left
		// out where the model cannot read so far back.
		Before      []Turn  `json:"before,omitempty"`
		MaxTokens   int     `json:"max_tokens"`
		Temperature float64 `json:"temperature"`
		TopK        int     `json:"top_k"`
		TopP        float64 `json:"top_p"`
		Seed        uint64  `json:"seed"`
		Stream      int     `json:"stream"` // repeated in the events
	}
	// StopSampling ends a Sample early. Result: none.
	StopSampling struct {
		Stream int `json:"stream"`
	}

	// Ask puts the same questions to several models, at temperature 0. Without
	// Questions they are held-out ones of the lessons or the dataset, always the
	// same; without Checkpoints these are listed and nobody is asked. Result:
	// Answers.
	Ask struct {
		Checkpoints []string `json:"checkpoints"` // as in Sample
		Dataset     string   `json:"dataset"`     // empty: that of the last checkpoint
		Lessons     string   `json:"lessons,omitempty"`
		Questions   []string `json:"questions,omitempty"`
		MaxTokens   int      `json:"max_tokens"` // of an answer
	}

	// ListCheckpoints. Result: Checkpoints.
	ListCheckpoints struct{}
	// RenameCheckpoint. Result: none.
	RenameCheckpoint struct {
		Checkpoint string `json:"checkpoint"`
		Name       string `json:"name"`
	}
	// DeleteCheckpoint refuses to delete a model that an adapter needs. Result: none.
	DeleteCheckpoint struct {
		Checkpoint string `json:"checkpoint"`
	}
	// ExportCheckpoint gives one .safetensors file as bytes beside the reply.
	ExportCheckpoint struct {
		Checkpoint string `json:"checkpoint"`
	}
	// ImportCheckpoint reads a .safetensors file; bytes beside it. Result: CheckpointInfo.
	ImportCheckpoint struct {
		Name string `json:"name"`
	}
	// MergeAdapter makes a whole model of an adapter and the model under it, a new
	// checkpoint. Result: CheckpointInfo.
	MergeAdapter struct {
		Checkpoint string `json:"checkpoint"`
		Name       string `json:"name"`
	}
	// GetHistory returns a checkpoint's metric history. Result: History.
	GetHistory struct {
		Checkpoint string `json:"checkpoint"`
	}

	// GetDetails tells with which settings a checkpoint was trained, and its shape.
	// Result: Details.
	GetDetails struct {
		Checkpoint string `json:"checkpoint"`
	}

	// Evaluate measures a checkpoint on a dataset's held-out part. Result: Evaluation.
	Evaluate struct {
		Checkpoint string `json:"checkpoint"`
		// Dataset is empty for what the checkpoint learned from: then all that its
		// stage measures is told, as of the live run.
		Dataset string `json:"dataset"`
	}
	// SelfTest runs the conformance cases on the engine's backend. Result: SelfTestReport.
	SelfTest struct{}
	// Profile times the ops of one training step of the run in progress. Result: StepProfile.
	Profile struct{}
	// GetStorage asks for quota and use. Result: StorageInfo.
	GetStorage struct{}
)

// Results.
type (
	// Ready describes the engine.
	Ready struct {
		Version int         `json:"version"`
		Backend string      `json:"backend"` // "simd"
		SIMD    bool        `json:"simd"`    // false: built without SIMD, say so
		Go      string      `json:"go"`
		Cores   int         `json:"cores"`   // of the machine, as far as the browser tells
		Workers bool        `json:"workers"` // the engine can start workers here
		Storage StorageInfo `json:"storage"`
		// Resumable is the newest checkpoint, where it belongs to an unfinished run.
		Resumable *CheckpointInfo `json:"resumable,omitempty"`
	}
	// StorageInfo says whether checkpoints can be kept.
	StorageInfo struct {
		Available bool     `json:"available"`
		Writable  bool     `json:"writable"` // false in a second tab
		Persisted bool     `json:"persisted"`
		Usage     int64    `json:"usage"` // bytes
		Quota     int64    `json:"quota"` // bytes
		Problem   *Problem `json:"problem,omitempty"`
	}
	// Dataset is a corpus held by the engine.
	Dataset struct {
		ID           string   `json:"id"`
		Name         string   `json:"name"`
		Kind         string   `json:"kind"` // "town", "text", "jsonl"
		Docs         int      `json:"docs"`
		Bytes        int      `json:"bytes"`          // training part
		HeldOutBytes int      `json:"held_out_bytes"` // held-out part
		Chars        int      `json:"chars"`
		Preview      []string `json:"preview"`
		// Conversations with an answer, and preferences, among the documents.
		Conversations int       `json:"conversations,omitempty"`
		Pairs         int       `json:"pairs,omitempty"`
		Notes         []Problem `json:"notes,omitempty"` // e.g. excerpt taken, bytes replaced
	}
	// TokenizerInfo describes a trained tokenizer.
	TokenizerInfo struct {
		ID            string  `json:"id"`
		Kind          string  `json:"kind"`
		Vocab         int     `json:"vocab"`
		Merges        int     `json:"merges"`
		CharsPerToken float64 `json:"chars_per_token"` // on the held-out part
		BytesPerToken float64 `json:"bytes_per_token"`
		Seconds       float64 `json:"seconds"`
		MBPerSecond   float64 `json:"mb_per_second"`
	}
	// Token is one token of a text.
	Token struct {
		ID   int    `json:"id"`
		Text string `json:"text"` // invalid UTF-8 shown as U+FFFD
		Hex  string `json:"hex"`  // its bytes
	}
	// Encoded is a text cut into tokens.
	Encoded struct {
		Tokens []Token `json:"tokens"`
		Bytes  int     `json:"bytes"`
		Chars  int     `json:"chars"`
	}
	// Stages lists what can be trained.
	Stages struct {
		Stages  []Stage  `json:"stages"`
		Presets []Preset `json:"presets"`
	}
	// Stage is one step of the journey with its parameters.
	Stage struct {
		Name   string  `json:"name"`
		Params []Param `json:"params"`
	}
	// Param describes a setting: an amount, or one of a few choices, which are named
	// from Min on.
	Param struct {
		Key       string   `json:"key"`
		Symbol    string   `json:"symbol"` // TeX
		Default   float64  `json:"default"`
		Min       float64  `json:"min"`
		Max       float64  `json:"max"`
		Log       bool     `json:"log,omitempty"`
		Integer   bool     `json:"integer,omitempty"`
		Unit      string   `json:"unit,omitempty"`
		ChoicesEN []string `json:"choices_en,omitempty"`
		ChoicesZH []string `json:"choices_zh,omitempty"`
		DocEN     string   `json:"doc_en"`
		DocZH     string   `json:"doc_zh"`
	}
	// Preset is a model size.
	Preset struct {
		Name     string `json:"name"`
		Layers   int    `json:"layers"`
		Heads    int    `json:"heads"`
		KVHeads  int    `json:"kv_heads"`
		Channels int    `json:"channels"`
		Hidden   int    `json:"hidden"`
		Context  int    `json:"context"`
		Params   int    `json:"params"` // parameters at a vocabulary of 1,024
		Heavy    bool   `json:"heavy"`  // too slow without a GPU on most machines
		// Defaults of each stage's parameters that suit this size: stage, key.
		Defaults map[string]map[string]float64 `json:"defaults"`
	}
	// RunInfo describes a started run.
	RunInfo struct {
		Run        string             `json:"run"`
		Stage      string             `json:"stage"`
		Preset     string             `json:"preset"`
		Seed       uint64             `json:"seed"`
		Params     map[string]float64 `json:"params"` // all, defaults filled in
		Parameters int                `json:"parameters"`
		Trained    int                `json:"trained"`          // of the parameters
		Parent     string             `json:"parent,omitempty"` // checkpoint id
		Vocab      int                `json:"vocab"`
		Steps      int                `json:"steps"`
		Step       int                `json:"step"` // where a resumed run goes on
		LnV        float64            `json:"ln_v"` // nats
		NGrams     []NGram            `json:"ngrams"`
		OwnEntropy float64            `json:"own_entropy,omitempty"` // nats: how low the loss on a town's text can go, at most
		History    []Metrics          `json:"history,omitempty"`
		Samples    []SampleEvent      `json:"samples,omitempty"`
		Iteration  *Iteration         `json:"iteration,omitempty"` // what a resumed run is learning from
		Notes      []Problem          `json:"notes,omitempty"`     // what was done to the data
		Bytes      int64              `json:"bytes"`               // memory of the recorded step
		Workers    Workers            `json:"workers"`
		Compute    Compute            `json:"compute"`
		// Dataset and Tokenizer of the run, which a resumed run brings with it.
		Dataset   Dataset       `json:"dataset"`
		Lessons   *Dataset      `json:"lessons,omitempty"`
		Tokenizer TokenizerInfo `json:"tokenizer"`
	}
	// Lesson is a window of packed conversations.
	Lesson struct {
		Tokens []LessonToken `json:"tokens"`
	}
	// LessonToken is read, and learned where the loss mask says so.
	LessonToken struct {
		Token        Token `json:"token"`
		Learned      bool  `json:"learned,omitempty"`
		Conversation int   `json:"conversation"` // in the window, from 0
	}
	// NGram is a baseline computed on the same held-out tokens.
	NGram struct {
		Order       int     `json:"order"`
		Loss        float64 `json:"loss"` // nats per token
		BitsPerByte float64 `json:"bits_per_byte"`
	}
	// RunState is where a run stands.
	RunState struct {
		Run     string   `json:"run"`
		State   string   `json:"state"` // "running", "paused", "stopped", "done", "failed"
		Step    int      `json:"step"`
		Problem *Problem `json:"problem,omitempty"`
	}
	// Sampled is a finished text.
	Sampled struct {
		Text         string  `json:"text"` // without the prompt
		Tokens       int     `json:"tokens"`
		Stop         string  `json:"stop"` // "eos", "length", "stopped"
		TokensPerSec float64 `json:"tokens_per_s"`
	}
	// Answers of several models to the same questions.
	Answers struct {
		Questions []Question `json:"questions"`
	}
	// Question with an answer of each model, in the order of Ask.
	Question struct {
		Text    string   `json:"text"`
		Set     string   `json:"set,omitempty"` // of a town's questions: "held_combos", "held_residents", "unknown"
		Answers []Answer `json:"answers"`
	}
	// Answer to a question.
	Answer struct {
		Text  string `json:"text"`
		Plain bool   `json:"plain,omitempty"` // the model knows no conversations and was asked in plain text
		Right *bool  `json:"right,omitempty"` // as the town's graders have it
	}
	// CheckpointInfo is a row of the list.
	CheckpointInfo struct {
		ID          string  `json:"id"`
		Name        string  `json:"name"`
		Stage       string  `json:"stage"`
		Preset      string  `json:"preset"`
		Parent      string  `json:"parent,omitempty"`
		Kind        string  `json:"kind"` // "auto", "manual", "final", "imported", "demo", "damaged" (can only be deleted)
		Step        int     `json:"step"`
		Steps       int     `json:"steps"`
		Created     int64   `json:"created"` // Unix ms
		Bytes       int64   `json:"bytes"`
		Parameters  int     `json:"parameters"`
		HeldOutLoss float64 `json:"held_out_loss"` // 0 when not measured
		BitsPerByte float64 `json:"bits_per_byte"`
		Vocab       int     `json:"vocab,omitempty"` // tokens; 0 where it is not known
		Dataset     string  `json:"dataset"`         // its name
		DatasetID   string  `json:"dataset_id"`      // empty where it is not known
		Adapter     bool    `json:"adapter,omitempty"`
		Base        string  `json:"base,omitempty"` // id of the model under an adapter, where it is there
		Writes      bool    `json:"writes"`         // writes text; a reward model does not
		Resumable   bool    `json:"resumable"`
		Diverged    bool    `json:"diverged,omitempty"` // with the same settings its run would diverge again
		Run         string  `json:"run,omitempty"`      // the run that saved it
		Seed        uint64  `json:"seed"`
		// Measures are what its stage alone has to tell, as measured last.
		Measures map[string]float64 `json:"measures,omitempty"`
		// Score and Right are of the report card that is kept: the mean score of its
		// answers, and the share of right ones about residents whom no example names.
		Score *Estimate `json:"score,omitempty"`
		Right *Estimate `json:"right,omitempty"`
		// Ancestors, nearest first, whether they are still there or not.
		Ancestors []Ancestor `json:"ancestors,omitempty"`
		// Companions are the other checkpoints that it learned from: "reward",
		// "teacher".
		Companions map[string]Ancestor `json:"companions,omitempty"`
	}
	// Details are what is known of a checkpoint beside its row in the list.
	Details struct {
		Settings map[string]float64 `json:"settings"` // of the run, by key; empty where the file tells none
		Seconds  float64            `json:"seconds"`  // of training
		Layers   int                `json:"layers"`
		Heads    int                `json:"heads"`
		Channels int                `json:"channels"`
		Hidden   int                `json:"hidden"`
		Context  int                `json:"context"` // longest text in tokens
		Vocab    int                `json:"vocab"`
		Lessons  string             `json:"lessons,omitempty"` // name of a file of its own
	}
	// Ancestor is what is remembered of a checkpoint that may be gone.
	Ancestor struct {
		ID    string `json:"id"`
		Name  string `json:"name"`
		Stage string `json:"stage"`
		Step  int    `json:"step"`
	}
	// Checkpoints is the list, newest first.
	Checkpoints struct {
		Checkpoints []CheckpointInfo `json:"checkpoints"`
	}
	// History is every metric of a run so far.
	History struct {
		Metrics []Metrics     `json:"metrics"`
		Samples []SampleEvent `json:"samples"`
	}
	// Evaluation of one checkpoint.
	Evaluation struct {
		Loss        float64 `json:"loss"` // nats per token
		BitsPerByte float64 `json:"bits_per_byte"`
		Tokens      int     `json:"tokens"`
		NGrams      []NGram `json:"ngrams"`
		Recall      float64 `json:"recall"` // share of town facts completed; -1 where there is no town
		// Measures are what only this stage has to tell.
		Measures map[string]float64 `json:"measures,omitempty"`
		// Calibration of a reward model on held-out pairs.
		Calibration []CalibrationBin `json:"calibration,omitempty"`
	}
	// CalibrationBin gathers the pairs of which a reward model was about as sure.
	CalibrationBin struct {
		Confidence float64 `json:"confidence"` // mean probability of the answer that it prefers
		Accuracy   float64 `json:"accuracy"`   // mean probability, by their labels, that it is the better one
		Count      int     `json:"count"`
	}
	// SelfTestReport of the conformance library.
	SelfTestReport struct {
		Passed int      `json:"passed"`
		Failed []string `json:"failed"`
	}
	// StepProfile lists the ops of one step, slowest first.
	StepProfile struct {
		Ops []OpTime `json:"ops"`
		Ms  float64  `json:"ms"`
	}
	// OpTime sums one kind of op over a step.
	OpTime struct {
		Kind  string  `json:"kind"`
		Calls int     `json:"calls"`
		Ms    float64 `json:"ms"`
		FLOPs int64   `json:"flops"`
	}
	// Problem is an error that a person must read; Code picks the translation.
	Problem struct {
		Code string         `json:"code"`
		Args map[string]any `json:"args,omitempty"`
		Text string         `json:"text"`
	}
)
