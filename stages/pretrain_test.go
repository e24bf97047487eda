package stages

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"sprout/core/backend"
	"sprout/core/backend/simd"
	"sprout/core/checkpoint"
	"sprout/core/nn"
	"sprout/core/parallel"
	"sprout/core/problem"
	"sprout/core/text"
	"sprout/core/world"
)

const foxes = "the quick brown fox jumps over the lazy dog. what does the fox say?\n"

// setup is a small run on a repeating text.
func setup(params map[string]float64) Setup {
	c := text.CorpusFromText("fox", []byte(strings.Repeat(foxes, 60)))
	p := map[string]float64{"steps": 40, "context": 16, "batch": 5, "eval_every": 20, "sample_every": 20, "checkpoint_every": 10}
	for k, v := range params {
		p[k] = v
	}
	return Setup{
		NewBackend: func() (backend.Backend, error) { return simd.New(), nil },
		Workers:    1, MaxWorkers: 8,
		Preset: "seed", Seed: 1, Params: p, Run: "r",
		Corpus: c, Tokenizer: text.TrainChar(c.All(), text.CharOptions{}),
	}
}

func start(t *testing.T, s Setup) Run {
	t.Helper()
	run, err := Pretrain{}.Start(s)
	require.NoError(t, err)
	t.Cleanup(run.Close)
	return run
}

func steps(t *testing.T, run Run, n int) []Report {
	t.Helper()
	var out []Report
	for range n {
		r, err := run.Step()
		require.NoError(t, err)
		registered(t, r.Metrics.Measures)
		out = append(out, r)
	}
	return out
}

func save(t *testing.T, run Run) *checkpoint.Checkpoint {
	t.Helper()
	c, err := run.Save(checkpoint.Manual)
	require.NoError(t, err)
	return c
}

func TestLearnsAndReports(t *testing.T) {
	s := setup(map[string]float64{"steps": 120, "batch": 8})
	ms := 0.0
	s.Now = func() float64 { ms += 5; return ms }
	run := start(t, s)
	info := run.Info()
	require.Equal(t, math.Log(float64(s.Tokenizer.Vocab())), info.LnV)
	require.Len(t, info.NGrams, 3)
	require.Equal(t, 0.1, info.Params["weight_decay"])
	reports := steps(t, run, 120)
	require.True(t, run.Done())
	require.InDelta(t, info.LnV, reports[0].Metrics.TrainLoss, 0.1)
	last := reports[119]
	require.Less(t, last.Metrics.TrainLoss, 1.5)
	for i, r := range reports {
		step := i + 1
		require.Equal(t, step, r.Metrics.Step)
		require.Equal(t, step%20 == 0, r.Metrics.HeldOutLoss != nil)
		require.Equal(t, step%20 == 0, r.Sample != nil)
		require.Equal(t, step%10 == 0, r.SaveDue)
		require.Nil(t, r.Metrics.Recall, "there is no town")
		require.Positive(t, r.Metrics.TokensPerSec)
	}
	require.Zero(t, last.Metrics.SecondsLeft)
	require.Positive(t, last.Metrics.Seconds)

	e, err := run.Evaluate()
	require.NoError(t, err)
	require.InDelta(t, *last.Metrics.HeldOutLoss, e.Loss, 1e-6, "a short text is measured whole either way")
	require.EqualValues(t, -1, e.Recall)
	require.Panics(t, func() { run.Step() })
}

// The held-out loss counts each token once and divides by the bytes of exactly
// the tokens that it counts.
func TestBitsPerByteIsThatOfTheScoredTokens(t *testing.T) {
	s := setup(nil)
	run := start(t, s)
	e, err := run.Evaluate()
	require.NoError(t, err)
	heldOut := len(s.Corpus.HeldOut[0].Text)
	require.Equal(t, heldOut-1, e.Tokens)
	require.InEpsilon(t, e.Loss/math.Ln2, e.BitsPerByte, 1e-9, "a character is a byte here")
	require.InDelta(t, run.Info().LnV, e.Loss, 0.1)
}

// Interrupted and resumed, through the bytes of a file, equals uninterrupted:
// losses, weights and moments, bit for bit.
func TestResumeIsExact(t *testing.T) {
	whole := start(t, setup(nil))
	wantReports := steps(t, whole, 40)
	want := save(t, whole)

	first := start(t, setup(nil))
	steps(t, first, 20)
	half := save(t, first)
	first.Close()
	again := setup(nil)
	again.Resume, again.Params, again.Preset, again.Seed, again.Run = half, nil, "", 99, ""
	second := start(t, again)
	require.Equal(t, 20, second.Info().Step)
	for i, r := range steps(t, second, 20) {
		require.Equal(t, wantReports[20+i], r)
	}
	got := save(t, second)
	require.Equal(t, want.Tensors, got.Tensors)
	require.JSONEq(t, string(want.History), string(got.History))
	require.JSONEq(t, string(want.State), string(got.State))
	for _, c := range []*checkpoint.Checkpoint{want, got} {
		c.Meta.ID, c.Meta.Created = "", 0
	}
	require.Equal(t, want.Meta, got.Meta)
	require.NotZero(t, got.Meta.HeldOutLoss)
}

func TestWorkersChangeNoBit(t *testing.T) {
	want := start(t, setup(nil))
	reports := steps(t, want, 10)
	for workers := 2; workers <= 4; workers++ {
		s := setup(nil)
		s.Workers = workers
		run := start(t, s)
		require.Equal(t, workers, run.Info().Workers)
		require.Equal(t, reports, steps(t, run, 10))
		require.Equal(t, save(t, want).Tensors, save(t, run).Tensors)
	}
}

func TestSameSeedSameRunOtherSeedAnother(t *testing.T) {
	a, b := start(t, setup(nil)), start(t, setup(nil))
	require.Equal(t, steps(t, a, 5), steps(t, b, 5))
	s := setup(nil)
	s.Seed = 2
	require.NotEqual(t, a.History().Metrics, steps(t, start(t, s), 5)[4].Metrics)
}

// A learning rate that breaks the model stops the run where its loss was still
// a number; what is saved there is whole and can be gone on with.
func TestDivergenceKeepsTheLastGoodState(t *testing.T) {
	tr := start(t, setup(nil)).(*trainer)
	steps(t, tr, 13)
	require.NoError(t, tr.adam.Update(13, 1e30)) // weights from which no loss comes
	tr.step++
	_, err := tr.Step()
	p := problem.From(err)
	require.Equal(t, "training_diverged", p.Code)
	require.Equal(t, 15, p.Args["step"])
	require.Equal(t, 10, p.Args["kept"])
	require.Equal(t, 10, tr.Info().Step)
	require.Len(t, tr.History().Metrics, 10)
	_, again := tr.Step()
	require.Equal(t, err, again, "it does not go on")

	c := save(t, tr)
	require.NoError(t, checkpoint.CheckFinite(c.Tensors))
	clean := start(t, setup(nil))
	steps(t, clean, 10)
	require.Equal(t, save(t, clean).Tensors, c.Tensors)

	s := setup(map[string]float64{"lr": 1e-4})
	s.Resume = c
	run := start(t, s)
	require.Equal(t, 11, steps(t, run, 1)[0].Metrics.Step)
	require.Equal(t, 1e-4, run.Info().Params["lr"])
}

// A measure that is no number belongs to weights that are of no use, even where the
// loss still is one: nothing of it is told or saved.
func TestMeasuresWithoutANumberDiverge(t *testing.T) {
	for name, prepare := range map[string]func(tr *trainer){
		"of a step": func(tr *trainer) {
			tr.tell = func(m Metrics, _ []float64, _ *parallel.Batch) Metrics {
				m.measured(map[string]float64{"own_share": math.NaN()})
				return m
			}
		},
		"held out": func(tr *trainer) { tr.eval = endless{tr.eval} },
	} {
		tr := start(t, setup(map[string]float64{"eval_every": 14})).(*trainer)
		steps(t, tr, 13)
		prepare(tr)
		_, err := tr.Step()
		require.Error(t, err, name)
		require.Equal(t, "training_diverged", problem.From(err).Code, name)
		require.Len(t, tr.History().Metrics, 10)
		clean := start(t, setup(nil))
		steps(t, clean, 10)
		require.Equal(t, save(t, clean).Tensors, save(t, tr).Tensors)
	}
}

// endless measures something that is no number beside a loss that is one.
type endless struct{ gauge }

func (e endless) measure() (Evaluation, error) {
	out, err := e.gauge.measure()
	out.Measures = map[string]float64{"habit_kl": math.Inf(1)}
	return out, err
}

// Where the step itself looked well and its weights do not, measuring or sampling
// them is what finds it.
func TestWeightsOfNoUseDiverge(t *testing.T) {
	for name, prepare := range map[string]func(tr *trainer){
		"measured": func(tr *trainer) { tr.eval = shouting{tr.eval, tr} },
		"sampled": func(tr *trainer) {
			tr.sample = func(tr *trainer) (*Sample, error) {
				shout(tr)
				tr.sample = nil
				return tr.write()
			}
		},
	} {
		tr := start(t, setup(map[string]float64{"eval_every": 14, "sample_every": 14})).(*trainer)
		steps(t, tr, 13)
		prepare(tr)
		_, err := tr.Step()
		require.Error(t, err, name)
		p := problem.From(err)
		require.Equal(t, "training_diverged", p.Code, name)
		require.Equal(t, problem.Args{"step": 14, "kept": 10, "lr": p.Args["lr"]}, p.Args)
		require.Len(t, tr.History().Metrics, 10)
		clean := start(t, setup(nil))
		steps(t, clean, 10)
		require.Equal(t, save(t, clean).Tensors, save(t, tr).Tensors)
	}
}

// shout makes the logits overflow while each weight is a number.
func shout(tr *trainer) {
	norm := tr.model.At("model.norm.weight")
	loud := make([]float32, norm.Len())
	for i := range loud {
		loud[i] = math.MaxFloat32
	}
	if err := tr.be.Write(norm, loud); err != nil {
		panic(err)
	}
	tr.group.Changed()
}

type shouting struct {
	gauge
	run *trainer
}

func (s shouting) measure() (Evaluation, error) {
	shout(s.run)
	return s.gauge.measure()
}

// Once its buffers have grown, the training proper leaves nothing to collect.
func TestStepAllocatesNothing(t *testing.T) {
	tr := start(t, setup(map[string]float64{"steps": 1000})).(*trainer)
	steps(t, tr, 12)
	require.Zero(t, testing.AllocsPerRun(25, func() {
		if _, err := tr.update(); err != nil {
			t.Fatal(err)
		}
	}))
}

func TestProfileChangesNothing(t *testing.T) {
	run := start(t, setup(nil))
	steps(t, run, 3)
	before := save(t, run)
	ops, err := run.Profile()
	require.NoError(t, err)
	require.Equal(t, before.Tensors, save(t, run).Tensors)
	calls := map[string]int{}
	for _, o := range ops {
		calls[o.Kind] = o.Calls
	}
	require.Equal(t, 2, calls["adamw"])
	require.Equal(t, 4*2, calls["attention"], "four shards of two layers")
	want := start(t, setup(nil))
	steps(t, want, 3)
	require.Equal(t, steps(t, want, 2), steps(t, run, 2))
}

func TestParent(t *testing.T) {
	first := start(t, setup(nil))
	steps(t, first, 40)
	s := setup(map[string]float64{"context": 24, "steps": 5})
	s.Parent, s.Run = save(t, first), "r2"
	run := start(t, s)
	require.Equal(t, 0, run.Info().Step)
	r := steps(t, run, 5)
	require.Less(t, r[0].Metrics.TrainLoss, first.Info().LnV-1, "it starts from the parent's weights")
	c := save(t, run)
	require.Equal(t, s.Parent.Meta.ID, c.Meta.Parent)
	require.Equal(t, "pretrain", c.Meta.Ancestors[0].Stage)

	// As many tokens as the parent's, and other ones.
	other := text.CorpusFromText("other", []byte(strings.ReplaceAll(strings.Repeat(foxes, 60), "x", "X")))
	own := s.Tokenizer
	s.Tokenizer = text.TrainChar(other.All(), text.CharOptions{})
	require.Equal(t, own.Vocab(), s.Tokenizer.Vocab())
	_, err := Pretrain{}.Start(s)
	require.Error(t, err)
	require.Equal(t, "parent_tokenizer", problem.From(err).Code)

	s.Parent = s.Parent.Clone()
	s.Parent.Tokenizer = nil
	s.Tokenizer = text.NewByte()
	_, err = Pretrain{}.Start(s)
	require.Equal(t, "parent_vocab", problem.From(err).Code)
}

func TestBadSetups(t *testing.T) {
	half := start(t, setup(nil))
	steps(t, half, 2)
	for code, change := range map[string]func(*Setup){
		"param_unknown":    func(s *Setup) { s.Params["temperature"] = 1 },
		"param_range":      func(s *Setup) { s.Params["lr"] = math.NaN() },
		"model_preset":     func(s *Setup) { s.Preset = "oak" },
		"context_too_long": func(s *Setup) { s.Corpus = text.CorpusFromText("short", []byte(foxes)); s.Params["context"] = 512 },
		"resume_weights":   func(s *Setup) { c := save(t, half); c.Tensors = c.Weights(); s.Resume = c },
		"resume_stage":     func(s *Setup) { s.Resume = save(t, half); s.Resume.Meta.Stage = "sft" },
		"resume_state":     func(s *Setup) { s.Resume = save(t, half); s.Resume.State = []byte("[]") },
		"resume_data": func(s *Setup) {
			s.Resume = save(t, half)
			s.Corpus = text.CorpusFromText("other", []byte(strings.Repeat(foxes, 61)))
		},
		"checkpoint_tensor_missing": func(s *Setup) { s.Resume = save(t, half); s.Resume.Tensors = s.Resume.Tensors[1:] },
	} {
		s := setup(nil)
		change(&s)
		_, err := Pretrain{}.Start(s)
		require.Equal(t, code, problem.From(err).Code, "%v", err)
	}
	s := setup(map[string]float64{"batch": 2.5})
	_, err := Pretrain{}.Start(s)
	require.ErrorContains(t, err, "whole number")

	stop := errors.New("stop")
	s = setup(nil)
	s.Progress = func(string, float64) error { return stop }
	_, err = Pretrain{}.Start(s)
	require.ErrorIs(t, err, stop)

	_, err = Find("baking")
	require.Equal(t, "stage_unknown", problem.From(err).Code)
}

// Every setting can be shown: within its range, with words in both languages.
func TestParamsAreComplete(t *testing.T) {
	for _, stage := range Journey {
		found, err := Find(stage.Name())
		require.NoError(t, err)
		require.Equal(t, stage, found)
		for _, preset := range nn.Presets {
			values, err := settings(stage.Params(preset), nil)
			require.NoError(t, err)
			symbols := map[string]string{}
			for _, p := range stage.Params(preset) {
				require.Empty(t, symbols[p.Symbol], "%s: %s has the symbol of another setting", stage.Name(), p.Key)
				symbols[p.Symbol] = p.Key
				require.Equal(t, p.Default, values[p.Key])
				require.NotEmpty(t, p.Symbol)
				require.Regexp(t, `^[ -~]+\.$`, p.DocEN)
				require.Regexp(t, `\p{Han}.*。$`, p.DocZH)
				if p.Integer && p.Max-p.Min < 3 || p.ChoicesEN != nil {
					named := int(p.Max-p.Min) + 1
					require.Len(t, p.ChoicesEN, named, "%s: %s", stage.Name(), p.Key)
					require.Len(t, p.ChoicesZH, named, "%s: %s", stage.Name(), p.Key)
					require.NotContains(t, slices.Concat(p.ChoicesEN, p.ChoicesZH), "")
				}
				require.False(t, p.Log && p.Min <= 0, "%s: a logarithm needs a positive range", p.Key)
			}
		}
	}
}

// A model that has never read the town guesses facts at one in eight; recall
// asks for whole endings.
func TestRecall(t *testing.T) {
	town := world.New(world.Config{Seed: 1})
	corpus := &text.Corpus{}
	for _, d := range town.Texts(world.Train, 60_000) {
		corpus.Train = append(corpus.Train, text.TextDoc(d))
	}
	for _, d := range town.Texts(world.HeldOut, 6_000) {
		corpus.HeldOut = append(corpus.HeldOut, text.TextDoc(d))
	}
	tok, err := text.TrainBPE(corpus.Train, text.BPEOptions{Merges: 200})
	require.NoError(t, err)
	s := setup(map[string]float64{"context": 64})
	s.Corpus, s.Tokenizer, s.Town = corpus, tok, town
	run := start(t, s).(*trainer)
	e, err := run.eval.measure()
	require.NoError(t, err)
	require.InDelta(t, 1.0/8, e.Recall, 0.2)

	clozes, longest := newClozes(town, nil, tok, 40)
	require.Len(t, clozes, 40)
	for _, c := range clozes {
		require.Len(t, c.endings, 8)
		for i, ids := range c.endings {
			require.LessOrEqual(t, len(ids)-1, longest)
			require.Less(t, c.common, len(ids))
			for j := range i {
				require.NotEqual(t, c.endings[j][c.common:], ids[c.common:])
			}
		}
	}
	for i := range run.eval.(*evaluator).clozes { // an oracle that is always right
		run.eval.(*evaluator).clozes[i].answer = argbest(t, run, i)
	}
	e, err = run.eval.measure()
	require.NoError(t, err)
	require.EqualValues(t, 1, e.Recall)
}

// argbest is the likeliest ending of a cloze, scored one at a time.
func argbest(t *testing.T, run *trainer, cloze int) int {
	t.Helper()
	c := run.eval.(*evaluator).clozes[cloze]
	best, at := math.Inf(1), -1
	for j, ids := range c.endings {
		n := len(ids) - 1
		mask, losses := make([]float32, n), make([]float32, n)
		for k := range n {
			if k+1 >= c.common {
				mask[k] = 1
			}
		}
		pass, err := newScorer(run.model, 1, n)
		require.NoError(t, err)
		require.NoError(t, pass.run(ids[:n], ids[1:], mask, losses))
		pass.plan.Close()
		nats := 0.0
		for _, l := range losses {
			nats += float64(l)
		}
		if nats < best {
			best, at = nats, j
		}
	}
	return at
}
