package session

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"math"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sprout/core/backend"
	"sprout/core/backend/simd"
	"sprout/core/checkpoint"
	"sprout/core/problem"
	"sprout/wasm/protocol"
)

// page is a host that keeps what the engine says.
type page struct {
	mu       sync.Mutex
	messages []message
	grew     chan struct{}
}

type message struct {
	kind string
	raw  []byte
	file []byte
}

func (p *page) Emit(raw, file []byte) {
	var head struct {
		Type string `json:"type"`
	}
	if err := json.Unmarshal(raw, &head); err != nil {
		panic(err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.messages = append(p.messages, message{head.Type, bytes.Clone(raw), file})
	select {
	case p.grew <- struct{}{}:
	default:
	}
}

func (p *page) Yield()                           { time.Sleep(time.Microsecond) }
func (p *page) Now() float64                     { return float64(time.Now().UnixNano()) / 1e6 }
func (p *page) Fetch(url string) ([]byte, error) { return os.ReadFile(url) }

// Post asks a server where a test has one.
func (p *page) Post(url string, body []byte, patience int) (int, []byte, error) {
	client := http.Client{Timeout: time.Duration(patience) * time.Millisecond}
	r, err := client.Post(url, "application/json", bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	defer r.Body.Close()
	reply, err := io.ReadAll(r.Body)
	return r.StatusCode, reply, err
}

// all decodes every event of a kind so far.
func all[E any](p *page, kind string) []E {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []E
	for _, m := range p.messages {
		if m.kind == kind {
			var e E
			if err := json.Unmarshal(m.raw, &e); err != nil {
				panic(err)
			}
			out = append(out, e)
		}
	}
	return out
}

// wait blocks until the events satisfy done.
func (p *page) wait(t *testing.T, done func() bool) {
	t.Helper()
	deadline := time.After(2 * time.Minute)
	for !done() {
		select {
		case <-p.grew:
		case <-deadline:
			t.Fatal("the engine did not say what was expected")
		}
	}
}

func (p *page) state() string {
	events := all[protocol.StateEvent](p, "state")
	if len(events) == 0 {
		return ""
	}
	return events[len(events)-1].State
}

func newPage() *page { return &page{grew: make(chan struct{}, 1)} }

func open(p *page, store checkpoint.Store) *Session {
	return New(p, Options{
		OpenStore: func(context.Context) (checkpoint.Store, error) {
			if store == nil {
				return nil, problem.New("storage_missing", nil, "no storage")
			}
			return store, nil
		},
		NewBackend: func() (backend.Backend, error) { return simd.New(), nil },
		Backend:    "simd",
	})
}

// ask sends a command and decodes its reply.
func ask[R any](t *testing.T, s *Session, p *page, kind string, command any, file ...byte) (R, []byte, *protocol.Problem) {
	t.Helper()
	fields, err := json.Marshal(command)
	require.NoError(t, err)
	var all map[string]any
	require.NoError(t, json.Unmarshal(fields, &all))
	all["type"], all["id"] = kind, 7
	raw, err := json.Marshal(all)
	require.NoError(t, err)
	s.Handle(raw, file)

	p.mu.Lock()
	defer p.mu.Unlock()
	for i := len(p.messages) - 1; i >= 0; i-- {
		m := p.messages[i]
		if m.kind != "ok" && m.kind != "error" {
			continue
		}
		var reply struct {
			ID      int               `json:"id"`
			Result  R                 `json:"result"`
			Problem *protocol.Problem `json:"problem"`
		}
		require.NoError(t, json.Unmarshal(m.raw, &reply))
		require.Equal(t, 7, reply.ID)
		return reply.Result, m.file, reply.Problem
	}
	t.Fatal("no reply")
	panic("unreachable")
}

func mustAsk[R any](t *testing.T, s *Session, p *page, kind string, command any, file ...byte) R {
	t.Helper()
	r, _, problem := ask[R](t, s, p, kind, command, file...)
	require.Nil(t, problem)
	return r
}

var story = []byte(strings.Repeat("The fox reads a letter by the river. A badger bakes bread. ", 80))

// ready opens a session with a text, a tokenizer and the command of a short run.
func ready(t *testing.T, p *page, store checkpoint.Store) (*Session, protocol.StartRun) {
	t.Helper()
	s := open(p, store)
	r := mustAsk[protocol.Ready](t, s, p, "hello", protocol.Hello{Writer: true})
	require.Equal(t, store != nil, r.Storage.Available)
	d := mustAsk[protocol.Dataset](t, s, p, "dataset.upload", protocol.Upload{Name: "story.txt"}, story...)
	tok := mustAsk[protocol.TokenizerInfo](t, s, p, "tokenizer.train", protocol.TrainTokenizer{Dataset: d.ID, Kind: "bpe", Merges: 30})
	require.Equal(t, 30, tok.Merges)
	return s, protocol.StartRun{
		Stage: "pretrain", Preset: "seed", Seed: 3, Dataset: d.ID, Tokenizer: tok.ID,
		Params: map[string]float64{"steps": 12, "batch": 4, "context": 16, "warmup": 2, "eval_every": 4, "sample_every": 6, "checkpoint_every": 5},
	}
}

func losses(p *page) (out []float64) {
	for _, e := range all[protocol.MetricsEvent](p, "metrics") {
		for _, m := range e.Metrics {
			out = append(out, m.TrainLoss)
		}
	}
	return out
}

func TestRunPauseStepReloadResumeGivesTheSameCurve(t *testing.T) {
	whole := newPage()
	s, start := ready(t, whole, checkpoint.NewMemory(0, nil))
	info := mustAsk[protocol.RunInfo](t, s, whole, "run.start", start)
	require.Len(t, info.NGrams, 3)
	whole.wait(t, func() bool { return whole.state() == done })
	want := losses(whole)
	require.Len(t, want, 12)

	// The same run, step by step, and from the checkpoint in a new session.
	store := checkpoint.NewMemory(0, nil)
	first := newPage()
	s, start = ready(t, first, store)
	start.Paused = true
	mustAsk[protocol.RunInfo](t, s, first, "run.start", start)
	for range 7 {
		mustAsk[protocol.RunState](t, s, first, "run.control", protocol.Control{Action: "step"})
	}
	state := mustAsk[protocol.RunState](t, s, first, "run.control", protocol.Control{Action: "keep"})
	require.Equal(t, protocol.RunState{Run: state.Run, State: paused, Step: 7}, state)
	mustAsk[protocol.RunState](t, s, first, "run.control", protocol.Control{Action: "save"})
	require.Equal(t, want[:7], losses(first))

	second := newPage()
	s = open(second, store)
	r := mustAsk[protocol.Ready](t, s, second, "hello", protocol.Hello{Writer: true})
	require.NotNil(t, r.Resumable)
	require.Equal(t, 7, r.Resumable.Step)
	info = mustAsk[protocol.RunInfo](t, s, second, "run.start", protocol.StartRun{Stage: "pretrain", Resume: r.Resumable.ID})
	require.Equal(t, 7, info.Step)
	require.Len(t, info.History, 7)
	require.Equal(t, "story.txt", info.Dataset.Name)
	second.wait(t, func() bool { return second.state() == done })
	require.Equal(t, want[7:], losses(second))
	require.NotEmpty(t, all[protocol.SampleEvent](second, "sampled"))

	list := mustAsk[protocol.Checkpoints](t, s, second, "checkpoints.list", protocol.ListCheckpoints{})
	require.Equal(t, checkpoint.Final, list.Checkpoints[0].Kind)
	r = mustAsk[protocol.Ready](t, s, second, "hello", protocol.Hello{Writer: true})
	require.Nil(t, r.Resumable, "a finished run is not offered")
}

func TestExportDeleteImportSampleEvaluate(t *testing.T) {
	p := newPage()
	s, start := ready(t, p, checkpoint.NewMemory(0, nil))
	mustAsk[protocol.RunInfo](t, s, p, "run.start", start)
	p.wait(t, func() bool { return p.state() == done })
	list := mustAsk[protocol.Checkpoints](t, s, p, "checkpoints.list", protocol.ListCheckpoints{}).Checkpoints
	id := list[0].ID
	ask := protocol.Sample{Checkpoint: id, Prompt: "The fox", MaxTokens: 12, Temperature: 1, Seed: 5, Stream: 3}
	before := mustAsk[protocol.Sampled](t, s, p, "sample", ask)
	require.NotEmpty(t, before.Text)
	require.Len(t, all[protocol.TokenEvent](p, "token"), before.Tokens)
	ask.Checkpoint = live
	require.Equal(t, before.Text, mustAsk[protocol.Sampled](t, s, p, "sample", ask).Text)

	_, file, problem := askFile(t, s, p, id)
	require.Nil(t, problem)
	mustAsk[any](t, s, p, "checkpoints.delete", protocol.DeleteCheckpoint{Checkpoint: id})
	back := mustAsk[protocol.CheckpointInfo](t, s, p, "checkpoints.import", protocol.ImportCheckpoint{Name: "x.safetensors"}, file...)
	require.NotEqual(t, id, back.ID)
	mustAsk[any](t, s, p, "checkpoints.rename", protocol.RenameCheckpoint{Checkpoint: back.ID, Name: " mine "})
	ask.Checkpoint = back.ID
	require.Equal(t, before.Text, mustAsk[protocol.Sampled](t, s, p, "sample", ask).Text)

	e := mustAsk[protocol.Evaluation](t, s, p, "evaluate", protocol.Evaluate{Checkpoint: back.ID, Dataset: start.Dataset})
	live := mustAsk[protocol.Evaluation](t, s, p, "evaluate", protocol.Evaluate{Checkpoint: live})
	require.Equal(t, live.Loss, e.Loss)

	_, _, bad := ask2(t, s, p, "checkpoints.import", protocol.ImportCheckpoint{Name: "cut"}, file[:len(file)-5]...)
	require.Equal(t, "safetensors_truncated", bad.Code)
}

// A ready-made model keeps its id, is there once however often it is loaded, and
// is no run of this browser to go on with.
func TestReadyMade(t *testing.T) {
	p := newPage()
	s, start := ready(t, p, checkpoint.NewMemory(0, nil))
	mustAsk[protocol.RunInfo](t, s, p, "run.start", start)
	p.wait(t, func() bool { return p.state() == done })
	_, file, problem := askFile(t, s, p, mustAsk[protocol.Checkpoints](t, s, p, "checkpoints.list", protocol.ListCheckpoints{}).Checkpoints[0].ID)
	require.Nil(t, problem)
	c, err := checkpoint.Read(bytes.NewReader(file), int64(len(file)))
	require.NoError(t, err)
	c.Meta.ID, c.Meta.Kind = checkpoint.NewID(), checkpoint.Ready
	f, err := checkpoint.NewFile(c, checkpoint.Format{Half: true})
	require.NoError(t, err)
	var baked bytes.Buffer
	_, err = f.WriteTo(&baked)
	require.NoError(t, err)
	for range 2 {
		got := mustAsk[protocol.CheckpointInfo](t, s, p, "checkpoints.import", protocol.ImportCheckpoint{Name: "sft.safetensors"}, baked.Bytes()...)
		require.Equal(t, c.Meta.ID, got.ID)
		require.Equal(t, checkpoint.Ready, got.Kind)
		require.False(t, got.Resumable)
	}
	require.Len(t, mustAsk[protocol.Checkpoints](t, s, p, "checkpoints.list", protocol.ListCheckpoints{}).Checkpoints, 2)
}

func askFile(t *testing.T, s *Session, p *page, id string) (any, []byte, *protocol.Problem) {
	return ask2(t, s, p, "checkpoints.export", protocol.ExportCheckpoint{Checkpoint: id})
}

func ask2(t *testing.T, s *Session, p *page, kind string, c any, file ...byte) (any, []byte, *protocol.Problem) {
	t.Helper()
	return ask[any](t, s, p, kind, c, file...)
}

func TestAFullDiskLosesNothing(t *testing.T) {
	p := newPage()
	full := false
	store := checkpoint.NewMemory(0, func(string) error {
		if full {
			return checkpoint.Full(errors.New("quota"), 1, 2, 3)
		}
		return nil
	})
	s, start := ready(t, p, store)
	full = true
	mustAsk[protocol.RunInfo](t, s, p, "run.start", start)
	p.wait(t, func() bool { return p.state() == done })
	require.Len(t, losses(p), 12, "training goes on")
	problems := all[protocol.ProblemEvent](p, "problem")
	require.Equal(t, "storage_full", problems[0].Problem.Code)
	info := mustAsk[protocol.StorageInfo](t, s, p, "storage", protocol.GetStorage{})
	require.Equal(t, "storage_full", info.Problem.Code)
	_, file, bad := askFile(t, s, p, live)
	require.Nil(t, bad, "what could not be saved can still be downloaded")
	require.NotEmpty(t, file)
	full = false
	mustAsk[protocol.RunState](t, s, p, "run.control", protocol.Control{Action: "save"})
	require.Nil(t, mustAsk[protocol.StorageInfo](t, s, p, "storage", protocol.GetStorage{}).Problem)
}

func TestWithoutStorageAndInASecondTab(t *testing.T) {
	p := newPage()
	s, start := ready(t, p, nil)
	mustAsk[protocol.RunInfo](t, s, p, "run.start", start)
	p.wait(t, func() bool { return p.state() == done })
	require.NotEmpty(t, mustAsk[protocol.Checkpoints](t, s, p, "checkpoints.list", protocol.ListCheckpoints{}).Checkpoints)

	p = newPage()
	s = open(p, checkpoint.NewMemory(0, nil))
	mustAsk[protocol.Ready](t, s, p, "hello", protocol.Hello{Writer: false})
	_, _, bad := ask2(t, s, p, "checkpoints.delete", protocol.DeleteCheckpoint{Checkpoint: "x"})
	require.Equal(t, "storage_read_only", bad.Code)
}

func TestDivergenceStopsAtTheLastGoodStep(t *testing.T) {
	p := newPage()
	s, start := ready(t, p, checkpoint.NewMemory(0, nil))
	// Decay multiplies every weight by 1 − lr·λ = −9 a step.
	for key, v := range map[string]float64{"lr": 10, "weight_decay": 1, "steps": 200, "warmup": 0} {
		start.Params[key] = v
	}
	mustAsk[protocol.RunInfo](t, s, p, "run.start", start)
	p.wait(t, func() bool { st := p.state(); return st == done || st == failed })
	require.Equal(t, failed, p.state())
	events := all[protocol.StateEvent](p, "state")
	require.Equal(t, "training_diverged", events[len(events)-1].Problem.Code)
	out := mustAsk[protocol.Sampled](t, s, p, "sample", protocol.Sample{Checkpoint: live, Prompt: "The", MaxTokens: 4, Temperature: 1})
	require.NotEmpty(t, out.Tokens)

	// It goes on from what was kept, with another learning rate.
	saved := all[protocol.SavedEvent](p, "saved")
	kept := saved[len(saved)-1].Checkpoint
	require.Equal(t, events[len(events)-1].Step, kept.Step)
	require.True(t, kept.Diverged)
	info := mustAsk[protocol.RunInfo](t, s, p, "run.start", protocol.StartRun{
		Stage: "pretrain", Resume: kept.ID, Params: map[string]float64{"lr": 1e-3, "weight_decay": 0.1},
	})
	require.Equal(t, kept.Step, info.Step)
	require.Equal(t, 1e-3, info.Params["lr"])
	require.Equal(t, 16.0, info.Params["context"])
	p.wait(t, func() bool { return p.state() == done })
	require.False(t, newest(t, s, p).Diverged)

	// The checkpoint whose tokenizer the page was told of is gone; a run can still
	// begin anew.
	_, _, bad := ask2(t, s, p, "checkpoints.history", protocol.GetHistory{Checkpoint: kept.ID})
	require.Equal(t, "checkpoint_not_found", bad.Code)
	start.Tokenizer, start.Params = info.Tokenizer.ID, map[string]float64{"steps": 2, "batch": 2, "context": 16}
	mustAsk[protocol.RunInfo](t, s, p, "run.start", start)
	p.wait(t, func() bool { return p.state() == done })
}

func TestBadCommands(t *testing.T) {
	p := newPage()
	s := open(p, checkpoint.NewMemory(0, nil))
	mustAsk[protocol.Ready](t, s, p, "hello", protocol.Hello{Writer: true})
	for kind, want := range map[string]struct {
		command any
		code    string
	}{
		"nonsense":         {struct{}{}, "unknown_command"},
		"run.control":      {protocol.Control{Action: "pause"}, "no_run"},
		"run.start":        {protocol.StartRun{Stage: "nope"}, "stage_unknown"},
		"tokenizer.encode": {protocol.Encode{Tokenizer: "t"}, "tokenizer_not_found"},
		"sample":           {protocol.Sample{Checkpoint: "c"}, "checkpoint_not_found"},
		"town.make":        {protocol.MakeTown{Size: "huge"}, "bad_command"},
	} {
		_, _, bad := ask2(t, s, p, kind, want.command)
		require.NotNil(t, bad, kind)
		require.Equal(t, want.code, bad.Code, kind)
	}
	s.Handle([]byte("{"), nil)
	require.Equal(t, "bad_command", all[struct{ Problem protocol.Problem }](p, "error")[6].Problem.Code)
}

func TestEveryCommandIsHandled(t *testing.T) {
	for kind := range protocol.Commands {
		require.Contains(t, handlers, kind)
	}
	require.Len(t, handlers, len(protocol.Commands))
}

func TestSelfTestPasses(t *testing.T) {
	p := newPage()
	s := open(p, checkpoint.NewMemory(0, nil))
	r := mustAsk[protocol.SelfTestReport](t, s, p, "selftest", protocol.SelfTest{})
	require.Empty(t, r.Failed)
	require.Greater(t, r.Passed, 100)
}

// JSON has no word for infinity: what holds one is left out, the page is told so, and
// the engine goes on.
func TestWhatCannotBeEncodedIsAProblem(t *testing.T) {
	p := newPage()
	s := open(p, checkpoint.NewMemory(0, nil))
	s.emit("metrics", protocol.MetricsEvent{Run: "r", Metrics: []protocol.Metrics{{TrainLoss: math.Inf(1)}}})
	problems := all[protocol.ProblemEvent](p, "problem")
	require.Len(t, problems, 1)
	require.Equal(t, "not_encodable", problems[0].Problem.Code)
	require.Equal(t, map[string]any{"kind": "metrics"}, problems[0].Problem.Args)

	handlers["boundless"] = func(*Session, []byte, []byte) (any, []byte, error) { return math.NaN(), nil, nil }
	defer delete(handlers, "boundless")
	_, _, bad := ask2(t, s, p, "boundless", struct{}{})
	require.Equal(t, "not_encodable", bad.Code)
	mustAsk[protocol.Ready](t, s, p, "hello", protocol.Hello{Writer: true})
}
