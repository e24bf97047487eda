package session

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"sprout/core/checkpoint"
	"sprout/journey"
	"sprout/wasm/protocol"
)

func TestJourney(t *testing.T) {
	p := newPage()
	s := open(p, checkpoint.NewMemory(0, nil))
	mustAsk[protocol.Ready](t, s, p, "hello", protocol.Hello{Writer: true})
	walk := protocol.WalkJourney{Preset: "tiny", Seed: 3, Only: []string{"sft"}, Set: map[string]float64{"pretrain.steps": 3, "sft.steps": 2}}
	_, out, trouble := ask[any](t, s, p, "journey", walk)
	require.Nil(t, trouble)
	var r journey.Report
	require.NoError(t, json.Unmarshal(out, &r))
	require.Equal(t, []string{"pretrain", "sft"}, r.Keys, "with what it needs")
	require.Equal(t, "tiny", r.Preset)
	for _, row := range r.Runs[0].Rows {
		require.Empty(t, row.Error)
	}

	// What was made lies among the checkpoints, with its parent.
	list := mustAsk[protocol.Checkpoints](t, s, p, "checkpoints.list", protocol.ListCheckpoints{}).Checkpoints
	require.Len(t, list, 2)
	require.Equal(t, "sft", list[0].Stage)
	require.Equal(t, list[1].ID, list[0].Parent)
	require.Len(t, all[protocol.SavedEvent](p, "saved"), 2)
	seen := map[string]bool{}
	for _, e := range all[protocol.JourneyEvent](p, "journey") {
		require.NotEmpty(t, e.Line)
		seen[e.Key+" "+e.Doing] = true
	}
	for _, what := range []string{"pretrain town", "pretrain train", "pretrain measure", "pretrain made", "sft made"} {
		require.True(t, seen[what], what)
	}

	walk.Preset = "huge"
	_, _, trouble = ask[any](t, s, p, "journey", walk)
	require.Equal(t, "journey_preset", trouble.Code)
}

// stopping is a host that stops the journey as soon as it is let.
type stopping struct {
	*page
	s *Session
}

func (h *stopping) Yield() {
	if _, _, err := h.s.stopJourney(protocol.StopJourney{}, nil); err != nil {
		panic(err)
	}
}

func TestJourneyStops(t *testing.T) {
	h := &stopping{page: newPage()}
	h.s = open(h.page, nil)
	h.s.host = h
	walk := protocol.WalkJourney{Preset: "tiny", Seed: 3}
	_, _, trouble := ask[any](t, h.s, h.page, "journey", walk)
	require.Equal(t, "journey_stopped", trouble.Code)
	require.Empty(t, all[protocol.SavedEvent](h.page, "saved"))

	h.s.starting = true
	_, _, trouble = ask[any](t, h.s, h.page, "journey", walk)
	require.Equal(t, "run_busy", trouble.Code)
}
