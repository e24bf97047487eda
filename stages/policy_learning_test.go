package stages

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"sprout/core/backend"
	"sprout/core/backend/simd"
	"sprout/core/checkpoint"
	"sprout/core/nn"
	"sprout/core/parallel"
	"sprout/core/problem"
	"sprout/core/text"
)

// bandit is a game of one move: an answer has one token, and a reward model, fixed
// and as good as random, says what each is worth.
func bandit(t *testing.T, params map[string]float64) Setup {
	t.Helper()
	p := map[string]float64{
		"steps": 60, "prompts": 6, "batch": 48, "epochs": 1, "max_tokens": 1, "lr": 1e-2, "eval_every": 1000, "sample_every": 1000,
	}
	for k, v := range params {
		p[k] = v
	}
	s := townSetup(t, p)
	s.Parent = save(t, startOn(t, SFT{}, sftOf(s))) // SFT's longer context
	return s
}

// sftOf is a setup of SFT on the same parent.
func sftOf(s Setup) Setup {
	s.Reward, s.Params = nil, map[string]float64{"context": 96, "batch": 2, "steps": 1}
	return s
}

// Every stage makes the reward rise: by most of a standard deviation of what the
// first answers had.
func TestPoliciesEarnMore(t *testing.T) {
	natively(t)
	for _, stage := range policyStages {
		t.Run(stage.Name(), func(t *testing.T) {
			params := map[string]float64{}
			if stage.learner(withDefaults(t, stage)).group() == 1 {
				params["prompts"] = 48
			}
			run := startOn(t, stage, bandit(t, params))
			r := train(t, run, 60)
			first, last := r[0].Metrics.Measures, r[59].Metrics.Measures
			require.Greater(t, last["reward"], first["reward"]+0.8)
			require.Less(t, last["entropy"], first["entropy"])
			require.Greater(t, last["kl"], 0.5, "it has left the reference")
			require.Greater(t, last["heldout_reward"], 0.8, "on questions that it never learned from, too")
			require.Contains(t, last, "heldout_kl")
			require.Contains(t, last, "heldout_score")
		})
	}
}

func withDefaults(t *testing.T, stage Stage) map[string]float64 {
	t.Helper()
	preset, err := nn.FindPreset("seed")
	require.NoError(t, err)
	v, err := settings(stage.Params(preset), nil)
	require.NoError(t, err)
	return v
}

// With β = 0 nothing is charged for leaving the reference, with a large β the
// model stays near it, and a target moves β.
func TestPPOPaysForKL(t *testing.T) {
	natively(t)
	kl := map[float64]float64{}
	for _, beta := range []float64{0, 2} {
		r := train(t, startOn(t, PPO{}, bandit(t, map[string]float64{"prompts": 48, "beta": beta})), 60)
		kl[beta] = r[59].Metrics.Measures["kl"]
		require.Equal(t, beta, r[59].Metrics.Measures["beta"])
	}
	require.Less(t, 3*kl[2], kl[0])
	r := train(t, startOn(t, PPO{}, bandit(t, map[string]float64{"prompts": 48, "beta": 0.1, "kl_target": 1e-3})), 30)
	require.Equal(t, 0.1, r[0].Metrics.Measures["beta"])
	// The factor of a step is at most 1 + 0.1·0.2.
	require.InEpsilon(t, 0.1*math.Pow(1.02, 25), r[29].Metrics.Measures["beta"], 0.1)
}

// A policy that has moved too far ends the iteration early.
func TestTargetKLEndsAnIteration(t *testing.T) {
	natively(t)
	for target, want := range map[float64]int{0: 1, 1e-9: 3} {
		run := startOn(t, PPO{}, townSetup(t, map[string]float64{"epochs": 4, "prompts": 5, "target_kl": target, "lr": 1e-2}))
		r := train(t, run, 8)
		require.EqualValues(t, want, r[7].Metrics.Measures["iteration"]-r[0].Metrics.Measures["iteration"])
	}
}

// The step that shows it changes nothing any more, and a run that is saved there goes
// on as if it had not been.
func TestADriftTooLargeIsNotLearned(t *testing.T) {
	natively(t)
	s := townSetup(t, map[string]float64{"epochs": 4, "prompts": 5, "target_kl": 1e-9, "lr": 1e-2})
	run := startOn(t, PPO{}, s)
	train(t, run, 1)
	before := save(t, run)
	r := train(t, run, 1)
	after := save(t, run)
	require.Greater(t, r[0].Metrics.Measures["approx_kl"], 1e-9)
	require.Equal(t, 2, after.Meta.Step)
	require.Equal(t, before.Tensors, after.Tensors)
	want := train(t, run, 3)
	require.NotEqual(t, after.Tensors, save(t, run).Tensors)
	s.Parent, s.Params, s.Resume = nil, nil, after
	require.Equal(t, want, train(t, startOn(t, PPO{}, s), 3))
}

// Groups in which nothing is better than anything else teach nothing: GRPO goes on
// without, DAPO asks other questions instead.
func TestEqualGroups(t *testing.T) {
	for _, stage := range []policyStage{GRPO{}, DAPO{}} {
		s := townSetup(t, map[string]float64{"reward": float64(byTruth), "overlong": 0})
		if stage.Name() == "grpo" {
			delete(s.Params, "overlong")
		}
		run := startOn(t, stage, s)
		r := train(t, run, 3)
		m := r[0].Metrics
		require.Zero(t, m.Measures["unequal_groups"], "it knows no answer yet")
		require.InDelta(t, 0, m.TrainLoss, 1e-9)
		asked := run.memory.(*practice).memory.Place
		if stage.Name() == "grpo" {
			require.Equal(t, 3, asked)
			require.Len(t, run.memory.(*practice).memory.Attempts, 3*groupSize)
			continue
		}
		require.Equal(t, 3*(1+fillRounds), asked)
		require.Len(t, run.memory.(*practice).memory.Attempts, groupSize)
	}
}

// All answers that were sampled are measured, not those alone that are learned from;
// what long ones lose is taken off on held-out questions, too.
func TestDAPOMeasuresAllAnswers(t *testing.T) {
	s := townSetup(t, map[string]float64{"reward": float64(byModel), "overlong": 8})
	run := startOn(t, DAPO{}, s)
	p := run.memory.(*practice)
	var skipped []float64
	p.learner = skipsTheFirst{p.learner.(dapoLearner), &skipped}
	m := train(t, run, 1)[0].Metrics.Measures
	all := append(rewardsIn(p.memory.Attempts), skipped...)
	require.Len(t, all, (3+1)*groupSize)
	sum := 0.0
	for _, r := range all {
		sum += r
	}
	require.InDelta(t, sum/float64(len(all)), m["reward"], 1e-9)

	s.Params["reward"] = float64(byTruth)
	e, err := startOn(t, DAPO{}, s).Evaluate()
	require.NoError(t, err)
	require.Equal(t, "heldout_reward", save(t, run).Meta.Best)
	require.Less(t, e.Measures["heldout_reward"], 0.0, "it knows nothing yet, and says it at length")
}

// skipsTheFirst skips one group, whatever it is worth.
type skipsTheFirst struct {
	dapoLearner
	skipped *[]float64
}

func (l skipsTheFirst) skips(rewards []float64) bool {
	if *l.skipped != nil {
		return false
	}
	*l.skipped = rewards
	return true
}

func TestOverlongAnswersLose(t *testing.T) {
	l := dapoLearner{groupLearner{limit: 20}, 8}
	for tokens, want := range map[int]float64{1: 0, 12: 0, 13: 0.125, 16: 0.5, 20: 1} {
		require.Equal(t, want, l.penalty(tokens), "%d tokens", tokens)
	}
	l.overlong = 0
	require.Zero(t, l.penalty(20))
	l.overlong = 40
	require.Equal(t, 0.5, l.penalty(20))
}

// A diverging step goes back to the beginning of an iteration, from where the run
// can be resumed to the bits that it would have had.
func TestADivergingPolicyGoesBackToAnIteration(t *testing.T) {
	natively(t)
	s := townSetup(t, map[string]float64{"epochs": 4})
	want := train(t, startOn(t, PPO{}, s), 12)
	run := startOn(t, PPO{}, s)
	train(t, run, 6)
	p := run.memory.(*practice)
	p.memory.Attempts[0].Advantages[0] = math.NaN()
	var err error
	for err == nil {
		_, err = run.Step()
	}
	require.Equal(t, "training_diverged", problem.From(err).Code)
	kept := run.step
	require.Less(t, kept, 6)
	again := s
	again.Parent, again.Params, again.Resume = nil, nil, save(t, run)
	require.Equal(t, want[kept:], train(t, startOn(t, PPO{}, again), 12-kept))
}

// Weights that are still numbers, but too large to say anything, are found when
// the next answers are sampled, and the run goes back all the same.
func TestAPolicyThatSaysNothingGoesBack(t *testing.T) {
	natively(t)
	s := townSetup(t, nil)
	want := train(t, startOn(t, PPO{}, s), 8)
	for _, workers := range []int{1, 3} {
		s.Workers = workers
		run := startOn(t, PPO{}, s)
		train(t, run, 4)
		p := run.memory.(*practice)
		for p.memory.At < p.minibatches()*p.epochs {
			train(t, run, 1)
		}
		shout(run)
		_, err := run.Step()
		require.Error(t, err)
		require.Equal(t, "training_diverged", problem.From(err).Code, err)
		kept := run.step
		again := s
		again.Parent, again.Params, again.Resume = nil, nil, save(t, run)
		require.NoError(t, checkpoint.CheckFinite(again.Resume.Tensors))
		require.Equal(t, want[kept:], train(t, startOn(t, PPO{}, again), 8-kept))
	}
}

// A run that is saved between the answers of an iteration and its first step, and
// then diverges, goes back to where it would have gone without the break.
func TestAResumedPolicyGoesBackToItsIteration(t *testing.T) {
	natively(t)
	s := townSetup(t, map[string]float64{"reward": float64(byModel), "kl_target": 1e-3, "beta": 0.1})
	want := train(t, startOn(t, PPO{}, s), 6)
	run := startOn(t, PPO{}, s)
	train(t, run, 4)
	ready := func(run *trainer) *practice {
		p := run.memory.(*practice)
		for len(p.memory.Attempts) == 0 || p.memory.At > 0 {
			r, err := run.Step()
			require.NoError(t, err)
			require.NotNil(t, r.Part)
		}
		return p
	}
	ready(run)
	again := s
	again.Parent, again.Params, again.Resume = nil, nil, save(t, run)
	second := startOn(t, PPO{}, again)
	ready(second).memory.Attempts[0].Advantages[0] = math.NaN()
	_, err := second.Step()
	require.Equal(t, "training_diverged", problem.From(err).Code, err)
	again.Resume = save(t, second)
	require.Equal(t, want[second.step:], train(t, startOn(t, PPO{}, again), 6-second.step))
}

// A resumed run keeps the β that it has come to, unless it is given another one;
// what its answers depend on cannot be changed.
func TestChangedSettingsOfAResumedPolicy(t *testing.T) {
	natively(t)
	s := townSetup(t, map[string]float64{"beta": 0.1, "kl_target": 1e-3})
	run := startOn(t, PPO{}, s)
	train(t, run, 6)
	adapted := run.memory.(*practice).memory.Beta
	require.NotEqual(t, 0.1, adapted)
	s.Parent, s.Resume, s.Params = nil, save(t, run), map[string]float64{"beta": 0.1}
	require.Equal(t, adapted, startOn(t, PPO{}, s).memory.(*practice).memory.Beta)
	s.Params = map[string]float64{"beta": 0.3}
	require.Equal(t, 0.3, startOn(t, PPO{}, s).memory.(*practice).memory.Beta)
	for key, value := range map[string]float64{"reward": float64(byTruth), "temperature": 0.5, "max_tokens": 3} {
		s.Params = map[string]float64{key: value}
		_, err := PPO{}.Start(s)
		require.Error(t, err, key)
		p := problem.From(err)
		require.Equal(t, "resume_setting", p.Code, err)
		require.Equal(t, key, p.Args["key"])
	}
}

// A single answer cannot be compared with others, so SPO asks two questions at least;
// runs from when it could ask one go on.
func TestSPOWithOneQuestion(t *testing.T) {
	s := townSetup(t, map[string]float64{"prompts": 1, "first_samples": 0, "batch": 1, "epochs": 1})
	_, err := SPO{}.Start(s)
	require.Error(t, err)
	require.Equal(t, "param_range", problem.From(err).Code)
	s.Params["prompts"] = 2
	run := startOn(t, SPO{}, s)
	train(t, run, 2)
	run.values["prompts"] = 1
	s.Parent, s.Params, s.Resume = nil, nil, save(t, run)
	again := startOn(t, SPO{}, s)
	require.Equal(t, 1.0, again.Info().Params["prompts"])
	train(t, again, 1)
}

// The value head of a policy is no obstacle to what comes after it.
func TestAPolicyIsAParent(t *testing.T) {
	s := townSetup(t, map[string]float64{"steps": 2})
	run := startOn(t, PPO{}, s)
	train(t, run, 2)
	c := save(t, run)
	specs, err := Specs(c.Meta, run.cfg)
	require.NoError(t, err)
	require.NoError(t, c.Check(specs))
	require.Equal(t, run.Info().Parameters, run.cfg.ParamCount()+run.cfg.Channels+1)
	s.Parent, s.Params = c, map[string]float64{"steps": 1, "max_tokens": 4}
	for _, stage := range []Stage{GRPO{}, PPO{}} {
		startOn(t, stage, s)
	}
	startOn(t, SFT{}, sftOf(s))
	be := simd.New()
	defer be.Close()
	p, err := LoadModel(be, c, nil)
	require.NoError(t, err)
	p.Close()
}

// All models and caches of all workers are counted.
func TestMemoryOfPPO(t *testing.T) {
	s := townSetup(t, nil)
	run := startOn(t, PPO{}, s)
	before := run.Info().Bytes
	train(t, run, 1)
	slab := 4 * int64(run.model.Slab.Len())
	require.Greater(t, before, 7*slab, "model, gradient, two moments, three kept, reference, reward model")
	require.Greater(t, run.Info().Bytes, before, "the rollout's cache and the passes over answers")
	s.Workers = 2
	two := startOn(t, PPO{}, s)
	train(t, two, 1)
	require.Greater(t, two.Info().Bytes, run.Info().Bytes+4*slab)
}

func TestBadPolicySetups(t *testing.T) {
	natively(t)
	for code, spoil := range map[string]func(s *Setup){
		"parent_missing": func(s *Setup) { s.Parent = nil },
		"parent_stage":   func(s *Setup) { s.Parent = s.Reward },
		"reward_head":    func(s *Setup) { s.Reward = s.Parent },
		"reward_tokenizer": func(s *Setup) {
			s.Reward.Tokenizer = text.NewByte().JSON()
		},
		"model_unsupported": func(s *Setup) {
			s.Reward.Meta.Config = []byte(`{"model_type":"gpt2"}`)
		},
		"checkpoint_tensor_missing": func(s *Setup) {
			s.Reward.Tensors = s.Reward.Tensors[1:]
		},
		"model_not_finite": func(s *Setup) {
			s.Reward.Tensors[0].Data[5] = float32(math.NaN())
		},
		"reward_missing": func(s *Setup) {
			s.Reward, s.Town, s.Conversations = nil, nil, talks(20)
		},
		"reward_graders": func(s *Setup) {
			s.Town, s.Conversations, s.Params["reward"] = nil, talks(20), float64(byGraders)
		},
		"conversations_missing": func(s *Setup) { s.Town = nil },
		"prompt_too_long":       func(s *Setup) { s.Params["max_tokens"] = 60 },
		"param_range":           func(s *Setup) { s.Params["temperature"] = 0 },
		"param_unknown":         func(s *Setup) { s.Params["group"] = 8 },
	} {
		t.Run(code, func(t *testing.T) {
			s := townSetup(t, nil)
			s.Reward = s.Reward.Clone()
			spoil(&s)
			_, err := PPO{}.Start(s)
			require.Error(t, err)
			require.Equal(t, code, problem.From(err).Code, "%v", err)
		})
	}
	// A reward that was asked for explicitly and is not there, and one that is not
	// a number.
	s := townSetup(t, map[string]float64{"reward": float64(byModel)})
	s.Reward = nil
	_, err := PPO{}.Start(s)
	require.Equal(t, "reward_missing", problem.From(err).Code)
	s = townSetup(t, nil)
	s.Reward.Tensors[0].Data[0] = math.MaxFloat32
	run := startOn(t, PPO{}, s)
	nan := s.Reward.Tensors[len(s.Reward.Tensors)-2]
	require.Equal(t, nn.Score.Weight(), nan.Name)
	for i := range nan.Data {
		nan.Data[i] = float32(math.Inf(1))
	}
	require.NoError(t, run.be.Write(run.beside[rewardModel].At(nan.Name), nan.Data))
	_, err = run.Step()
	require.Equal(t, "reward_not_finite", problem.From(err).Code)
}

// The reward of answers without an end is told by itself, where there are any.
func TestRewardOfCutAnswers(t *testing.T) {
	all := []attempt{{Tokens: []int32{9}, Reward: 1}, {Tokens: []int32{9}, Reward: -2, Truncated: true}, {Tokens: []int32{9}, Reward: -4, Truncated: true}}
	m := measureAttempts([]task{{}}, all)
	require.Equal(t, -3.0, m["reward_truncated"])
	require.InDelta(t, 2./3, m["truncated"], 1e-12)
	require.NotContains(t, measureAttempts([]task{{}}, all[:1]), "reward_truncated")
	require.NotEmpty(t, Measures["heldout_reward_truncated"])
}

// What an iteration keeps has a bound, and a setting beyond it is refused before
// anything is allocated.
func TestIterationsHaveABound(t *testing.T) {
	for name, c := range map[string]struct {
		stage  Stage
		params map[string]float64
	}{
		"group":         {GRPO{}, map[string]float64{"prompts": 512, "group": 64, "max_tokens": 512}},
		"prompts":       {GRPO{}, map[string]float64{"prompts": 512, "group": 64, "max_tokens": 62}},
		"first samples": {SPO{}, map[string]float64{"first_samples": 64, "max_tokens": 512}},
	} {
		s := townSetup(t, c.params)
		s.NewBackend = func() (backend.Backend, error) { panic("nothing is to be allocated") }
		_, err := c.stage.Start(s)
		require.Error(t, err, name)
		p := problem.From(err)
		require.Equal(t, "iteration_large", p.Code, name)
		require.Equal(t, mostIterationTokens, p.Args["most"])
		require.Equal(t, p.Args["tokens"], p.Args["prompts"].(int)*p.Args["group"].(int)*p.Args["answer"].(int))
	}
	require.NoError(t, checkIteration(GRPO{}.learner(map[string]float64{"group": 8}), map[string]float64{"prompts": 512, "max_tokens": 488}, 9999))
	require.NoError(t, checkIteration(PPO{}.learner(map[string]float64{}), map[string]float64{"prompts": 512, "max_tokens": 512}, 9999))
}

// A checkpoint whose memory was tampered with is refused.
func TestBadPolicyMemory(t *testing.T) {
	s := townSetup(t, nil)
	run := startOn(t, PPO{}, s)
	train(t, run, 1)
	c := save(t, run)
	for name, spoil := range map[string]func(m *practiceMemory){
		"task":     func(m *practiceMemory) { m.Attempts[0].Task = 1 << 20 },
		"token":    func(m *practiceMemory) { m.Attempts[0].Tokens[0] = -1 },
		"length":   func(m *practiceMemory) { m.Attempts[0].Values = nil },
		"at":       func(m *practiceMemory) { m.At = -1 },
		"trackers": func(m *practiceMemory) { m.Trackers = make([]promptTracker, 3) },
	} {
		var state runState
		require.NoError(t, json.Unmarshal(c.State, &state))
		var m practiceMemory
		require.NoError(t, json.Unmarshal(state.Memory, &m))
		spoil(&m)
		state.Memory = mustJSON(m)
		bad := c.Clone()
		bad.State = mustJSON(state)
		again := s
		again.Parent, again.Params, again.Resume = nil, nil, bad
		_, err := PPO{}.Start(again)
		require.Equal(t, "resume_state", problem.From(err).Code, name)
	}
	bad := c.Clone()
	bad.Tensors = bad.Tensors[:len(bad.Tensors)-1]
	again := s
	again.Parent, again.Params, again.Resume = nil, nil, bad
	_, err := PPO{}.Start(again)
	require.Equal(t, "resume_state", problem.From(err).Code)
}

// The workers of a run without a town learn from the conversations' questions.
func TestPoliciesLearnFromConversations(t *testing.T) {
	s := sftSetup(t, nil)
	s.Params = map[string]float64{"steps": 4, "prompts": 4, "batch": 4, "max_tokens": 8, "eval_every": 4}
	cfg, err := nn.ParseConfig(s.Parent.Meta.Config)
	require.NoError(t, err)
	cfg.Context = 128
	s.Parent.Meta.Config = mustJSON(cfg)
	s.Reward = critic(t, s)
	run := startOn(t, PPO{}, s)
	r := train(t, run, 4)
	require.Contains(t, r[3].Metrics.Measures, "heldout_reward")
	require.NotContains(t, r[3].Metrics.Measures, "score", "no grader knows these questions")
	require.Equal(t, parallel.Shards(4), run.Info().MaxWorkers)
}
