package stages

import (
	"encoding/json"
	"maps"
	"testing"

	"github.com/stretchr/testify/require"

	"sprout/core/problem"
)

// A stage that takes a label for certain can learn from the certain ones alone, as if
// there were no others, and says how many it leaves out.
func TestCertainty(t *testing.T) {
	s := pairSetup(t, map[string]float64{"steps": 4, "certainty": 0.75})
	sure, all := s, s
	all.Pairs = nil
	for i, p := range tastes(60) {
		if i%2 == 0 {
			sure.Pairs = append(sure.Pairs[:i/2:i/2], p)
		} else {
			p.P = 0.74
		}
		all.Pairs = append(all.Pairs, p)
	}
	want, run := steps(t, startOn(t, SimPO{}, sure), 4), startOn(t, SimPO{}, all)
	require.Equal(t, losses(want), losses(steps(t, run, 4)))
	require.Len(t, run.Info().Notes, 1)
	require.Equal(t, problem.Args{"left": 30, "pairs": 60, "certainty": 0.75}, run.Info().Notes[0].Args)
	all.Params = maps.Clone(s.Params)
	all.Params["certainty"] = 0.7
	run = startOn(t, SimPO{}, all)
	require.NotEqual(t, losses(want), losses(steps(t, run, 4)))
	require.Empty(t, run.Info().Notes)
	all.Params = s.Params
	all.Pairs = all.Pairs[:14] // 7 are certain
	require.Equal(t, "note_pairs_all_unsure", startOn(t, SimPO{}, all).Info().Notes[0].Code)
}

// A run from before there was the setting learned from all pairs, and does so when
// it is resumed.
func TestCertaintyOfOlderRuns(t *testing.T) {
	s := pairSetup(t, map[string]float64{"steps": 8, "certainty": 0.5})
	for i, p := range tastes(60) {
		if i%2 == 1 {
			p.P = 0.74
		}
		s.Pairs = append(s.Pairs, p)
	}
	whole := startOn(t, SimPO{}, s)
	want := steps(t, whole, 8)

	first := startOn(t, SimPO{}, s)
	steps(t, first, 4)
	half := save(t, first)
	var state map[string]any
	require.NoError(t, json.Unmarshal(half.State, &state))
	delete(state["params"].(map[string]any), "certainty")
	var err error
	half.State, err = json.Marshal(state)
	require.NoError(t, err)
	s.Resume, s.Parent, s.Params = half, nil, nil
	second := startOn(t, SimPO{}, s)
	require.Empty(t, second.Info().Notes)
	require.Equal(t, want[4:], steps(t, second, 4))
}

// So does DPO from when it chose pairs by certainty and took their labels for
// certain; its checkpoints have a setting that it has no more.
func TestDPOFromBeforeSoftLabels(t *testing.T) {
	s := pairSetup(t, map[string]float64{"steps": 8, "soft_labels": 0})
	for i, p := range tastes(60) {
		if i%2 == 1 {
			p.P = 0.7
		} else {
			p.P = 0.8
		}
		s.Pairs = append(s.Pairs, p)
	}
	sure := s
	sure.Pairs = nil
	for _, p := range s.Pairs {
		if p.label() >= 0.75 {
			sure.Pairs = append(sure.Pairs, p)
		}
	}
	want := steps(t, startOn(t, DPO{}, sure), 8)
	first := startOn(t, DPO{}, sure)
	steps(t, first, 4)
	for range 2 { // what is saved of the resumed run says the same
		half := save(t, first)
		var state map[string]any
		require.NoError(t, json.Unmarshal(half.State, &state))
		params := state["params"].(map[string]any)
		delete(params, "soft_labels")
		params["certainty"] = 0.75
		var err error
		half.State, err = json.Marshal(state)
		require.NoError(t, err)
		again := s
		again.Resume, again.Parent, again.Params = half, nil, nil
		first = startOn(t, DPO{}, again)
		require.Equal(t, 0.75, first.Info().Params["certainty"])
		require.Zero(t, first.Info().Params["soft_labels"])
		_, err = first.Evaluate()
		require.NoError(t, err)
	}
	require.Equal(t, losses(want[4:]), losses(steps(t, first, 4)))

	s.Params["certainty"] = 0.75
	_, err := DPO{}.Start(s)
	require.Equal(t, "param_unknown", problem.From(err).Code, "a person is told")
}

func losses(reports []Report) (out []float64) {
	for _, r := range reports {
		out = append(out, r.Metrics.TrainLoss)
	}
	return out
}
