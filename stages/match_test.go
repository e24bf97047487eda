package stages

import (
	"testing"

	"github.com/stretchr/testify/require"

	"sprout/core/backend"
	"sprout/core/backend/simd"
	"sprout/core/checkpoint"
	"sprout/core/problem"
	"sprout/core/text"
	"sprout/core/world"
)

// examTown is a town, and a model that has read a little about it.
func examTown(t *testing.T, stage Stage, parent *checkpoint.Checkpoint, steps int, params map[string]float64) (*world.Town, *text.Corpus, *checkpoint.Checkpoint) {
	t.Helper()
	town := world.New(world.Config{Seed: 3})
	c := townText(town, 30_000)
	s := setup(nil)
	s.Corpus, s.Town, s.Parent = c, town, parent
	s.Tokenizer = text.TrainChar(append(c.All(), TownConversations(town).All()...), text.CharOptions{})
	s.Params = map[string]float64{"steps": float64(steps), "batch": 4, "eval_every": 1000, "sample_every": 1000, "checkpoint_every": 1000}
	for k, v := range params {
		s.Params[k] = v
	}
	run, err := stage.Start(s)
	require.NoError(t, err)
	t.Cleanup(run.Close)
	for !run.Done() {
		_, err := run.Step()
		require.NoError(t, err)
	}
	ck, err := run.Save(checkpoint.Final)
	require.NoError(t, err)
	return town, c, ck
}

func townText(town *world.Town, bytes int) *text.Corpus {
	c := &text.Corpus{Name: "town", Format: "town"}
	for _, s := range town.Texts(world.Train, bytes) {
		c.Train = append(c.Train, text.TextDoc(s))
	}
	for _, s := range town.Texts(world.HeldOut, 6_000) {
		c.HeldOut = append(c.HeldOut, text.TextDoc(s))
	}
	return c
}

func machine(workers int) Machine {
	return Machine{
		NewBackend: func() (backend.Backend, error) { return simd.New(), nil },
		Workers:    workers, Spawn: elsewhere,
	}
}

func TestCompare(t *testing.T) {
	town, _, base := examTown(t, Pretrain{}, nil, 3, map[string]float64{"context": 64})
	_, _, sft := examTown(t, SFT{}, base, 6, map[string]float64{"context": 160})
	o := ReportOptions{Machine: machine(1), Town: town, Prompts: 12, Seed: 5}

	self, err := Compare(Examinee{Checkpoint: sft}, Examinee{Checkpoint: sft}, o)
	require.NoError(t, err)
	require.Equal(t, 12, self.Ties)
	require.Equal(t, 0.5, self.WinRate.Value)
	require.InDelta(t, 0, self.KL.Value, 1e-4)
	require.Equal(t, self.Score, self.Against)

	var first Match
	for workers := 1; workers <= 3; workers++ {
		o.Machine = machine(workers)
		c, err := Compare(Examinee{Checkpoint: sft}, Examinee{Checkpoint: base}, o)
		require.NoError(t, err)
		if workers == 1 {
			first = c
		}
		require.Equal(t, first, c)
	}
	require.Positive(t, first.KL.Value)
	require.Less(t, first.KLPerToken.Value, first.KL.Value)

	o.Temperature = 0.7
	c, err := Compare(Examinee{Checkpoint: sft}, Examinee{Checkpoint: base}, o)
	require.NoError(t, err)
	require.Nil(t, c.KL)
}

func TestCompareProblems(t *testing.T) {
	town, _, base := examTown(t, Pretrain{}, nil, 1, map[string]float64{"context": 64})
	o := ReportOptions{Machine: machine(1), Prompts: 4}
	code := func(a, b *checkpoint.Checkpoint) string {
		_, err := Compare(Examinee{Checkpoint: a}, Examinee{Checkpoint: b}, o)
		require.Error(t, err)
		return problem.From(err).Code
	}
	require.Equal(t, "report_without_town", code(base, base))
	o.Town = town
	other := base.Clone()
	other.Tokenizer = text.NewByte().JSON()
	require.Equal(t, "report_tokenizer", code(base, other))
	reward := base.Clone()
	reward.Meta.Stage = "reward"
	require.Equal(t, "report_stage", code(reward, base))
}
