package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"sprout/core/problem"
	"sprout/journey"
)

// The first step of a journey, into a folder, from which the next one goes on.
func TestJourney(t *testing.T) {
	dir := t.TempDir()
	report := filepath.Join(dir, "journey.json")
	travel := func(args ...string) (string, string) {
		var out, log bytes.Buffer
		require.NoError(t, run(context.Background(), append([]string{
			"-journey", "-preset", "tiny", "-quiet", "-out", dir, "-report", report, "-workers", "1", "-seed", "5",
		}, args...), &out, &log))
		return out.String(), log.String()
	}
	out, log := travel("-only", "pretrain")
	require.Contains(t, log, "1/")
	require.Contains(t, log, "pretrain: made")
	require.Regexp(t, `heldout_bpb +< trigram_bpb`, out)
	require.FileExists(t, filepath.Join(dir, "seed-5", "pretrain.safetensors"))

	_, log = travel("-only", "reward", "-set", "sft.steps=2", "-set", "reward.steps=2")
	require.Contains(t, log, "pretrain: kept")
	require.Contains(t, log, "reward: made")
	var r journey.Report
	data, err := os.ReadFile(report)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(data, &r))
	require.Equal(t, []string{"pretrain", "sft", "reward"}, r.Keys)
	require.Equal(t, []uint64{5}, r.Seeds)
	require.Contains(t, r.Stages["reward"].Metrics, "pair_accuracy")

	ctx, stop := context.WithCancel(context.Background())
	stop()
	args := []string{"-journey", "-preset", "tiny", "-quiet", "-report", report}
	require.ErrorContains(t, run(ctx, args, &bytes.Buffer{}, &bytes.Buffer{}), "interrupted")
	err = run(context.Background(), append(args, "-only", "bake"), &bytes.Buffer{}, &bytes.Buffer{})
	require.Equal(t, "journey_step", problem.From(err).Code)
	err = run(context.Background(), append(args, "-steps", "3"), &bytes.Buffer{}, &bytes.Buffer{})
	require.ErrorContains(t, err, "-set sft.steps=3")
}
