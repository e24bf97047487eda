// Package stages holds the steps of a model's education, one file each: what is
// minimised stands there as in the paper, between two markers, and the page
// shows those very lines. Loops, batches, evaluation and saving are shared.
package stages

import (
	"fmt"
	"math"
	"strings"

	"sprout/core/backend"
	"sprout/core/checkpoint"
	"sprout/core/gen"
	"sprout/core/nn"
	"sprout/core/parallel"
	"sprout/core/problem"
	"sprout/core/text"
	"sprout/core/world"
)

// Param describes one setting of a stage; the page makes a slider of it.
type Param struct {
	Key     string
	Symbol  string // TeX
	Default float64
	Min     float64
	Max     float64
	Log     bool // the slider moves by factors
	Integer bool
	Unit    string
	// ChoicesEN and ChoicesZH name the values one by one from Min on, where the
	// setting is a switch or one of a few; nil for an amount.
	ChoicesEN []string
	ChoicesZH []string
	DocEN     string
	DocZH     string
}

// Stage is one step of the journey.
type Stage interface {
	Name() string
	// Params are the settings with their defaults for a model size.
	Params(nn.Preset) []Param
	// Start prepares a run: fresh, from a parent's weights, or exactly where a
	// checkpoint of the same stage stopped.
	Start(Setup) (Run, error)
	// objective puts what the stage minimises on a model, given the values of its
	// settings: all that a worker in another process has to go by.
	objective(p *nn.Params, values map[string]float64) parallel.Replica
}

// Journey lists the stages in the order in which they are walked.
var Journey = []Stage{Pretrain{}, SFT{}, LoRA{}, Reward{}, PPO{}, DPO{}, ConservativeDPO{}, IPO{}, TownJudge{}, GRPO{}, DrGRPO{}, DAPO{}, SimPO{}, SPO{}, Distill{}, DistillSequence{}, GKD{}}

// Find finds a stage by name; problem "stage_unknown".
func Find(name string) (Stage, error) {
	var names []string
	for _, s := range Journey {
		if s.Name() == name {
			return s, nil
		}
		names = append(names, s.Name())
	}
	return nil, problem.New("stage_unknown", problem.Args{"stage": name, "stages": strings.Join(names, ", ")},
		"There is no stage %q; the stages are %s.", name, strings.Join(names, ", "))
}

// Setup is all that a run starts from. Same setup, same bits, whatever is said
// of workers.
type Setup struct {
	// NewBackend makes the backend of a worker; the run closes it.
	NewBackend func() (backend.Backend, error)
	// Workers is how many compute, the run's own goroutine included; more than
	// the batch has shards are of no use. 0 finds the fastest count, up to
	// MaxWorkers, in the first steps of the run; without a clock it takes
	// MaxWorkers.
	Workers int
	// MaxWorkers is the number of cores to count on; 0 means those of the machine.
	MaxWorkers int
	// Spawn starts a worker elsewhere; nil: goroutines.
	Spawn func(Blueprint) (parallel.Peer, error)
	// Choose, if not nil, says on what the run computes, once it is known what; the
	// machine takes the place of NewBackend, Workers, MaxWorkers and Spawn. Another
	// backend gives other bits.
	Choose func(Blueprint) (Machine, error)
	// Late, if above 1, lets the metrics of so many steps come together where the
	// backend is a device that is slow to be read.
	Late int
	// OnLost, if not nil, is told that a worker was lost: problem "worker_lost".
	OnLost func(*problem.Problem)
	// Speeds, if not nil, keeps what automatic runs have found, so that the next
	// run of the same shape on this machine begins with the fastest count.
	Speeds Speeds

	Preset string // empty: the parent's
	Seed   uint64
	Params map[string]float64 // settings that differ from the defaults

	// Corpus is the text that pretraining learns from, and that later stages are
	// measured on and may go over again; they do without where it is nil.
	Corpus *text.Corpus
	// Conversations are what SFT learns from; nil: those in the corpus, else the
	// town's.
	Conversations *text.Corpus
	// Pairs are what stages that learn from preferences learn from; nil: the
	// town's.
	Pairs     []Pair
	Tokenizer *text.Tokenizer
	Town      *world.Town  // of which the corpus tells; nil: none, and no fact recall
	Langs     []world.Lang // of the corpus; none means both
	Dataset   checkpoint.DatasetRef
	Lessons   checkpoint.DatasetRef // of Conversations or Pairs, where they are data of their own

	Run    string                 // name of the run, kept in its checkpoints
	Parent *checkpoint.Checkpoint // weights to start from; nil: fresh ones
	// Reward is the model that scores sampled answers; nil: the town's graders do, as
	// a verifiable reward. A run that is resumed has it in its checkpoint.
	Reward *checkpoint.Checkpoint
	// Teacher is the model that a student learns from; nil: the parent, and then the
	// student begins with fresh weights. A run that is resumed has it in its
	// checkpoint.
	Teacher *checkpoint.Checkpoint
	// Resume goes on where this checkpoint stopped. Preset, seed and settings
	// are its own; settings in Params replace them.
	Resume *checkpoint.Checkpoint

	// Questions asked of each set in a whole evaluation; 0: 400.
	Questions int

	Now      func() float64                        // a clock in ms; nil: no times are reported
	Progress func(what string, done float64) error // of long preparations; an error stops them
	// Yield, if not nil, is called between the parts of a preparation or a step, and
	// every second or so while answers are written or scored, for a host that must
	// not be kept waiting.
	Yield func()
}

// rest lets the host do other things.
func (s *Setup) rest() {
	if s.Yield != nil {
		s.Yield()
	}
}

// Run is a stage in progress. It is used by one goroutine.
type Run interface {
	Info() Info
	// Step trains one step and does what is due beside it, or does a part of what
	// must come before the step; see Report. Its problem
	// "training_diverged" means that a loss, a gradient or what the model says was
	// not finite: the run stands at its last good step and must not go on.
	Step() (Report, error)
	// Settle waits for the metrics that steps have left out, and returns those that
	// no report has had. Nothing is left out unless Setup.Late asks for it.
	Settle() ([]Metrics, error)
	Done() bool
	// Save is everything needed to go on exactly from here.
	Save(kind string) (*checkpoint.Checkpoint, error)
	// Evaluate measures the whole held-out part, up to a stated budget.
	Evaluate() (Evaluation, error)
	// Rollout continues prompts, any number of them, with all workers: prompt i
	// draws from RNG(Seed, Step, First+i) and gets the same answer whoever writes
	// it. Top, OnToken and Decode of the options are not served.
	Rollout(prompts [][]int32, o gen.Options) ([]gen.Sequence, error)
	// SetWorkers changes the number of workers from the next step on; 0 has the
	// fastest count found.
	SetWorkers(n int) error
	// Memory is the main memory that all workers have taken, in bytes; see
	// parallel.Group.Memory.
	Memory() (int64, error)
	// Model is the live model, for sampling between steps.
	Model() *nn.Params
	Tokenizer() *text.Tokenizer
	// Profile replays the recorded calls of one step, one at a time, without
	// changing the run.
	Profile() ([]OpTime, error)
	// Norms are what the last step did to each tensor that is trained.
	Norms() (step int, all []Norm, err error)
	// NextToken compares what a student and its teacher expect after some tokens;
	// problem "no_teacher" where there is none.
	NextToken(tokens []int32, temperatures []float64, most int) (NextToken, error)
	// Iteration is what a policy has answered last; nil in stages whose model does
	// not learn from its own answers, and before there are any.
	Iteration() *Iteration
	History() History
	Close()
}

// Info describes a run.
type Info struct {
	Run, Stage, Preset string
	Seed               uint64
	Params             map[string]float64 // all, defaults filled in
	Config             nn.Config
	Parameters         int // of the model and its adapter
	Trained            int // of them
	Steps, Step        int
	LnV                float64            // nats: the loss of knowing nothing
	NGrams             []NGram            // on the tokens of the held-out loss
	Notes              []*problem.Problem // what was done to the data; no errors
	Bytes              int64              // memory of models, optimiser, recorded passes and caches, of all workers
	Workers            int                // at work
	Requested          int                // 0: automatic
	MaxWorkers         int                // that can be of use
	// Calibration is what an automatic run has measured so far, and Calibrating
	// says that it is still at it.
	Calibration []parallel.Speed
	Calibrating bool
}

// NGram is the loss of an n-gram model.
type NGram struct {
	Order       int
	Loss        float64 // nats per token
	BitsPerByte float64
}

// Metrics of one step; held-out values only where measured. The losses belong
// to the weights before the step's update.
type Metrics struct {
	Step         int      `json:"step"`
	TrainLoss    float64  `json:"train_loss"` // nats per token, or the mean over pairs
	LR           float64  `json:"lr"`
	GradNorm     float64  `json:"grad_norm"` // before clipping
	TokensPerSec float64  `json:"tokens_per_s"`
	Seconds      float64  `json:"seconds"` // of training so far
	SecondsLeft  float64  `json:"seconds_left"`
	HeldOutLoss  *float64 `json:"held_out_loss,omitempty"`
	BitsPerByte  *float64 `json:"bits_per_byte,omitempty"`
	Recall       *float64 `json:"recall,omitempty"` // share of town facts completed
	// Measures are what only this stage has to tell, under the names that its own
	// documentation explains.
	Measures map[string]float64 `json:"measures,omitempty"`
}

// Sample is a text written in the course of training.
type Sample struct {
	Step   int    `json:"step"`
	Prompt string `json:"prompt"`
	Text   string `json:"text"`
}

// Part is work that comes before a step, such as letting the model answer, and
// is done in pieces so that a run can be shown and stopped in between.
type Part struct {
	What string  // "rollout": answers being sampled; "score": what is thought of them
	Done float64 // share of what comes before the step
}

// Report is what a step has to say.
type Report struct {
	// Part, if not nil, says that no step was made yet and the model is as before:
	// the rest of the report is empty. The next calls go on.
	Part *Part
	// Waiting says that a step was made whose metrics come later: the rest of the
	// report is empty. Earlier are those of steps before this one that came late.
	Waiting bool
	Earlier []Metrics
	Metrics Metrics
	Sample  *Sample // where one was due
	SaveDue bool    // an automatic checkpoint is due
	// Measured, if not nil, is what Metrics has the held-out values of.
	Measured *Evaluation
}

// History is all that a run has reported.
type History struct {
	Metrics []Metrics `json:"metrics"`
	Samples []Sample  `json:"samples"`
}

// Evaluation of a model on held-out text.
type Evaluation struct {
	Loss        float64 // nats per token, or the mean over pairs
	BitsPerByte float64
	Tokens      int // scored
	NGrams      []NGram
	Recall      float64 // share of town facts completed; -1 without a town
	// Measures are what only this stage has to tell; see Metrics.
	Measures map[string]float64
	// Calibration of a reward model on held-out pairs; nil elsewhere.
	Calibration []CalibrationBin
	// Pairs are the held-out pairs one by one, of a stage that learns from pairs.
	Pairs []PairGain
	// Told are some of them in words.
	Told []ToldPair
	// Cases are the comparisons that a judge has heard.
	Cases []HeardCase
}

// OpTime sums one kind of operation over a step.
type OpTime struct {
	Kind  string
	Calls int
	Ms    float64
	FLOPs int64
}

// settings fills in defaults and checks what was asked for: problems
// "param_unknown" and "param_range".
func settings(params []Param, given map[string]float64) (map[string]float64, error) {
	out := make(map[string]float64, len(params))
	for _, p := range params {
		v, ok := given[p.Key]
		if !ok {
			v = p.Default
		}
		if !(v >= p.Min && v <= p.Max) || p.Integer && v != math.Trunc(v) {
			kind := "a number"
			if p.Integer {
				kind = "a whole number"
			}
			return nil, problem.New("param_range", problem.Args{"key": p.Key, "value": fmt.Sprint(v), "min": p.Min, "max": p.Max},
				"The setting %s is %v, but it must be %s between %v and %v.", p.Key, v, kind, p.Min, p.Max)
		}
		out[p.Key] = v
	}
	for key := range given {
		if _, ok := out[key]; !ok {
			return nil, problem.New("param_unknown", problem.Args{"key": key}, "This stage has no setting %q. Leave it out, or choose the stage that it belongs to.", key)
		}
	}
	return out, nil
}

func init() {
	problem.Register(map[string]string{
		"stage_unknown":     "a stage that does not exist: stage, stages",
		"param_unknown":     "a setting that the stage does not have: key",
		"param_range":       "a setting outside its range: key, value, min, max",
		"training_diverged": "loss, gradient or what the model says is not finite; the run went back to its last good step: step, kept, lr",
		"resume_stage":      "the checkpoint to resume belongs to another stage: have, want",
		"resume_weights":    "the checkpoint holds weights only and cannot be resumed exactly",
		"resume_state":      "what the checkpoint says about its run cannot be read",
		"resume_setting":    "a resumed run is given another value of a setting that its state depends on: key, have, want",
		"resume_data":       "the run was made with another text or tokenizer than the one given",
		"parent_vocab":      "the parent model and the tokenizer do not belong together: have, want",
		"worker_lost":       "a worker ended unasked; its work was done again: why, replaced, count (at work now)",
	})
}
