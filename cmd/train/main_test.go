package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"sprout/core/problem"
)

func book(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "book.txt")
	text := strings.Repeat("It was the best of times, it was the worst of times.\n", 60)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// train runs the command with settings that make it short.
func train(t *testing.T, args ...string) (stdout, log string, err error) {
	t.Helper()
	var out, errs bytes.Buffer
	err = run(context.Background(), append([]string{
		"-preset", "seed", "-steps", "6", "-set", "context=16", "-set", "batch=4", "-set", "checkpoint_every=2", "-quiet",
	}, args...), &out, &errs)
	return out.String(), errs.String(), err
}

func TestTrainsIntoAFolderAndGoesOn(t *testing.T) {
	dir, data := t.TempDir(), book(t)
	out, log, err := train(t, "-data", data, "-char", "-out", dir, "-json", "-name", "Dickens")
	require.NoError(t, err)
	require.Equal(t, 6, strings.Count(out, `"train_loss"`))
	require.Contains(t, log, "3-gram")
	require.Contains(t, log, "held-out loss")
	files, err := filepath.Glob(filepath.Join(dir, "checkpoints", "*.safetensors"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	c, err := readCheckpoint(files[len(files)-1])
	require.NoError(t, err)
	require.Equal(t, "Dickens", c.Meta.Name)
	require.Equal(t, 6, c.Meta.Step)

	out, _, err = train(t, "-data", data, "-resume", files[len(files)-1], "-steps", "9", "-json")
	require.NoError(t, err)
	require.Equal(t, 3, strings.Count(out, `"train_loss"`))
}

func TestReproducibleFile(t *testing.T) {
	var files [2][]byte
	for i := range files {
		path := filepath.Join(t.TempDir(), "demo.safetensors")
		_, _, err := train(t, "-town", "quick", "-merges", "20", "-out", path, "-weights", "-reproducible", "-workers", string(rune('1'+i)))
		require.NoError(t, err)
		files[i], err = os.ReadFile(path)
		require.NoError(t, err)
	}
	require.True(t, bytes.Equal(files[0], files[1]))
}

// The number of workers is found by the way, and said.
func TestWorkersAreFound(t *testing.T) {
	if runtime.NumCPU() == 1 {
		t.Skip("one core: nothing to choose")
	}
	_, log, err := train(t, "-data", book(t), "-char", "-steps", "60")
	require.NoError(t, err)
	require.Regexp(t, `going on with \d+ workers; \d+ make [\d.]+ steps/s; `, log)
	_, log, err = train(t, "-data", book(t), "-char", "-steps", "60", "-workers", "2")
	require.NoError(t, err)
	require.NotContains(t, log, "going on")
}

func TestInterruptSaves(t *testing.T) {
	ctx, stop := context.WithCancel(context.Background())
	stop()
	path := filepath.Join(t.TempDir(), "x.safetensors")
	var out, errs bytes.Buffer
	err := run(ctx, []string{"-preset", "seed", "-data", book(t), "-char", "-set", "context=16", "-quiet", "-out", path}, &out, &errs)
	require.ErrorContains(t, err, "interrupted")
	c, err := readCheckpoint(path)
	require.NoError(t, err)
	require.True(t, c.Meta.Resumable)
}

func TestBadArguments(t *testing.T) {
	data := book(t)
	for _, c := range []struct {
		want string
		args []string
	}{
		{"choose the text", nil},
		{"choose the text", []string{"-data", data, "-town", "quick"}},
		{"unexpected argument", []string{"-data", data, "more"}},
		{"-town is", []string{"-town", "huge"}},
		{"-lang is", []string{"-town", "quick", "-lang", "fr"}},
		{"-merges is", []string{"-data", data, "-merges", "-1"}},
		{"-tokenizer is", []string{"-data", data, "-tokenizer", "words"}},
		{"choose one", []string{"-data", data, "-resume", "a", "-parent", "b"}},
		{"key=number", []string{"-data", data, "-set", "lr"}},
		{"no such file", []string{"-data", data + "x"}},
	} {
		_, _, err := train(t, c.args...)
		require.ErrorContains(t, err, c.want)
	}
	_, _, err := train(t, "-data", data, "-set", "heat=1")
	require.Equal(t, "param_unknown", problem.From(err).Code)
	_, _, err = train(t, "-stage", "baking", "-data", data)
	require.Equal(t, "stage_unknown", problem.From(err).Code)
}

// Pretraining, then fine-tuning on a file of conversations: the size is the
// parent's, the text is gone over again.
func TestFineTunesAParent(t *testing.T) {
	dir, data := t.TempDir(), book(t)
	base := filepath.Join(dir, "base.safetensors")
	_, _, err := train(t, "-data", data, "-tokenizer", "byte", "-out", base)
	require.NoError(t, err)
	talks := filepath.Join(dir, "talks.jsonl")
	line := `{"messages":[{"role":"user","content":"What was it?"},{"role":"assistant","content":"The best of times."}]}` + "\n"
	require.NoError(t, os.WriteFile(talks, []byte(strings.Repeat(line, 12)), 0o600))

	var out, log bytes.Buffer
	err = run(context.Background(), []string{
		"-stage", "sft", "-parent", base, "-data", data, "-conversations", talks, "-quiet", "-json",
		"-steps", "4", "-set", "context=48", "-set", "batch=4", "-set", "eval_every=2", "-out", dir,
	}, &out, &log)
	require.NoError(t, err)
	require.Contains(t, log.String(), "sft, preset seed")
	require.Contains(t, log.String(), "text_bits_per_byte")
	require.Equal(t, 4, strings.Count(out.String(), "replay_loss"))

	err = run(context.Background(), []string{"-stage", "sft", "-town", "quick", "-merges", "5", "-steps", "2"}, &out, &log)
	require.Equal(t, "parent_missing", problem.From(err).Code)
}

// An adapter on a model, and on from there: it needs the model again.
func TestTrainsAnAdapter(t *testing.T) {
	dir, data := t.TempDir(), book(t)
	base, adapter := filepath.Join(dir, "base.safetensors"), filepath.Join(dir, "adapter.safetensors")
	_, _, err := train(t, "-data", data, "-tokenizer", "byte", "-out", base)
	require.NoError(t, err)
	talks := filepath.Join(dir, "talks.jsonl")
	line := `{"messages":[{"role":"user","content":"What was it?"},{"role":"assistant","content":"The best of times."}]}` + "\n"
	require.NoError(t, os.WriteFile(talks, []byte(strings.Repeat(line, 12)), 0o600))
	lora := func(args ...string) (string, error) {
		var out, log bytes.Buffer
		err := run(context.Background(), append([]string{
			"-stage", "lora", "-data", data, "-conversations", talks, "-quiet", "-out", adapter,
		}, args...), &out, &log)
		return log.String(), err
	}
	log, err := lora("-parent", base, "-steps", "4", "-set", "context=48", "-set", "batch=4", "-set", "rank=1")
	require.NoError(t, err)
	require.Contains(t, log, "trainable_fraction")
	_, err = lora("-resume", adapter, "-steps", "6")
	require.Equal(t, "adapter_base_missing", problem.From(err).Code)
	log, err = lora("-resume", adapter, "-parent", base, "-steps", "6")
	require.NoError(t, err)
	require.Contains(t, log, "step 4 of 6")
}

// A student of a teacher, and one that goes on with what the first has learned;
// resuming needs no teacher, which is in the checkpoint.
func TestTrainsAStudent(t *testing.T) {
	dir, data := t.TempDir(), book(t)
	file := func(name string) string { return filepath.Join(dir, name+".safetensors") }
	_, _, err := train(t, "-data", data, "-tokenizer", "byte", "-out", file("teacher"))
	require.NoError(t, err)
	talks := filepath.Join(dir, "talks.jsonl")
	line := `{"messages":[{"role":"user","content":"What was it?"},{"role":"assistant","content":"The best of times."}]}` + "\n"
	require.NoError(t, os.WriteFile(talks, []byte(strings.Repeat(line, 12)), 0o600))
	teach := func(stage, out string, args ...string) string {
		var stdout, log bytes.Buffer
		err := run(context.Background(), append([]string{
			"-stage", stage, "-data", data, "-conversations", talks, "-quiet", "-out", file(out),
		}, args...), &stdout, &log)
		require.NoError(t, err)
		return log.String()
	}
	few := []string{"-steps", "4", "-set", "context=48", "-set", "batch=4"}
	log := teach("distill", "student", append(few, "-teacher", file("teacher"), "-set", "width=24", "-set", "layers=1")...)
	require.Contains(t, log, "teacher_kl")
	log = teach("gkd", "better", append(few, "-teacher", file("teacher"), "-parent", file("student"))...)
	require.Contains(t, log, "parameter_share 0.")
	log = teach("distill", "longer", "-resume", file("student"), "-steps", "6")
	require.Contains(t, log, "step 4 of 6")
}

// A reward model and DPO from the same file of pairs.
func TestLearnsFromPairs(t *testing.T) {
	dir, data := t.TempDir(), book(t)
	base := filepath.Join(dir, "base.safetensors")
	_, _, err := train(t, "-data", data, "-tokenizer", "byte", "-out", base)
	require.NoError(t, err)
	pairs := filepath.Join(dir, "pairs.jsonl")
	var lines strings.Builder
	for i := range 12 {
		fmt.Fprintf(&lines, `{"prompt":"What was it, %d?","chosen":"The best of %d times.","rejected":"No."}`+"\n", i, i)
	}
	require.NoError(t, os.WriteFile(pairs, []byte(lines.String()), 0o600))
	for stage, measure := range map[string]string{"reward": "calibration_error", "dpo": "text_bits_per_byte"} {
		var out, log bytes.Buffer
		err = run(context.Background(), []string{
			"-stage", stage, "-parent", base, "-data", data, "-pairs", pairs, "-quiet", "-json",
			"-steps", "4", "-set", "context=64", "-set", "batch=4", "-set", "eval_every=2", "-out", filepath.Join(dir, stage),
		}, &out, &log)
		require.NoError(t, err)
		require.Contains(t, log.String(), stage+", preset seed")
		require.Contains(t, log.String(), "pair_accuracy")
		require.Contains(t, log.String(), measure)
		require.Equal(t, 4, strings.Count(out.String(), `"margin"`))
	}
	require.NoError(t, os.WriteFile(pairs, []byte(`{"prompt":"What was it?"}`), 0o600))
	err = run(context.Background(), []string{"-stage", "dpo", "-parent", base, "-data", data, "-pairs", pairs, "-quiet"}, io.Discard, io.Discard)
	require.Equal(t, "pairs_missing", problem.From(err).Code)
}
