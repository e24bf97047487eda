package session

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"sprout/core/checkpoint"
	"sprout/journey"
	"sprout/wasm/protocol"
)

// A card is made by what computes the last run, and by workers where a GPU fails at
// it, with the same figures.
func TestACardIsMadeOnTheGPU(t *testing.T) {
	p := newPage()
	s, start := ready(t, p, checkpoint.NewMemory(0, nil))
	g := &graphics{}
	g.in(s)
	start.Params["context"], start.Compute = 64, "workers"
	train(t, s, p, start)
	id := newest(t, s, p).ID
	card := func() protocol.ReportCard {
		c := mustAsk[protocol.ReportCard](t, s, p, "report", protocol.Report{Checkpoint: id, Quick: true})
		c.TokensPerSec = 0
		return c
	}
	want := card()
	require.Equal(t, "simd", want.Backend)
	require.Zero(t, g.opened)

	start.Compute = "gpu"
	train(t, s, p, start)
	got := card()
	require.Equal(t, gpuBackend, got.Backend)
	require.Equal(t, 1, g.open, "that of the run")
	got.Backend = want.Backend
	require.Equal(t, want, got)

	g.lost = true
	require.Equal(t, want, card())
	require.Equal(t, 1, g.open)
}

// A journey trains and measures on the GPU; the step at which that fails is made
// anew by workers, which make the rest, and the page is told.
func TestJourneyOnGPU(t *testing.T) {
	walk := protocol.WalkJourney{
		Preset: "tiny", Seed: 3, Only: []string{"sft"},
		Set: map[string]float64{"pretrain.steps": 3, "sft.steps": 2},
	}
	made := func(p *page, g *graphics, on string) (rows []journey.Row) {
		s := open(p, checkpoint.NewMemory(0, nil))
		g.in(s)
		mustAsk[protocol.Ready](t, s, p, "hello", protocol.Hello{Writer: true})
		walk.Compute = on
		_, out, trouble := ask[any](t, s, p, "journey", walk)
		require.Nil(t, trouble)
		var r journey.Report
		require.NoError(t, json.Unmarshal(out, &r))
		require.Zero(t, g.open)
		for _, row := range r.Runs[0].Rows {
			require.Empty(t, row.Error)
			delete(row.Metrics, "memory_mb")
			rows = append(rows, row)
		}
		return rows
	}
	backends := func(rows []journey.Row) (out []string) {
		for _, r := range rows {
			out = append(out, r.Key+" "+r.Backend)
		}
		return out
	}
	g := &graphics{}
	want := made(newPage(), g, "workers")
	require.Zero(t, g.opened)
	require.Equal(t, []string{"pretrain simd", "sft simd"}, backends(want))

	p := newPage()
	failing := &graphics{fails: func() bool {
		e := all[protocol.JourneyEvent](p, "journey")
		return len(e) > 0 && e[len(e)-1].Key == "sft" && e[len(e)-1].Doing == "train"
	}}
	got := made(p, failing, "gpu")
	require.Equal(t, []string{"pretrain webgpu", "sft simd"}, backends(got))
	problems := all[protocol.ProblemEvent](p, "problem")
	require.Len(t, problems, 1)
	require.Equal(t, "gpu_lost", problems[0].Problem.Code)
	require.Zero(t, problems[0].Problem.Args["from"])
	for i := range want {
		require.Equal(t, want[i].Metrics, got[i].Metrics)
	}
}
