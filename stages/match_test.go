package stages

import (
	"testing"

	"github.com/stretchr/testify/require"

	"sprout/core/backend"
	"sprout/core/backend/simd"
	"sprout/core/checkpoint"
	"sprout/core/nn"
	"sprout/core/problem"
	"sprout/core/text"
	"sprout/core/world"
)

// exam is a small town with models of several stages that know little of it.
type exam struct {
	town   *world.Town
	corpus *text.Corpus
	tok    *text.Tokenizer
}

func newExam() exam {
	x := exam{town: world.New(world.Config{Seed: 3}), corpus: &text.Corpus{Name: "town", Format: "town"}}
	for _, s := range x.town.Texts(world.Train, 60_000) {
		x.corpus.Train = append(x.corpus.Train, text.TextDoc(s))
	}
	for _, s := range x.town.Texts(world.HeldOut, 6_000) {
		x.corpus.HeldOut = append(x.corpus.HeldOut, text.TextDoc(s))
	}
	var err error
	if x.tok, err = text.TrainBPE(x.corpus.Train, text.BPEOptions{Merges: 300}); err != nil {
		panic(err)
	}
	return x
}

// after is a checkpoint of a stage after some steps.
func (x exam) after(t *testing.T, stage Stage, parent *checkpoint.Checkpoint, n int, params map[string]float64) *checkpoint.Checkpoint {
	t.Helper()
	s := setup(nil)
	s.Corpus, s.Town, s.Parent, s.Tokenizer, s.Run = x.corpus, x.town, parent, x.tok, stage.Name()
	s.Params = map[string]float64{"steps": 1000, "batch": 4, "eval_every": 1000, "sample_every": 1000, "checkpoint_every": 1000}
	for k, v := range params {
		s.Params[k] = v
	}
	run := begun(t, stage, s)
	steps(t, run, n)
	return save(t, run)
}

func begun(t *testing.T, stage Stage, s Setup) Run {
	t.Helper()
	run, err := stage.Start(s)
	require.NoError(t, err)
	t.Cleanup(run.Close)
	return run
}

func machine(workers int) Machine {
	return Machine{
		NewBackend: func() (backend.Backend, error) { return simd.New(), nil },
		Workers:    workers, Spawn: elsewhere,
	}
}

func TestCompare(t *testing.T) {
	natively(t)
	x := newExam()
	base := x.after(t, Pretrain{}, nil, 3, map[string]float64{"context": 64})
	sft := x.after(t, SFT{}, base, 12, map[string]float64{"context": 128, "lr": 0.01, "warmup": 1})
	o := ReportOptions{Machine: machine(1), Town: x.town, Prompts: 12, Seed: 5}

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
	x := newExam()
	base := x.after(t, Pretrain{}, nil, 1, map[string]float64{"context": 64})
	o := ReportOptions{Machine: machine(1), Prompts: 4}
	code := func(a, b *checkpoint.Checkpoint) string {
		_, err := Compare(Examinee{Checkpoint: a}, Examinee{Checkpoint: b}, o)
		require.Error(t, err)
		return problem.From(err).Code
	}
	require.Equal(t, "report_without_town", code(base, base))
	o.Town = x.town
	other := base.Clone()
	other.Tokenizer = text.NewByte().JSON()
	require.Equal(t, "report_tokenizer", code(base, other))
	reward := base.Clone()
	reward.Meta.Stage = "reward"
	require.Equal(t, "report_stage", code(reward, base))
}

// A reward model scores the very answers that the graders grade.
func TestRewarded(t *testing.T) {
	natively(t)
	x := newExam()
	base := x.after(t, Pretrain{}, nil, 2, map[string]float64{"context": 64})
	policy := x.after(t, SFT{}, base, 1, map[string]float64{"context": 128})
	reward := x.after(t, Reward{}, policy, 1, nil)
	head, ok := reward.Tensor(nn.Score.Weight())
	require.True(t, ok)
	clear(head.Data)
	bias, ok := reward.Tensor(nn.Score.Bias())
	require.True(t, ok)
	bias.Data[0] = 3
	yields := 0
	o := ReportOptions{Machine: machine(1), Town: x.town, Prompts: 60, Seed: 2}
	o.Yield = func() { yields++ }
	score, grade, err := Rewarded(Examinee{Checkpoint: policy}, reward, o)
	require.NoError(t, err)
	require.EqualValues(t, 3, score.Value)
	require.Equal(t, 60, score.N)
	require.Positive(t, yields)
	m, err := Compare(Examinee{Checkpoint: policy}, Examinee{Checkpoint: base}, o)
	require.NoError(t, err)
	require.Equal(t, m.Score.Value, grade.Value)

	// Scores that are all alike tell nothing apart.
	half, err := Ranked(Examinee{Checkpoint: policy}, reward, o)
	require.NoError(t, err)
	require.Positive(t, half.N)
	require.InDelta(t, 0.5, half.Value, 0.5/float64(half.N)+1e-9, "half a pair is rounded down")

	// Each answer is read at its last token, whatever is scored beside it.
	for i := range head.Data {
		head.Data[i] = float32(i%3) - 1
	}
	pairs, scores, err := o.rewarded(Examinee{Checkpoint: policy}, reward, 2)
	require.NoError(t, err)
	require.Len(t, pairs, 120)
	agreed, told := 0, 0
	for i := 0; i < len(pairs); i += 2 {
		require.Equal(t, pairs[i].prompt, pairs[i+1].prompt)
		a, b := pairs[i].grade.Score(world.AllPrinciples), pairs[i+1].grade.Score(world.AllPrinciples)
		if a != b {
			told++
			if (a > b) == (scores[i] > scores[i+1]) {
				agreed++
			}
		}
	}
	ranked, err := Ranked(Examinee{Checkpoint: policy}, reward, o)
	require.NoError(t, err)
	require.Equal(t, shareOf(agreed, told), ranked)
	require.Equal(t, half.N, told)

	r, err := OpenReader(Examinee{Checkpoint: policy}, o.Machine)
	require.NoError(t, err)
	defer r.Close()
	said, err := r.answers(x.town, heldOutQuestions(x.town, nil, 5), Chat, o.sampling())
	require.NoError(t, err)
	be, err := o.NewBackend()
	require.NoError(t, err)
	defer be.Close()
	c, err := rewardCompanion(reward, x.tok, 400)
	require.NoError(t, err)
	p, err := nn.NewParams(be, c.Config, c.heads()...)
	require.NoError(t, err)
	defer p.Close()
	require.NoError(t, p.Load(named(reward, "")))
	together, err := o.rewards(p, said)
	require.NoError(t, err)
	for i, a := range said {
		alone, err := o.rewards(p, []answer{a})
		require.NoError(t, err)
		require.InDelta(t, alone[0], together[i], 1e-6)
	}
	require.NotEqual(t, together[0], together[1])

	_, _, err = Rewarded(Examinee{Checkpoint: policy}, base, o)
	require.Equal(t, "reward_head", problem.From(err).Code)
}
