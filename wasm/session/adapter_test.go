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

	_, _, problem = ask2(t, s, p, "checkpoints.delete", protocol.DeleteCheckpoint{Checkpoint: base})
	require.Equal(t, "checkpoint_needed", problem.Code, "it is not taken away from its adapters")
	require.NoError(t, store.Delete(t.Context(), base), "but other programs may")
	_, _, problem = ask2(t, s, p, "run.start", protocol.StartRun{Stage: "lora", Resume: adapter.ID})
	require.Equal(t, "adapter_base_missing", problem.Code)
	_, _, problem = ask2(t, s, p, "sample", protocol.Sample{Checkpoint: back.ID, Prompt: "Who", MaxTokens: 12, Temperature: 1})
	require.Equal(t, "adapter_base_missing", problem.Code)
}

// Several adapters take turns on one model, which stays as it is, and one is
// merged into a model of its own.
func TestAdaptersAreSwitchedAndMerged(t *testing.T) {
	p := newPage()
	s, base := pretrained(t, p, checkpoint.NewMemory(0, nil))
	talk := upload(t, s, p, "talk.jsonl", jsonl(talkLine, 20))
	var adapters []string
	for seed := range uint64(2) {
		lora := protocol.StartRun{Stage: "lora", Seed: seed, Parent: base, Lessons: talk.ID, Params: brief(map[string]float64{"lr": 0.05, "context": 48})}
		info := train(t, s, p, lora)
		require.Less(t, info.Trained, info.Parameters)
		last := newest(t, s, p)
		require.True(t, last.Adapter)
		require.Equal(t, base, last.Base)
		require.Equal(t, seed, last.Seed)
		require.Equal(t, base, last.Ancestors[0].ID)
		require.Contains(t, last.Measures, "trainable_fraction")
		d := mustAsk[protocol.Details](t, s, p, "checkpoints.details", protocol.GetDetails{Checkpoint: last.ID})
		require.InDelta(t, 0.05, d.Settings["lr"], 1e-12)
		require.Contains(t, d.Settings, "rank", "settings left at their defaults are told as well")
		require.Positive(t, d.Layers)
		require.Positive(t, d.Seconds)
		require.Equal(t, "talk.jsonl", d.Lessons)
		adapters = append(adapters, last.ID)
	}
	say := func(id, adapter string) string {
		return mustAsk[protocol.Sampled](t, s, p, "sample", protocol.Sample{Checkpoint: id, Adapter: adapter, Prompt: "Who", MaxTokens: 12, Temperature: 1, Seed: 5}).Text
	}
	plain := say(base, "")
	require.Equal(t, plain, say(base, without))
	require.Equal(t, plain, say(live, without), "the live adapter is taken out")
	for range 2 {
		for _, id := range adapters {
			require.Equal(t, say(id, ""), say(base, id))
			require.NotEqual(t, plain, say(base, id))
		}
		require.Equal(t, plain, say(base, ""))
	}
	require.NotEqual(t, say(base, adapters[0]), say(base, adapters[1]))
	require.Equal(t, say(adapters[1], ""), say(live, ""))
	require.Equal(t, say(adapters[0], ""), say(live, adapters[0]))
	_, _, bad := ask2(t, s, p, "sample", protocol.Sample{Checkpoint: base, Adapter: base, Prompt: "Who", MaxTokens: 3})
	require.Equal(t, "adapter_none", bad.Code)

	whole := mustAsk[protocol.CheckpointInfo](t, s, p, "checkpoints.merge", protocol.MergeAdapter{Checkpoint: adapters[0], Name: "whole"})
	require.False(t, whole.Adapter)
	require.Equal(t, adapters[0], whole.Parent)
	require.Equal(t, "whole", whole.Name)
	require.Equal(t, say(adapters[0], ""), say(whole.ID, ""))
	_, _, bad = ask2(t, s, p, "checkpoints.merge", protocol.MergeAdapter{Checkpoint: whole.ID})
	require.Equal(t, "adapter_none", bad.Code)
	for _, id := range adapters {
		mustAsk[any](t, s, p, "checkpoints.delete", protocol.DeleteCheckpoint{Checkpoint: id})
	}
	mustAsk[any](t, s, p, "checkpoints.delete", protocol.DeleteCheckpoint{Checkpoint: base})
}
