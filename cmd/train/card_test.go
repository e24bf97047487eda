package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"sprout/core/problem"
	"sprout/stages"
)

// A model that has learned next to nothing has a card all the same.
func TestCard(t *testing.T) {
	path := filepath.Join(t.TempDir(), "base.safetensors")
	_, _, err := train(t, "-town", "quick", "-merges", "200", "-set", "context=64", "-out", path)
	require.NoError(t, err)
	var out bytes.Buffer
	card := func(args ...string) error {
		out.Reset()
		return run(context.Background(), append([]string{"-town", "quick", "-lang", "en", "-quick", "-quiet"}, args...), &out, io.Discard)
	}
	require.NoError(t, card("-card", path, "-against", path, "-parent", path, "-json"))
	var c stages.Card
	require.NoError(t, json.Unmarshal(out.Bytes(), &c))
	require.Equal(t, 64, c.Match.Ties)
	require.InDelta(t, 0, c.Measures["kl"].Value, 1e-3)
	require.Positive(t, c.TokensPerSec)

	require.ErrorContains(t, card("-against", path), "-card FILE")
	require.ErrorContains(t, card("-card", path+"x"), "no such file")
	other := filepath.Join(t.TempDir(), "other.safetensors")
	_, _, err = train(t, "-data", book(t), "-char", "-out", other)
	require.NoError(t, err)
	require.Equal(t, "report_tokenizer", problem.From(card("-card", path, "-against", other)).Code)
}
