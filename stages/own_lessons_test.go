package stages

import (
	"testing"

	"github.com/stretchr/testify/require"

	"sprout/core/nn"
	"sprout/core/problem"
	"sprout/core/text"
)

// With the head alone nothing else moves, to the bit, not even by decay; and the
// head learns.
func TestHeadAloneLeavesTheModelAsItIs(t *testing.T) {
	s := pairSetup(t, map[string]float64{"whole": 0, "lr": 1e-2, "weight_decay": 0.5})
	run := startOn(t, Reward{}, s)
	reports := steps(t, run, 20)
	require.Less(t, reports[19].Metrics.TrainLoss, reports[0].Metrics.TrainLoss)
	info := run.Info()
	require.Equal(t, info.Config.Channels+1, info.Trained)
	require.Greater(t, info.Parameters, info.Trained)
	c := save(t, run)
	require.Equal(t, info.Parameters, c.Meta.Parameters, "the checkpoint holds all of it")
	before := named(s.Parent, "")
	for _, x := range c.Weights() {
		if x.Name == nn.Score.Weight() || x.Name == nn.Score.Bias() {
			continue
		}
		require.Equal(t, before(x.Name), x.Data, x.Name)
	}
	require.NotZero(t, named(c, "")(nn.Score.Weight())[0])
	m := reports[19].Metrics.Measures
	require.Less(t, m["pair_accuracy_low"], m["pair_accuracy"])
	require.GreaterOrEqual(t, m["pair_accuracy_high"], m["pair_accuracy"])
}

// A policy practises on questions of one's own, answered or not, which graders of
// a town cannot judge.
func TestPolicyAsksOwnQuestions(t *testing.T) {
	ask := func(s string) text.Doc {
		return text.Doc{Turns: []text.Turn{{Role: text.RoleUser, Content: s}}}
	}
	s := townSetup(t, map[string]float64{"steps": 1})
	s.Conversations = &text.Corpus{Train: []text.Doc{ask("a"), ask("b"), ask("a")}, HeldOut: []text.Doc{ask("c")}}
	run := startOn(t, PPO{}, s)
	m := train(t, run, 1)[0].Metrics.Measures
	require.Contains(t, m, "reward")
	require.NotContains(t, m, "score", "nobody grades")

	alone := s
	alone.Conversations = &text.Corpus{Train: []text.Doc{ask("a"), ask("a")}}
	_, err := PPO{}.Start(alone)
	require.Equal(t, "prompts_few", problem.From(err).Code)
	s.Reward = nil
	_, err = PPO{}.Start(s)
	require.Equal(t, "reward_missing", problem.From(err).Code)
}
