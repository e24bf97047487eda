package stages

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"

	"sprout/core/backend/simd"
	"sprout/core/checkpoint"
	"sprout/core/nn"
	"sprout/core/parallel"
	"sprout/core/problem"
	"sprout/core/tensor"
	"sprout/core/text"
	"sprout/core/world"
)

var pairStages = []pairStage{DPO{}, ConservativeDPO{}, IPO{}, SimPO{}, Reward{}}

func turns(question, answer string) []text.Turn { return exchange(question, answer).Turns }

// tastes are pairs in which the shorter, friendlier answer is the better one.
func tastes(n int) []Pair {
	var out []Pair
	for i := range n {
		d := lesson(i)
		question, answer := d.Turns[0].Content, d.Turns[1].Content
		out = append(out, Pair{Chosen: turns(question, "yes. "+answer), Rejected: turns(question, strings.Repeat("no ", 2+i%3)+answer)})
	}
	return out
}

func pairSetup(t *testing.T, params map[string]float64) Setup {
	t.Helper()
	s := setup(nil)
	s.Parent, s.Tokenizer = parent(t)
	s.Corpus, s.Pairs = nil, tastes(30)
	s.Params = map[string]float64{"steps": 20, "batch": 5, "context": 96, "lr": 1e-3, "warmup": 0, "eval_every": 10, "checkpoint_every": 10}
	for k, v := range params {
		s.Params[k] = v
	}
	return s
}

func startOn(t *testing.T, stage Stage, s Setup) *trainer {
	t.Helper()
	run, err := stage.Start(s)
	require.NoError(t, err)
	t.Cleanup(run.Close)
	return run.(*trainer)
}

// Every objective begins at its known loss, learns the taste, and measures it on
// questions that it has not seen.
func TestStagesOnPairsLearn(t *testing.T) {
	natively(t)
	first := map[string]float64{"dpo": math.Ln2, "cdpo": math.Ln2, "ipo": 25, "reward": math.Ln2}
	for _, stage := range pairStages {
		t.Run(stage.Name(), func(t *testing.T) {
			s := pairSetup(t, map[string]float64{"steps": 40, "eval_every": 20})
			run := startOn(t, stage, s)
			reports := steps(t, run, 40)
			begin, end := reports[0].Metrics, reports[39].Metrics
			if want, ok := first[stage.Name()]; ok {
				require.InDelta(t, want, begin.TrainLoss, 1e-4*want)
				require.InDelta(t, 0, begin.Measures["margin"], 1e-3)
			}
			require.Less(t, end.TrainLoss, 0.8*begin.TrainLoss)
			require.Equal(t, 1.0, end.Measures["pair_accuracy"])
			require.Greater(t, end.Measures["margin"], 0.1)
			require.InDelta(t, end.Measures["chosen"]-end.Measures["rejected"], end.Measures["margin"], 1e-9)
			require.Greater(t, end.Measures["heldout_margin"], 0.1)
			require.Less(t, *end.HeldOutLoss, 0.8*begin.TrainLoss)
			require.Equal(t, stage.Name() == "reward", reports[39].Sample == nil)
			require.True(t, reports[39].SaveDue)
			e, err := run.Evaluate()
			require.NoError(t, err)
			require.InDelta(t, *end.HeldOutLoss, e.Loss, 1e-6, "few pairs are measured whole either way")
			require.Equal(t, stage.Name() == "reward", e.Calibration != nil)
		})
	}
}

func (t *trainer) objectiveT() int { return int(t.values["context"]) }

// Interrupted and resumed equals uninterrupted, and no bit depends on the
// workers, wherever they were built.
func TestPairRunsResumeExactlyWithAnyWorkers(t *testing.T) {
	for _, stage := range oneOfAKind[pairStage](pairStages, DPO{}, Reward{}) {
		t.Run(stage.Name(), func(t *testing.T) {
			s := pairSetup(t, nil)
			whole := startOn(t, stage, s)
			widths := map[int]bool{}
			fill := whole.fill
			whole.fill = func(step int, b *parallel.Batch) {
				fill(step, b)
				widths[b.Width] = true
			}
			reports := steps(t, whole, 20)
			require.Greater(t, len(widths), 1, "batches differ in width")
			want := save(t, whole)

			s.Workers, s.Spawn = 3, elsewhere
			first := startOn(t, stage, s)
			require.Equal(t, reports[:10], steps(t, first, 10))
			half := save(t, first)
			again := s
			again.Resume, again.Parent, again.Params, again.Preset, again.Seed = half, nil, nil, "", 99
			second := startOn(t, stage, again)
			require.Equal(t, reports[10:], steps(t, second, 10))
			got := save(t, second)
			require.Equal(t, want.Tensors, got.Tensors)
			require.JSONEq(t, string(want.State), string(got.State))
			require.Equal(t, s.Parent.Meta.ID, got.Meta.Parent)

			other := again
			other.Pairs = tastes(29)
			_, err := stage.Start(other)
			require.Equal(t, "resume_data", problem.From(err).Code)
		})
	}
}

// The reference is the model that the run began with: its weights never enter a
// batch, and training does not move it.
func TestReferenceStaysWhereTheRunBegan(t *testing.T) {
	run := startOn(t, DPO{}, pairSetup(t, nil))
	before := run.state.Reference
	require.Len(t, before, 30)
	all, err := newContests(run.Setup.Tokenizer, run.Pairs)
	require.NoError(t, err)
	train, heldOut, err := holdOut(all)
	require.NoError(t, err)
	set := append(train, heldOut...)
	now, err := referenceLogProbs(run.score, set, run.objectiveT(), nil)
	require.NoError(t, err)
	require.Equal(t, before, now)
	steps(t, run, 5)
	now, err = referenceLogProbs(run.score, set, run.objectiveT(), nil)
	require.NoError(t, err)
	require.NotEqual(t, before, now)
	require.Equal(t, before, run.state.Reference)
}

// After the last step the rewards of the training answers have the mean 0, for
// whoever reads them, and order and loss are those of before.
func TestRewardsAreCentred(t *testing.T) {
	natively(t)
	s := pairSetup(t, nil)
	s.Workers = 2
	run := startOn(t, Reward{}, s)
	all, err := newContests(s.Tokenizer, s.Pairs)
	require.NoError(t, err)
	train, _, err := holdOut(all)
	require.NoError(t, err)
	mean := func() float64 {
		rewards, err := run.judge(train, run.objectiveT())
		require.NoError(t, err)
		sum := 0.0
		for _, r := range rewards {
			sum += float64(r[0]) + float64(r[1])
		}
		return sum / float64(2*len(rewards))
	}
	require.Zero(t, mean(), "the head is zero at first")
	steps(t, run, 19)
	require.Greater(t, math.Abs(mean()), 1e-3, "there is something to centre")
	steps(t, run, 1)
	require.InDelta(t, 0, mean(), 1e-6)

	c := save(t, run)
	require.Equal(t, run.cfg.ParamCount()+run.cfg.Channels+1, c.Meta.Parameters)
	require.NoError(t, c.Check(nn.Specs(run.cfg, nn.Score)))
	require.Error(t, c.Check(nn.Specs(run.cfg)), "it is no language model any more")
	bias, ok := c.Tensor(nn.Score.Bias())
	require.True(t, ok)
	require.NotZero(t, bias.Data[0])
	_, err = DPO{}.Start(Setup{Parent: c, Tokenizer: s.Tokenizer, Pairs: s.Pairs, NewBackend: s.NewBackend})
	require.Equal(t, "parent_stage", problem.From(err).Code)
}

func TestCalibrationOfRewards(t *testing.T) {
	at := func(p float64) float64 { return math.Log(p / (1 - p)) }
	// Seventy sure pairs of a hundred at .7; all wrong at .95; a tie.
	var margins []float64
	for i := range 100 {
		m := at(0.72)
		if i >= 72 {
			m = -m
		}
		margins = append(margins, m)
	}
	curve, off := calibration(margins, certainly(len(margins)), 10)
	require.Len(t, curve, 1)
	require.InDelta(t, 0.72, curve[0].Confidence, 1e-9)
	require.InDelta(t, 0.72, curve[0].Accuracy, 1e-9)
	require.Equal(t, 100, curve[0].Count)
	require.InDelta(t, 0, off, 1e-9)

	curve, off = calibration([]float64{-at(0.96), -at(0.96), 0, 1000}, certainly(4), 10)
	require.Len(t, curve, 2)
	require.Equal(t, CalibrationBin{0.5, 0.5, 1}, curve[0])
	require.InDelta(t, 1.0/3, curve[1].Accuracy, 1e-9)
	require.InDelta(t, (0.96+0.96+1)/3, curve[1].Confidence, 1e-9)
	require.InDelta(t, 3*((0.96+0.96+1)/3-1.0/3)/4, off, 1e-9)
}

func certainly(n int) []float32 {
	labels := make([]float32, n)
	for i := range labels {
		labels[i] = 1
	}
	return labels
}

// Whoever has learned that a label is right in two cases of three is not too unsure.
func TestCalibrationOfDoubt(t *testing.T) {
	natively(t)
	curve, off := calibration([]float64{math.Log(2), math.Log(2), -math.Log(2), 0}, []float32{2. / 3, 2. / 3, 1. / 3, 0.9}, 10)
	require.Len(t, curve, 2)
	require.Equal(t, 0.5, curve[0].Accuracy)
	require.InDelta(t, 2./3, curve[1].Accuracy, 1e-6)
	require.InDelta(t, 0, off, 1e-6)

	s := pairSetup(t, map[string]float64{"steps": 60, "eval_every": 60})
	for i := range s.Pairs {
		s.Pairs[i].P = 0.7
	}
	run := startOn(t, Reward{}, s)
	last := *steps(t, run, 60)[59].Measured
	require.Equal(t, 1.0, last.Measures["pair_accuracy"], "as those who labelled would have it")
	require.Less(t, last.Measures["calibration_error"], 0.1)
}

// What is learned of a pair are the words of the two answers and their EOS, and
// nothing that both share.
func TestContests(t *testing.T) {
	tok := text.NewByte()
	begin := append([]text.Turn{{Role: text.RoleSystem, Content: "Be kind."}}, turns("A?", "one")...)
	p := Pair{Chosen: append(begin[:3:3], turns("B?", "yes")...), Rejected: append(begin[:3:3], turns("B?", "nope")...)}
	c, err := newContest(tok, p, 1)
	require.NoError(t, err)
	for k, want := range []string{"yes", "nope"} {
		var learned []int32
		for i, l := range c[k].Learned {
			if l {
				learned = append(learned, c[k].Tokens[i])
			}
		}
		require.Equal(t, append(tok.Encode(want), text.EOS), learned)
	}
	q := c.opening(tok)
	require.Equal(t, "B?", q.shown)
	require.Equal(t, tok.ChatPrompt(p.Chosen[:4]), q.tokens)

	rows := pairRows{T: longest([]contest{c})}
	rows.resize(1)
	rows.set(0, c, [2]float32{-3, -4})
	require.Equal(t, []float32{1. / 4, 1. / 5}, rows.perToken)
	require.Equal(t, []float32{-3, -4}, rows.reference)
	rows.rewards = true
	rows.set(0, c, [2]float32{})
	for k := range c {
		for i, m := range rows.mask[k*rows.T : (k+1)*rows.T] {
			require.Equal(t, i == len(c[k].Tokens)-1, m == 1)
			if m == 1 {
				require.Equal(t, text.EOS, rows.tokens[k*rows.T+i], "the reward is read at the end")
			}
		}
	}
}

// No question is on both sides, the parts are the same in any order, and about a
// tenth is held out.
func TestHoldingOutByQuestion(t *testing.T) {
	natively(t)
	town := world.New(world.Config{Seed: 1, Size: world.Quick})
	pairs := TownPairs(town)
	tok := text.NewByte()
	all, err := newContests(tok, pairs)
	require.NoError(t, err)
	train, heldOut, err := holdOut(all)
	require.NoError(t, err)
	require.Len(t, all, len(train)+len(heldOut))
	share := float64(len(heldOut)) / float64(len(all))
	require.True(t, share > 0.04 && share < 0.2, "%v", share)
	seen := map[uint64]bool{}
	for _, c := range train {
		seen[c.question()] = true
	}
	for _, c := range heldOut {
		require.False(t, seen[c.question()])
	}
	one := TownPairs(town, world.ZH)
	require.NotEmpty(t, one)
	for _, p := range one {
		require.True(t, strings.ContainsFunc(p.Chosen[0].Content, func(r rune) bool { return unicode.Is(unicode.Han, r) }), p.Chosen[0].Content)
	}
}

func TestPairProblems(t *testing.T) {
	s := pairSetup(t, nil)
	good := tastes(3)
	for name, c := range map[string]struct {
		pairs []Pair
		code  string
		args  problem.Args
	}{
		"none": {[]Pair{}, "pairs_missing", nil},
		"one question": {
			[]Pair{good[0], {Chosen: good[0].Chosen, Rejected: turns(good[0].Chosen[0].Content, "maybe.")}},
			"pairs_one_question",
			problem.Args{"pairs": 2},
		},
		"equal":       {[]Pair{good[0], {Chosen: good[1].Chosen, Rejected: good[1].Chosen}}, "pair_equal", problem.Args{"pair": 2}},
		"one-sided":   {[]Pair{{Chosen: good[1].Chosen, Rejected: good[1].Chosen[:1]}}, "pair_unanswered", problem.Args{"pair": 1}},
		"other side":  {[]Pair{{Chosen: nil, Rejected: good[1].Chosen}}, "pair_unanswered", problem.Args{"pair": 1}},
		"not alike":   {[]Pair{{Chosen: good[0].Chosen, Rejected: good[1].Rejected}}, "pair_prompts", problem.Args{"pair": 1}},
		"a long one":  {[]Pair{good[0], good[1], {Chosen: good[2].Chosen, Rejected: turns(good[2].Chosen[0].Content, strings.Repeat("no ", 99))}}, "pair_too_long", nil},
		"ask forever": {[]Pair{good[0], {Chosen: good[1].Chosen, Rejected: append(good[1].Rejected[:2:2], text.Turn{Role: text.RoleUser, Content: "?"})}}, "pair_unanswered", problem.Args{"pair": 2}},
	} {
		t.Run(name, func(t *testing.T) {
			s := s
			s.Pairs = c.pairs
			_, err := DPO{}.Start(s)
			p := problem.From(err)
			require.Equal(t, c.code, p.Code)
			require.Contains(t, problem.Codes, p.Code)
			if c.args != nil {
				require.Equal(t, c.args, p.Args)
			}
		})
	}
	s.Parent = nil
	_, err := SimPO{}.Start(s)
	require.Equal(t, "parent_missing", problem.From(err).Code)
	require.Empty(t, PairsOf([]text.Record{{Doc: text.TextDoc("x")}}))
	even := 0.5
	require.Equal(t, []Pair{}, PairsOf([]text.Record{{Doc: text.Doc{Turns: good[0].Chosen}, Rejected: good[0].Rejected, P: &even}}), "prefers nothing")
	require.Len(t, PairsOf([]text.Record{{Doc: text.Doc{Turns: good[0].Chosen}, Rejected: good[0].Rejected}}), 1)
}

// A town without a file of pairs brings its own.
func TestTownPairsByDefault(t *testing.T) {
	natively(t)
	town := world.New(world.Config{Seed: 1, Size: world.Quick})
	corpus := text.CorpusFromDocs("pairs", "jsonl", []text.Doc{}, 1)
	for _, p := range TownPairs(town)[:400] {
		corpus.Train = append(corpus.Train, text.Doc{Turns: p.Chosen}, text.Doc{Turns: p.Rejected})
	}
	tok := text.TrainChar(corpus.All(), text.CharOptions{})
	preset, err := nn.FindPreset("seed")
	require.NoError(t, err)
	cfg := preset.For(tok.Vocab())
	cfg.Context = 256
	p, err := nn.NewParams(simd.New(), cfg)
	require.NoError(t, err)
	require.NoError(t, p.Init(1))
	fresh := &checkpoint.Checkpoint{Meta: checkpoint.Meta{ID: "p", Preset: "seed", Stage: "sft"}}
	fresh.Meta.Config, err = cfg.MarshalJSON()
	require.NoError(t, err)
	require.NoError(t, p.Dump(func(name string, shape tensor.Shape, data []float32) {
		fresh.Tensors = append(fresh.Tensors, checkpoint.Tensor{Name: name, Shape: shape, Data: data})
	}))
	s := pairSetup(t, map[string]float64{"steps": 1, "context": 0})
	s.Parent, s.Tokenizer, s.Pairs, s.Town = fresh, tok, nil, town
	run := startOn(t, Reward{}, s)
	m := steps(t, run, 1)[0].Metrics
	require.InDelta(t, math.Ln2, m.TrainLoss, 1e-6)
	all, err := newContests(tok, TownPairs(town))
	require.NoError(t, err)
	require.Equal(t, longest(all), run.objectiveT(), "no more room than is needed")
}

// Workers that were built elsewhere know all of these stages.
func TestBlueprintsOfPairStages(t *testing.T) {
	for _, stage := range pairStages {
		run := startOn(t, stage, pairSetup(t, nil))
		w, err := Blueprint{Stage: stage.Name(), Config: run.cfg, Values: run.values, Batch: 5}.Worker(simd.New())
		require.NoError(t, err)
		require.Equal(t, run.model.Slab.Len(), w.Slab.Len())
		_, judges := w.Services[rewardsService]
		require.Equal(t, stage.Name() == "reward", judges)
		require.NotNil(t, w.Services[lossesService])
		require.Equal(t, fmt.Sprint(run.model.Slab.Shape), fmt.Sprint(w.Slab.Shape))
		w.Close()
	}
	require.Equal(t, 4, parallel.Shards(5))
}

// holdOut parts contests as a run does.
func holdOut(all []contest) (train, heldOut []contest, err error) {
	held, err := heldOutOf(all)
	if err != nil {
		return nil, nil, err
	}
	train, heldOut = parted(all, held)
	return train, heldOut, nil
}
