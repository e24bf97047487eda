package session

import (
	"maps"
	"testing"

	"github.com/stretchr/testify/require"

	"sprout/core/checkpoint"
	"sprout/wasm/protocol"
)

// forecastOf asks about how long a run would take.
func forecastOf(t *testing.T, s *Session, p *page, start protocol.StartRun, vocab int) protocol.Forecast {
	t.Helper()
	return mustAsk[protocol.Forecast](t, s, p, "run.forecast", protocol.ForecastRun{StartRun: start, Vocab: vocab})
}

// A run's time is told before it begins, from a measurement of its own shape: more
// steps take longer, and so do a larger batch and a larger model.
func TestForecastMeasuresTheShape(t *testing.T) {
	p := newPage()
	s, start := ready(t, p, checkpoint.NewMemory(0, nil))
	seconds := func(more map[string]float64, preset string) float64 {
		c := start
		c.Preset, c.Params = preset, maps.Clone(start.Params)
		maps.Copy(c.Params, more)
		f := forecastOf(t, s, p, c, 0)
		require.False(t, f.Ran)
		require.Positive(t, f.Seconds)
		return f.Seconds
	}
	few := seconds(map[string]float64{"steps": 100}, "seed")
	require.InEpsilon(t, 10*few, seconds(map[string]float64{"steps": 1000}, "seed"), 1e-9, "what is known is not measured again")
	require.InEpsilon(t, few, seconds(map[string]float64{"steps": 100, "lr": 0.5}, "seed"), 1e-9, "no time depends on the learning rate")
	require.Greater(t, seconds(map[string]float64{"steps": 100, "batch": 64}, "seed"), 4*few)
	require.Greater(t, seconds(map[string]float64{"steps": 100}, "sapling"), 2*few)

	// Before there is a tokenizer its size is enough; before there is neither, nothing
	// is known.
	c := start
	c.Dataset, c.Tokenizer = "", ""
	require.Positive(t, forecastOf(t, s, p, c, 300).Seconds)
	require.Zero(t, forecastOf(t, s, p, c, 0).Seconds)
	c = start
	c.Params = map[string]float64{"steps": -1}
	require.Zero(t, forecastOf(t, s, p, c, 0).Seconds, "a run that cannot begin")
	c = start
	c.Compute = onGPU
	require.Zero(t, forecastOf(t, s, p, c, 0).Seconds, "only the GPU could tell")
}

// A run that was made tells more than any measurement of the same shape, and while
// one trains nothing is measured.
func TestForecastRemembersRuns(t *testing.T) {
	p := newPage()
	s, start := ready(t, p, checkpoint.NewMemory(0, nil))
	start.Params["steps"] = 2 * fewSteps
	require.False(t, forecastOf(t, s, p, start, 0).Ran)
	info := train(t, s, p, start)
	<-s.run.ended
	h := s.run.stage.History().Metrics
	last := h[len(h)-1]

	f := forecastOf(t, s, p, start, 0)
	require.True(t, f.Ran)
	require.InEpsilon(t, last.Seconds, f.Seconds, 1e-9)
	again := start
	again.Params = maps.Clone(start.Params)
	again.Params["steps"], again.Params["lr"] = 4*fewSteps, 1e-3
	require.InEpsilon(t, 2*last.Seconds, forecastOf(t, s, p, again, 0).Seconds, 1e-9)
	again.Params["batch"] = 8
	require.False(t, forecastOf(t, s, p, again, 0).Ran, "another shape")

	start.Paused = true
	mustAsk[protocol.RunInfo](t, s, p, "run.start", start)
	require.Zero(t, forecastOf(t, s, p, again, 0).Seconds, "never beside a run")
	mustAsk[protocol.RunState](t, s, p, "run.control", protocol.Control{Action: "stop"})
	require.NotEqual(t, info.Run, s.run.info.Run)
}

// Stages that go on from a model have its shape and their own lessons' length.
func TestForecastOfLaterStages(t *testing.T) {
	p := newPage()
	s, parent := pretrained(t, p, checkpoint.NewMemory(0, nil))
	talk := upload(t, s, p, "talk.jsonl", jsonl(talkLine, 40))
	pairs := upload(t, s, p, "pairs.jsonl", jsonl(pairLine, 40))
	for stage, lessons := range map[string]string{"sft": talk.ID, "lora": talk.ID, "dpo": pairs.ID, "reward": pairs.ID} {
		c := protocol.StartRun{Stage: stage, Parent: parent, Lessons: lessons}
		require.Positive(t, forecastOf(t, s, p, c, 0).Seconds, stage)
		c.Parent = "gone"
		require.Zero(t, forecastOf(t, s, p, c, 0).Seconds, stage)
	}
	require.Nil(t, s.run.problem)
}
