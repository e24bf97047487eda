package stages

import (
	"testing"

	"github.com/stretchr/testify/require"

	"sprout/core/checkpoint"
	"sprout/core/nn"
	"sprout/core/tensor"
	"sprout/core/text"
	"sprout/core/world"
)

// policyStages are all stages that learn from their own answers.
var policyStages = []policyStage{PPO{}, GRPO{}, DrGRPO{}, DAPO{}, SPO{}}

// townSetup is a model that has read a little of a town and is to learn from its
// own answers to the town's questions.
func townSetup(t *testing.T, params map[string]float64) Setup {
	t.Helper()
	town := world.New(world.Config{Seed: 3})
	s := setup(nil)
	s.Town, s.Langs, s.Corpus = town, []world.Lang{world.EN}, nil
	s.Parent, s.Tokenizer = townParent(t, town)
	s.Params = map[string]float64{
		"steps": 12, "prompts": 3, "batch": 5, "epochs": 2, "max_tokens": 8, "lr": 1e-3, "warmup": 0, "target_kl": 0,
		"eval_every": 6, "sample_every": 6, "checkpoint_every": 5,
	}
	for k, v := range params {
		s.Params[k] = v
	}
	s.Reward = critic(t, s)
	return s
}

// critic is a reward model whose opinions are as good as random.
func critic(t *testing.T, s Setup) *checkpoint.Checkpoint {
	t.Helper()
	c := s.Parent.Clone()
	c.Meta.Stage, c.Tensors = "reward", c.Weights()
	cfg, err := nn.ParseConfig(c.Meta.Config)
	require.NoError(t, err)
	c.Tensors = append(c.Tensors,
		checkpoint.Tensor{Name: nn.Score.Weight(), Shape: tensor.Shape{1, cfg.Channels}, Data: make([]float32, cfg.Channels)},
		checkpoint.Tensor{Name: nn.Score.Bias(), Shape: tensor.Shape{1}, Data: []float32{3}})
	r := tensor.NewRNG(7)
	for i := range c.Tensors[len(c.Tensors)-2].Data {
		c.Tensors[len(c.Tensors)-2].Data[i] = float32(5 * r.Normal())
	}
	return c
}

// train makes so many steps, whatever comes before each.
func train(t *testing.T, run Run, n int) []Report {
	t.Helper()
	var out []Report
	for len(out) < n {
		r, err := run.Step()
		require.NoError(t, err)
		if r.Part == nil {
			registered(t, r.Metrics.Measures)
			out = append(out, r)
			continue
		}
		require.Equal(t, Report{Part: r.Part}, r)
	}
	return out
}

// townParent has read a few lines of a town, with a tokenizer for all of it.
func townParent(t *testing.T, town *world.Town) (*checkpoint.Checkpoint, *text.Tokenizer) {
	t.Helper()
	docs := []text.Doc{}
	for _, d := range town.Texts(world.Train, 40_000, world.EN) {
		docs = append(docs, text.TextDoc(d))
	}
	c := &text.Corpus{Name: "town", Train: docs[1:], HeldOut: docs[:1]}
	tok, err := text.TrainBPE(append(TownConversations(town, world.EN).Train[:100], docs...), text.BPEOptions{Merges: 150})
	require.NoError(t, err)
	s := setup(map[string]float64{"steps": 2, "context": 64})
	s.Corpus, s.Tokenizer = c, tok
	run := start(t, s)
	steps(t, run, 2)
	return save(t, run), tok
}

// Interrupted and resumed equals uninterrupted, between iterations, in the midst
// of one and in the midst of its rollout, whatever the number of workers.
func TestPolicyRunsResumeExactlyWithAnyWorkers(t *testing.T) {
	for _, stage := range oneOfAKind[policyStage](policyStages, PPO{}) {
		t.Run(stage.Name(), func(t *testing.T) {
			s := townSetup(t, nil)
			whole := startOn(t, stage, s)
			want := train(t, whole, 12)
			require.True(t, whole.Done())
			end := save(t, whole)

			s.Workers, s.Spawn = 2, elsewhere
			first := startOn(t, stage, s)
			var seen []Report
			for calls := 1; len(seen) < 7; calls++ {
				r, err := first.Step()
				require.NoError(t, err)
				if r.Part == nil {
					seen = append(seen, r)
				}
				if calls != 1 && len(seen) != 2 && len(seen) != 7 {
					continue
				}
				again := Setup{
					NewBackend: s.NewBackend, Workers: 3, Spawn: elsewhere, Resume: save(t, first), Tokenizer: s.Tokenizer,
					Town: s.Town, Langs: s.Langs, Run: s.Run,
				}
				rest := startOn(t, stage, again)
				require.Equal(t, want[len(seen):], train(t, rest, 12-len(seen)), "after %d steps", len(seen))
				got := save(t, rest)
				require.Equal(t, end.Tensors, got.Tensors)
				require.JSONEq(t, string(end.State), string(got.State))
				require.Equal(t, whole.History(), rest.History())
				rest.Close()
			}
			require.Equal(t, want[:7], seen)
		})
	}
}

// The policy that is trained is at first the one that has answered: nothing is
// clipped, every ratio is 1, and the probabilities of rollout and training agree.
func TestTheFirstMinibatchIsOnPolicy(t *testing.T) {
	for _, stage := range oneOfAKind[policyStage](policyStages, PPO{}) {
		for _, temperature := range []float64{1, 0.7} {
			run := startOn(t, stage, townSetup(t, map[string]float64{"temperature": temperature, "lr": 1e-2}))
			r := train(t, run, 2)
			m := r[0].Metrics.Measures
			require.InDelta(t, 1, m["ratio"], 1e-5, stage.Name())
			require.Zero(t, m["clip_fraction"])
			require.InDelta(t, 0, m["approx_kl"], 1e-7)
			require.InDelta(t, 0, m["kl"], 1e-3, "the reference is where the policy begins")
			require.Less(t, m["logprob_gap"], 1e-5)
			require.Positive(t, m["entropy"])
			require.Empty(t, run.Info().Notes)
			require.NotEqual(t, 1.0, r[1].Metrics.Measures["ratio"], "the next minibatch is not")
			require.Positive(t, r[1].Metrics.Measures["approx_kl"])
		}
	}
}
