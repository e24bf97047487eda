package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"sprout/core/checkpoint"
	"sprout/core/nn"
	"sprout/journey"
	"sprout/stages"
)

// What is baked can be read, says that it is ready-made, and names what it
// needs.
func TestBake(t *testing.T) {
	dir := t.TempDir()
	old := filepath.Join(dir, "old.safetensors")
	require.NoError(t, os.WriteFile(old, []byte("old"), 0o600))
	require.NoError(t, run(t.Context(), []string{"-tiny", "-only", "lora,grpo", "-out", dir, "-workers", "1"}, io.Discard))
	require.NoFileExists(t, old)

	data, err := os.ReadFile(filepath.Join(dir, indexFile))
	require.NoError(t, err)
	var got index
	require.NoError(t, json.Unmarshal(data, &got))
	needs := map[string][]string{}
	for _, m := range got.Models {
		needs[m.Key] = m.Needs
		file, err := os.ReadFile(filepath.Join(dir, m.File))
		require.NoError(t, err)
		require.Len(t, file, m.Bytes)
		c, err := checkpoint.Read(bytes.NewReader(file), int64(len(file)))
		require.NoError(t, err)
		require.Equal(t, checkpoint.Ready, c.Meta.Kind)
		require.Equal(t, m.ID, c.Meta.ID)
		require.Equal(t, m.Stage, c.Meta.Stage)
		require.Equal(t, m.Key == "lora", m.Adapter)
		require.Len(t, c.Weights(), len(c.Tensors), "no moments")
	}
	require.Equal(t, map[string][]string{
		"pretrain": nil, "sft": {"pretrain"}, "lora": {"sft"}, "judge": {"sft"},
		"rlaif_reward": {"sft", "judge"}, "grpo": {"sft", "rlaif_reward"},
	}, needs)
}

func TestBadArguments(t *testing.T) {
	require.Error(t, run(t.Context(), []string{"extra"}, io.Discard))
	require.Error(t, run(t.Context(), []string{"-only", "bread", "-out", t.TempDir()}, io.Discard))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorContains(t, run(ctx, []string{"-tiny", "-out", t.TempDir()}, io.Discard), "interrupted")
}

// Every setting of the short journey is one of its stage, in its range.
func TestBriefSettings(t *testing.T) {
	size, err := nn.FindPreset(brief.Model)
	require.NoError(t, err)
	byStage := map[string]string{"rlaif_reward": "reward", "distill_alone": "distill"}
	for key, settings := range brief.Params {
		require.Contains(t, journey.Keys(), key)
		name := key
		if other, ok := byStage[key]; ok {
			name = other
		}
		stage, err := stages.Find(name)
		require.NoError(t, err)
		params := map[string]stages.Param{}
		for _, p := range stage.Params(size) {
			params[p.Key] = p
		}
		for setting, value := range settings {
			require.Contains(t, params, setting, key)
			require.GreaterOrEqual(t, value, params[setting].Min)
			require.LessOrEqual(t, value, params[setting].Max)
		}
	}
}
