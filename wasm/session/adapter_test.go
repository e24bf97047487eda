package session

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"sprout/core/checkpoint"
	"sprout/wasm/protocol"
)

// An adapter is trained on a model of the store, sampled live and saved, taken
// out and in again, and resumed after a reload; each time the session finds the
// model under it.
func TestAdaptersFindTheirModel(t *testing.T) {
	store := checkpoint.NewMemory(0, nil)
	p := newPage()
	s, start := ready(t, p, store)
	mustAsk[protocol.RunInfo](t, s, p, "run.start", start)
	p.wait(t, func() bool { return p.state() == done })
	base := mustAsk[protocol.Checkpoints](t, s, p, "checkpoints.list", protocol.ListCheckpoints{}).Checkpoints[0].ID

	var talk strings.Builder
	for i := range 20 {
		fmt.Fprintf(&talk, `{"conversations":[{"role":"user","content":"Who bakes, %d?"},{"role":"assistant","content":"A badger bakes bread %d."}]}`+"\n", i, i%3)
	}
	d := mustAsk[protocol.Dataset](t, s, p, "dataset.upload", protocol.Upload{Name: "talk.jsonl"}, []byte(talk.String())...)
	lora := protocol.StartRun{
		Stage: "lora", Seed: 4, Dataset: d.ID, Parent: base, Paused: true,
		Params: map[string]float64{"steps": 8, "batch": 4, "lr": 0.05, "warmup": 1, "eval_every": 4, "sample_every": 6, "checkpoint_every": 5},
	}
	mustAsk[protocol.RunInfo](t, s, p, "run.start", lora)
	for range 5 {
		mustAsk[protocol.RunState](t, s, p, "run.control", protocol.Control{Action: "step"})
	}
	mustAsk[protocol.RunState](t, s, p, "run.control", protocol.Control{Action: "keep"})
	mustAsk[protocol.RunState](t, s, p, "run.control", protocol.Control{Action: "save"})
	list := mustAsk[protocol.Checkpoints](t, s, p, "checkpoints.list", protocol.ListCheckpoints{}).Checkpoints
	adapter := list[0]
	require.Equal(t, "lora", adapter.Stage)
	require.Equal(t, base, adapter.Parent)

	say := func(s *Session, p *page, id string) string {
		return mustAsk[protocol.Sampled](t, s, p, "sample", protocol.Sample{Checkpoint: id, Prompt: "Who", MaxTokens: 12, Temperature: 1, Seed: 5, Stream: 3}).Text
	}
	want := say(s, p, adapter.ID)
	require.NotEqual(t, want, say(s, p, base))
	require.NotEmpty(t, say(s, p, live))
	_, file, problem := askFile(t, s, p, adapter.ID)
	require.Nil(t, problem)
	back := mustAsk[protocol.CheckpointInfo](t, s, p, "checkpoints.import", protocol.ImportCheckpoint{Name: "x.safetensors"}, file...)
	require.Equal(t, want, say(s, p, back.ID), "its ancestors tell where the model is")

	p = newPage()
	s = open(p, store)
	mustAsk[protocol.Ready](t, s, p, "hello", protocol.Hello{Writer: true})
	mustAsk[protocol.RunInfo](t, s, p, "run.start", protocol.StartRun{Stage: "lora", Resume: adapter.ID})
	p.wait(t, func() bool { return p.state() == done })
	require.Len(t, losses(p), 3)

	mustAsk[any](t, s, p, "checkpoints.delete", protocol.DeleteCheckpoint{Checkpoint: base})
	_, _, problem = ask2(t, s, p, "run.start", protocol.StartRun{Stage: "lora", Resume: adapter.ID})
	require.Equal(t, "adapter_base_missing", problem.Code)
	_, _, problem = ask2(t, s, p, "sample", protocol.Sample{Checkpoint: back.ID, Prompt: "Who", MaxTokens: 12, Temperature: 1})
	require.Equal(t, "adapter_base_missing", problem.Code)
}
