package stages

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"sprout/core/parallel"
	"sprout/core/problem"
	"sprout/core/tensor"
)

// What is told of an iteration are the very numbers that the steps learn from,
// in the first iteration, in a later one, and in a run that goes on from it.
func TestIterationsAreToldAsTheyAre(t *testing.T) {
	for _, stage := range []policyStage{GRPO{}, SPO{}} {
		t.Run(stage.Name(), func(t *testing.T) {
			s := townSetup(t, nil)
			run := startOn(t, stage, s)
			require.Nil(t, run.Iteration(), "nothing was answered yet")
			r := train(t, run, 1)
			p := run.memory.(*practice)
			first := run.Iteration()
			require.Equal(t, 1, first.Number)
			require.Zero(t, first.Step)
			require.Equal(t, "model", first.Source)
			require.Len(t, first.Rewards, len(p.memory.Attempts))
			require.InDelta(t, r[0].Metrics.Measures["reward"], mean(first.Rewards), 1e-9)
			require.InDelta(t, r[0].Metrics.Measures["kl"], mean(first.KL), 1e-9)
			require.InDelta(t, r[0].Metrics.Measures["score"], mean(first.Grades), 1e-9)
			require.Equal(t, first.Outcomes, *first.First)
			G := p.learner.group()
			require.Equal(t, G, first.Group)
			for at := 0; at+G <= len(first.Shown); at += G {
				sum := 0.0
				for _, a := range first.Shown[at : at+G] {
					require.Equal(t, first.Shown[at].Prompt, a.Prompt, "a group answers one prompt")
					sum += a.Advantage
				}
				if G > 1 {
					require.InDelta(t, 0, sum, 1e-6)
				}
			}
			if G == 1 {
				asked := 0
				for _, tr := range first.Trackers {
					asked += tr.Asked
					require.InDelta(t, tr.A/(tr.A+tr.B), tr.Value, 1e-12)
				}
				require.Equal(t, 2*len(p.train)+len(first.Rewards), asked, "two first answers to each")
				x := first.Shown[0]
				require.Equal(t, x.Before.Asked+1, x.After.Asked)
				require.NotEqual(t, x.Before.Value, x.After.Value)
			}
			for run.step < 11 || run.Iteration() == nil {
				train(t, run, 1)
			}
			later := run.Iteration()
			require.Greater(t, later.Number, 1)
			require.Equal(t, *first.First, *later.First)
			require.LessOrEqual(t, later.Step, run.step)

			c := save(t, run)
			s.Resume = c
			again := startOn(t, stage, s).Iteration()
			require.Equal(t, later, again)
		})
	}
}

// Numbers that no run could have left behind are refused.
func TestTrackersInACheckpointAreHeldAgainstSense(t *testing.T) {
	s := townSetup(t, nil)
	run := startOn(t, SPO{}, s)
	train(t, run, 1)
	c := save(t, run)
	var state runState
	require.NoError(t, json.Unmarshal(c.State, &state))
	var memory practiceMemory
	require.NoError(t, json.Unmarshal(state.Memory, &memory))
	memory.Attempts[0].Before.A = 0
	state.Memory = mustJSON(memory)
	c.State = mustJSON(state)
	s.Resume = c
	_, err := SPO{}.Start(s)
	require.Equal(t, "resume_state", problem.From(err).Code)
}

// The pairs that a measurement tells of are those of its means.
func TestPairsAreToldOneByOne(t *testing.T) {
	for _, stage := range []Stage{Reward{}, DPO{}, SimPO{}} {
		run := startOn(t, stage, pairSetup(t, nil))
		r := train(t, run, 10)
		e := r[9].Measured
		require.NotNil(t, e, stage.Name())
		require.Nil(t, r[8].Measured)
		chosen, rejected, right := 0.0, 0.0, 0.0
		for _, p := range e.Pairs {
			chosen += p.Chosen / float64(len(e.Pairs))
			rejected += p.Rejected / float64(len(e.Pairs))
			right += won(p.Chosen-p.Rejected) / float64(len(e.Pairs))
		}
		require.InDelta(t, e.Measures["heldout_chosen"], chosen, 1e-9)
		require.InDelta(t, e.Measures["heldout_rejected"], rejected, 1e-9)
		require.InDelta(t, e.Measures["pair_accuracy"], right, 1e-9)
	}
}

// A judge's cases come to its agreement and its bias.
func TestCasesOfAJudge(t *testing.T) {
	s, _ := villager(t)
	s.Params["eval_every"] = 1
	run := startOn(t, TownJudge{}, s)
	e := train(t, run, 1)[0].Measured
	agreed, heard, bias := 0.0, 0.0, 0.0
	for _, c := range e.Cases {
		bias += ((c.AFirst+1-c.BFirst)/2 - 0.5) / float64(len(e.Cases))
		if !c.Alone {
			sign := -1.0
			if c.ABetter {
				sign = 1
			}
			agreed += won(sign * ((c.AFirst+c.BFirst)/2 - 0.5))
			heard++
		}
	}
	require.NotZero(t, heard)
	require.InDelta(t, e.Measures["agreement"], agreed/heard, 1e-9)
	require.InDelta(t, e.Measures["position_bias"], bias, 1e-9)
}

// What a step did to the weights, worked out from what it left behind, is what
// comparing them before and after says. The gradient's norms make up the whole.
func TestNormsOfAStep(t *testing.T) {
	s := setup(map[string]float64{"steps": 6, "weight_decay": 0.3, "eval_every": 100, "sample_every": 100, "lr": 1e-2, "warmup": 0})
	run := startOn(t, Pretrain{}, s)
	step, all, err := run.Norms()
	require.NoError(t, err)
	require.Zero(t, step)
	for _, n := range all {
		require.Zero(t, n.Update, "no step was made yet")
	}
	weights := func() map[string][]float32 {
		out := map[string][]float32{}
		require.NoError(t, run.model.Dump(func(name string, _ tensor.Shape, data []float32) { out[name] = data }))
		return out
	}
	var before map[string][]float32
	var last Report
	for range 3 {
		before = weights()
		last = train(t, run, 1)[0]
	}
	after := weights()
	step, all, err = run.Norms()
	require.NoError(t, err)
	require.Equal(t, 3, step)
	require.Len(t, all, len(after))
	squares := 0.0
	for _, n := range all {
		moved, weight := 0.0, 0.0
		for i, w := range after[n.Name] {
			moved += math.Pow(float64(w)-float64(before[n.Name][i]), 2)
			weight += float64(w) * float64(w)
		}
		require.InEpsilon(t, math.Sqrt(moved), n.Update, 1e-3, n.Name)
		require.InEpsilon(t, math.Sqrt(weight), n.Weight, 1e-5, n.Name)
		squares += *n.Gradient * *n.Gradient
	}
	require.InEpsilon(t, last.Metrics.GradNorm, math.Sqrt(squares), 1e-4)
	require.Equal(t, after, weights(), "looking changes nothing")

	_, err = run.Profile()
	require.NoError(t, err)
	_, all, err = run.Norms()
	require.NoError(t, err)
	require.Nil(t, all[0].Gradient, "timing the step has used its place")
	train(t, run, 1)
	_, all, err = run.Norms()
	require.NoError(t, err)
	require.NotNil(t, all[0].Gradient)
}

// A student that is its teacher expects the same at every temperature; another
// one is nearer to it the higher the temperature, and what is told of the tokens
// are probabilities of the whole vocabulary.
func TestWhatTeacherAndStudentExpect(t *testing.T) {
	s := taughtSetup(t, nil)
	ids := s.Tokenizer.Encode("the fox")
	T := []float64{0.1, 1, 4, 50}
	run := startTaughtRun(t, Distill{}, s)
	next, err := run.NextToken(ids, T, 5)
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(next.Tokens), 5)
	require.Less(t, next.Shapes[1].ParamCount(), next.Shapes[0].ParamCount())
	for i, x := range next.At {
		require.Equal(t, T[i], x.Temperature)
		require.Positive(t, x.KL)
		if i > 0 {
			require.Less(t, x.KL, next.At[i-1].KL, "the student is far away at first")
			require.Greater(t, x.Entropy[0], next.At[i-1].Entropy[0])
		}
	}
	// The cross-entropy of the teacher's likeliest token is what scoring says.
	b := run.scoring(teacherLossesService)
	row := append(append([]int32{}, ids...), 0)
	targets := append(append([]int32{}, ids[1:]...), next.Tokens[0], 0)
	mask := make([]float32, len(row))
	mask[len(ids)-1] = 1
	require.NoError(t, b(&parallel.Batch{Rows: 1, Ints: [][]int32{row, targets}, Floats: [][]float32{mask}}, func(_ int, losses []float32) {
		require.InDelta(t, math.Exp(-float64(losses[len(ids)-1])), next.At[1].Teacher[0], 1e-5)
	}))

	twin := s
	twin.Parent = s.Teacher.Clone()
	twin.Params = map[string]float64{"steps": 12}
	same, err := startTaughtRun(t, Distill{}, twin).NextToken(ids, T, 5)
	require.NoError(t, err)
	for _, x := range same.At {
		require.InDelta(t, 0, x.KL, 1e-9)
		require.Equal(t, x.Teacher, x.Student)
	}

	_, err = startOn(t, Pretrain{}, setup(nil)).NextToken(ids, T, 5)
	require.Equal(t, "no_teacher", problem.From(err).Code)
}

// A dozen pairs are told in words: some always the same ones, and those that are
// ranked wrong; what is said of them against the reference is what they gain.
func TestPairsAreToldInWords(t *testing.T) {
	for _, stage := range []Stage{Reward{}, DPO{}, SimPO{}} {
		s := pairSetup(t, nil)
		run := startOn(t, stage, s)
		r := train(t, run, 10)
		e := r[9].Measured
		require.LessOrEqual(t, len(e.Told), toldPairs)
		require.NotEmpty(t, e.Told)
		for _, p := range e.Told {
			require.NotEmpty(t, p.Question)
			require.NotEmpty(t, p.Chosen)
			require.NotEqual(t, p.Chosen, p.Rejected)
			gain := e.Pairs[p.At]
			if p.Reference == nil {
				require.NotEqual(t, "dpo", stage.Name())
				require.InDelta(t, gain.Chosen, p.Said.Chosen, 1e-9)
				continue
			}
			require.InDelta(t, gain.Chosen, p.Said.Chosen-p.Reference.Chosen, 1e-6)
			require.InDelta(t, gain.Rejected, p.Said.Rejected-p.Reference.Rejected, 1e-6)
		}
	}
	gains := make([]PairGain, 40)
	for i := range gains {
		gains[i].Chosen = 1
	}
	gains[7].Rejected, gains[9].Rejected = 2, 3
	told := worthTelling(gains)
	require.Len(t, told, toldPairs)
	require.Equal(t, []int{0, 6, 13, 20, 26, 33, 9, 7}, told[:8])
	require.Len(t, worthTelling(gains[:5]), 5)
}

// A reward model scores any text as its run does, and token by token up to that.
func TestRewardsOfAnyText(t *testing.T) {
	s := pairSetup(t, nil)
	run := startOn(t, Reward{}, s)
	r := train(t, run, 10)
	w := NewRewarder(run.Model(), run.Tokenizer())
	defer w.Close()
	centred, err := w.Centred()
	require.NoError(t, err)
	require.False(t, centred)
	for _, p := range r[9].Measured.Told {
		said, err := w.Rewards(p.Question, []string{p.Chosen, p.Rejected})
		require.NoError(t, err)
		require.InDelta(t, p.Said.Chosen, said[0], 1e-4)
		require.InDelta(t, p.Said.Rejected, said[1], 1e-4)
		ids, grown, err := w.Growing(p.Question, p.Chosen, 1000)
		require.NoError(t, err)
		require.Equal(t, p.Chosen, words(run.Tokenizer(), ids))
		require.InDelta(t, said[0], grown[len(grown)-1], 1e-4)
	}
	for want, asked := range map[string][2]string{
		"score_empty":    {"Who?", ""},
		"score_too_long": {"Who?", string(make([]byte, 5000))},
	} {
		_, err := w.Rewards(asked[0], []string{asked[1]})
		require.Equal(t, want, problem.From(err).Code)
	}
	c := save(t, run)
	_, err = LoadRewardModel(run.be, s.Parent, run.Tokenizer())
	require.Equal(t, "reward_head", problem.From(err).Code)
	p, err := LoadRewardModel(run.be, c, run.Tokenizer())
	require.NoError(t, err)
	defer p.Close()
	saved := NewRewarder(p, run.Tokenizer())
	defer saved.Close()
	among, err := saved.Pairs(s.Pairs, nil)
	require.NoError(t, err)
	require.Len(t, among, len(r[9].Measured.Pairs))
	for i, g := range r[9].Measured.Pairs {
		require.InDelta(t, g.Chosen, among[i].Chosen, 1e-4)
	}
}
