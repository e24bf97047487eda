// Package session is the engine's side of the protocol: it keeps the datasets,
// tokenizers and the one run in progress, and turns commands into calls of the
// stages. It knows no JavaScript, so that it is tested natively; what it needs
// of the outside comes through Host and a checkpoint store.
package session

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"runtime/debug"
	"sync"

	"sprout/core/backend"
	"sprout/core/checkpoint"
	"sprout/core/parallel"
	"sprout/core/problem"
	"sprout/stages"
	"sprout/wasm/protocol"
)

// Host is the outside world.
type Host interface {
	// Emit sends a JSON message to the page with optional bytes beside it.
	Emit(message []byte, file []byte)
	// Yield lets other commands be heard; called between steps.
	Yield()
	// Now is a monotonic clock in ms.
	Now() float64
	// Fetch reads a file of the site.
	Fetch(url string) ([]byte, error)
	// Post sends JSON to the site's server and reads what it says, whatever the
	// status; an error means that nothing came back within so many ms.
	Post(url string, body []byte, patience int) (status int, reply []byte, err error)
}

// Options of a session.
type Options struct {
	OpenStore  func(context.Context) (checkpoint.Store, error)
	NewBackend func() (backend.Backend, error)
	Backend    string // name, shown by the page
	SIMD       bool   // the backend was built with vector instructions
	Cores      int    // of the machine, as far as is known; at least 1
	// Spawn starts a worker beside the engine; nil where there can be none.
	Spawn func(stages.Blueprint) (parallel.Peer, error)
	// OpenGPU opens the machine's GPU; a problem says why there is none. nil where
	// there can be none.
	OpenGPU func() (*GPU, error)
}

// Session is one engine. Handle is called on goroutines of one thread, as under
// js/wasm: they take turns only where one waits.
type Session struct {
	host    Host
	options Options
	base    string // URL of the site

	// engine guards everything that computes: the run, its backend and the
	// models kept for sampling. It is held for one step or one sample at a time.
	engine sync.Mutex

	data     library
	storage  storage
	run      *run
	speeds   stages.Speeds // of counts of workers, by what was trained
	paces    map[string]paces
	ran      map[string]float64 // ms a step of runs took, by ranKey
	glances  map[string]glance  // by what was asked
	starting bool               // a run is being prepared
	walking  *walking           // nil: no journey
	models   models
	among    map[string][]protocol.PairGain // rewards of held-out pairs, by checkpoint

	reporting *reporting // nil: none
	stops     int        // times that work on labels was stopped

	sampling sync.Map // stream → *bool that asks for its end

	asking sync.Map // number of a question to the page → chan for its answer
	asked  int      // questions so far
	unread int      // pairs in a row, over all commands, for which a judge outside had no clear word
}

// New starts a session; the page's hello opens the store.
func New(h Host, o Options) *Session {
	return &Session{host: h, options: o, data: newLibrary(), storage: storage{open: o.OpenStore}, speeds: stages.Speeds{}, paces: map[string]paces{}, ran: map[string]float64{}, glances: map[string]glance{}, among: map[string][]protocol.PairGain{}}
}

type handler func(s *Session, message, file []byte) (result any, out []byte, err error)

// on adapts a typed method to a handler.
func on[C any](f func(*Session, C, []byte) (any, []byte, error)) handler {
	return func(s *Session, message, file []byte) (any, []byte, error) {
		var command C
		if err := json.Unmarshal(message, &command); err != nil {
			return nil, nil, problem.Wrap(err, "bad_command", nil, "The page sent a command that the engine cannot read")
		}
		return f(s, command, file)
	}
}

var handlers = map[string]handler{
	"hello":               on((*Session).hello),
	"town.make":           on((*Session).makeTown),
	"dataset.upload":      on((*Session).upload),
	"dataset.drop":        on((*Session).dropDataset),
	"tokenizer.train":     on((*Session).trainTokenizer),
	"tokenizer.encode":    on((*Session).encode),
	"tokenizer.export":    on((*Session).exportTokenizer),
	"stages.list":         on((*Session).listStages),
	"run.start":           on((*Session).startRun),
	"run.forecast":        on((*Session).forecast),
	"run.control":         on((*Session).control),
	"lesson":              on((*Session).lesson),
	"lessons.preview":     on((*Session).previewLessons),
	"dataset.faults":      on((*Session).faults),
	"ask":                 on((*Session).ask),
	"sample":              on((*Session).sample),
	"sample.stop":         on((*Session).stopSampling),
	"checkpoints.list":    on((*Session).listCheckpoints),
	"checkpoints.rename":  on((*Session).renameCheckpoint),
	"checkpoints.delete":  on((*Session).deleteCheckpoint),
	"checkpoints.export":  on((*Session).exportCheckpoint),
	"checkpoints.import":  on((*Session).importCheckpoint),
	"checkpoints.merge":   on((*Session).mergeAdapter),
	"checkpoints.history": on((*Session).history),
	"checkpoints.details": on((*Session).details),
	"labels.candidates":   on((*Session).candidates),
	"labels.add":          on((*Session).addLabel),
	"labels.drop":         on((*Session).dropLabels),
	"labels.list":         on((*Session).listLabels),
	"labels.export":       on((*Session).exportLabels),
	"labels.import":       on((*Session).importLabels),
	"labels.use":          on((*Session).useLabels),
	"labels.judge":        on((*Session).judgeCandidates),
	"labels.simulate":     on((*Session).simulate),
	"labels.stop":         on((*Session).stopLabels),
	"judge":               on((*Session).outsideJudge),
	"judge.answer":        on((*Session).answerJudge),
	"arena.vote":          on((*Session).vote),
	"arena.votes":         on((*Session).listVotes),
	"arena.drop":          on((*Session).dropVotes),
	"report":              on((*Session).report),
	"report.stop":         on((*Session).stopReport),
	"report.list":         on((*Session).listReports),
	"attribute":           on((*Session).attribute),
	"town.facts":          on((*Session).townFacts),
	"inspect":             on((*Session).inspect),
	"inspect.embeddings":  on((*Session).embeddings),
	"inspect.neighbours":  on((*Session).neighbours),
	"inspect.changes":     on((*Session).changes),
	"beliefs":             on((*Session).beliefs),
	"evaluate":            on((*Session).evaluate),
	"selftest":            on((*Session).selfTest),
	"profile":             on((*Session).profile),
	"storage":             on((*Session).storageInfo),
	"norms":               on((*Session).norms),
	"next_token":          on((*Session).compareNext),
	"score":               on((*Session).score),
	"journey":             on((*Session).walkJourney),
	"journey.stop":        on((*Session).stopJourney),
}

// Handle answers one command with exactly one reply.
func (s *Session) Handle(message, file []byte) {
	var head struct {
		Type string `json:"type"`
		ID   int    `json:"id"`
	}
	result, out, err := func() (result any, out []byte, err error) {
		// A panic ends the command, not the engine: the page stays usable.
		defer func() {
			if p := recover(); p != nil {
				err = s.panicked(p)
			}
		}()
		if err := json.Unmarshal(message, &head); err != nil {
			return nil, nil, problem.Wrap(err, "bad_command", nil, "The page sent a command that the engine cannot read")
		}
		h, ok := handlers[head.Type]
		if !ok {
			return nil, nil, problem.New("unknown_command", problem.Args{"type": head.Type}, "The engine does not know the command %q", head.Type)
		}
		result, out, err = h(s, message, file)
		if err != nil && s.rescue(err) {
			return h(s, message, file)
		}
		return result, out, err
	}()
	reply := map[string]any{"type": "ok", "id": head.ID}
	if result != nil {
		reply["result"] = result
	}
	if err != nil {
		reply = map[string]any{"type": "error", "id": head.ID, "problem": toProtocol(err)}
		out = nil
	}
	s.reply(head.Type, reply, out)
}

// panicked turns a recovered panic into a problem that names stage and step.
func (s *Session) panicked(p any) error {
	stage, step := "", 0
	if r := s.run; r != nil {
		stage, step = r.info.Stage, r.info.Step
	}
	fmt.Fprintf(os.Stderr, "panic: %v\n%s", p, debug.Stack()) // the console, for a bug report
	return problem.New("panic",
		problem.Args{"stage": stage, "step": step, "message": fmt.Sprint(p)},
		"The engine made a mistake and stopped what it was doing: %v", p)
}

// emit sends an event: the struct's fields beside its type.
func (s *Session) emit(kind string, event any) {
	fields, err := json.Marshal(event)
	if err != nil { // a number that is none: this event is lost, and nothing else
		s.emit("problem", protocol.ProblemEvent{Problem: *toProtocol(notEncodable(kind, err))})
		return
	}
	message := append([]byte(`{"type":"`+kind+`"`), ',')
	if len(fields) == 2 { // {}
		message = message[:len(message)-1]
	}
	s.host.Emit(append(message, fields[1:]...), nil)
}

// reply answers a command; what cannot be told is answered by a problem.
func (s *Session) reply(kind string, reply map[string]any, file []byte) {
	message, err := json.Marshal(reply)
	if err != nil {
		reply = map[string]any{"type": "error", "id": reply["id"], "problem": toProtocol(notEncodable(kind, err))}
		message, _ = json.Marshal(reply)
		file = nil
	}
	s.host.Emit(message, file)
}

// notEncodable is the problem "not_encodable": JSON has no word for NaN and infinity.
func notEncodable(kind string, err error) error {
	return problem.Wrap(err, "not_encodable", problem.Args{"kind": kind},
		"The engine could not tell the page of %s: something in it is no number any more. It goes on; where a model has grown without bounds, choose a smaller learning rate.", kind)
}

func toProtocol(err error) *protocol.Problem {
	if err == nil {
		return nil
	}
	p := problem.From(err)
	return &protocol.Problem{Code: p.Code, Args: p.Args, Text: p.Error()}
}
