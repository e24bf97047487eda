package stages

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"sprout/core/backend/simd"
	"sprout/core/gen"
	"sprout/core/nn"
	"sprout/core/parallel"
	"sprout/core/problem"
	"sprout/core/tensor"
)

// elsewhere starts workers as another process would: from the blueprint's JSON.
func elsewhere(b Blueprint) (parallel.Peer, error) {
	data, err := json.Marshal(b)
	if err != nil {
		return nil, err
	}
	return parallel.NewGoroutine(func() (*parallel.Worker, error) {
		var b Blueprint
		if err := json.Unmarshal(data, &b); err != nil {
			return nil, err
		}
		return b.Worker(simd.New())
	}), nil
}

// prompts of different lengths; every fourth is empty.
func prompts(n, vocab int) [][]int32 {
	r := tensor.NewRNG(5)
	out := make([][]int32, n)
	for i := range out {
		for range i % 4 * 3 {
			out[i] = append(out[i], int32(5+r.IntN(vocab-5)))
		}
	}
	return out
}

var rolling = gen.Options{
	Sampling: gen.Sampling{Temperature: 0.9, TopK: 20}, MaxTokens: 10, Seed: 1 << 63, Step: 3, First: 1<<53 + 1,
}

// trace is all that can be seen of a run: steps, weights, moments, a whole
// evaluation, and rollouts of several sizes.
type trace struct {
	reports  []Report
	tensors  any
	measured Evaluation
	rollouts [][]gen.Sequence
}

func follow(t *testing.T, run Run) trace {
	t.Helper()
	out := trace{reports: steps(t, run, 6)}
	vocab := run.Info().Config.Vocab
	for _, n := range []int{1, 3, 64} {
		s, err := run.Rollout(prompts(n, vocab), rolling)
		require.NoError(t, err)
		require.Len(t, s, n)
		out.rollouts = append(out.rollouts, s)
	}
	var err error
	out.measured, err = run.Evaluate()
	require.NoError(t, err)
	out.reports = append(out.reports, steps(t, run, 3)...)
	out.tensors = save(t, run).Tensors
	return out
}

// Training, evaluation and rollouts have the same bits for any number of
// workers, in this process or built elsewhere, whatever the batch.
func TestNoBitDependsOnTheWorkers(t *testing.T) {
	for _, batch := range []float64{1, 2, 3, 5, 17} {
		t.Run(fmt.Sprint(batch), func(t *testing.T) {
			params := map[string]float64{"batch": batch, "eval_every": 3, "sample_every": 4}
			want := follow(t, start(t, setup(params)))
			for _, workers := range []int{2, 3, 4, 8} {
				if batch != 5 && workers > parallel.Shards(int(batch)) {
					continue
				}
				s := setup(params)
				s.Workers = workers
				if workers%2 == 0 {
					s.Spawn = elsewhere
				}
				run := start(t, s)
				require.Equal(t, want, follow(t, run), "%d workers", workers)
				require.Equal(t, min(workers, parallel.Shards(int(batch))), run.Info().Workers)
			}
		})
	}
}

// What a rollout says is what a generator of one row says.
func TestRolloutIsThatOfOneRow(t *testing.T) {
	s := setup(nil)
	s.Workers = 3
	run := start(t, s)
	steps(t, run, 4)
	all := prompts(21, run.Info().Config.Vocab)
	got, err := run.Rollout(all, rolling)
	require.NoError(t, err)
	one, err := gen.New(run.Model(), 1, nil)
	require.NoError(t, err)
	defer one.Close()
	for i, p := range all {
		o := rolling
		o.First += uint64(i)
		want, err := one.Generate([][]int32{p}, o)
		require.NoError(t, err)
		require.Equal(t, want[0], got[i], "prompt %d", i)
	}
	none, err := run.Rollout(nil, rolling)
	require.NoError(t, err)
	require.Empty(t, none)
	bad := rolling
	bad.Temperature = -1
	_, err = run.Rollout(all, bad)
	require.Equal(t, "sampling_setting", problem.From(err).Code)
	bad = rolling
	bad.OnToken = func(*gen.Token) error { return nil }
	require.Panics(t, func() { run.Rollout(all, bad) })
}

// The losses of a row are the same alone, in three and in sixty-four, in any
// order of sizes, and are those of a forward pass by itself.
func TestLossesDoNotDependOnTheRowsBeside(t *testing.T) {
	const T = 12
	run := start(t, setup(nil))
	steps(t, run, 3)
	vocab, r := run.Info().Config.Vocab, tensor.NewRNG(8)
	const rows = 200 // more than one pass takes
	tokens, targets, mask := make([]int32, rows*T), make([]int32, rows*T), make([]float32, rows*T)
	for i := range tokens {
		tokens[i], targets[i], mask[i] = int32(r.IntN(vocab)), int32(r.IntN(vocab)), float32(i%5&1)
	}
	w, err := Blueprint{Stage: "pretrain", Config: run.Info().Config, Values: run.Info().Params, Batch: 5}.Worker(simd.New())
	require.NoError(t, err)
	defer w.Close()
	weights := make([]float32, run.Model().Slab.Len())
	require.NoError(t, run.Model().Backend().Read(weights, run.Model().Slab))
	losses := func(first, n int) (out []float32) {
		b := &parallel.Batch{
			Rows: n, Ints: [][]int32{tokens[first*T : (first+n)*T], targets[first*T : (first+n)*T]},
			Floats: [][]float32{mask[first*T : (first+n)*T]},
		}
		require.NoError(t, w.Do(weights, &parallel.Job{Kind: lossesService, Batch: b}, func(r parallel.Result) error {
			out = append(out, r.Floats...)
			return nil
		}))
		weights = nil // kept
		return out
	}
	want := losses(0, rows)
	pass, err := newScorer(run.Model(), 1, T)
	require.NoError(t, err)
	for i := range rows {
		alone := make([]float32, T)
		require.NoError(t, pass.run(tokens[i*T:(i+1)*T], targets[i*T:(i+1)*T], mask[i*T:(i+1)*T], alone))
		require.Equal(t, alone, want[i*T:(i+1)*T], "row %d", i)
	}
	for _, n := range []int{64, 1, 3, 64} {
		for first := 0; first+n <= rows; first += 61 {
			require.Equal(t, want[first*T:(first+n)*T], losses(first, n), "%d rows from %d", n, first)
		}
	}
}

// watched is a peer that counts what it is sent and fails when told to.
type watched struct {
	parallel.Peer
	log  *[]string
	fail func(j *parallel.Job) error // nil: never
	next error
}

func (w *watched) Start(weights []float32, j *parallel.Job) error {
	entry := j.Kind
	if weights != nil {
		entry += " with weights"
	}
	*w.log = append(*w.log, entry)
	if w.fail != nil {
		w.next = w.fail(j)
	}
	return w.Peer.Start(weights, j)
}

func (w *watched) Next() (parallel.Result, error) {
	if w.next != nil {
		return parallel.Result{}, w.next
	}
	return w.Peer.Next()
}

// Weights travel once after each update, whatever is done between two of them.
func TestWeightsTravelOncePerUpdate(t *testing.T) {
	s := setup(map[string]float64{"eval_every": 2, "steps": 6})
	s.Workers = 2
	var log []string
	s.Spawn = func(b Blueprint) (parallel.Peer, error) {
		p, err := elsewhere(b)
		return &watched{Peer: p, log: &log}, err
	}
	run := start(t, s)
	steps(t, run, 2)
	_, err := run.Rollout(prompts(4, 20), rolling)
	require.NoError(t, err)
	steps(t, run, 1)
	require.Equal(t, []string{
		"gradient with weights", "gradient with weights", "losses with weights", "generate", "gradient",
	}, log)
}

// Workers that are lost in a step, in an evaluation or in a rollout change no
// bit; the person is told, and others take their places.
func TestLostWorkersChangeNoBit(t *testing.T) {
	params := map[string]float64{"batch": 8, "eval_every": 3, "sample_every": 4}
	want := follow(t, start(t, setup(params)))
	for _, kind := range []string{parallel.Gradient, lossesService, generateService} {
		t.Run(kind, func(t *testing.T) {
			s := setup(params)
			s.Workers = 3
			var log []string
			var told []*problem.Problem
			born, jobs := 0, 0
			s.OnLost = func(p *problem.Problem) { told = append(told, p) }
			s.Spawn = func(b Blueprint) (parallel.Peer, error) {
				born++
				p, err := elsewhere(b)
				return &watched{Peer: p, log: &log, fail: func(j *parallel.Job) error {
					if j.Kind == kind {
						if jobs++; jobs == 2 || jobs == 3 {
							return errors.New("out of memory")
						}
					}
					return nil
				}}, err
			}
			run := start(t, s)
			require.Equal(t, want, follow(t, run))
			require.Len(t, told, 2)
			require.Equal(t, 4, born)
			require.Equal(t, 3, run.Info().Workers)
			for _, p := range told {
				require.Equal(t, "worker_lost", p.Code)
				require.Equal(t, problem.Args{"why": "out of memory", "replaced": true, "count": 3}, p.Args)
				require.Contains(t, problem.Codes, p.Code)
			}
		})
	}
}

// Where no worker can be started the run goes on alone and says so.
func TestNoWorkerCanBeStarted(t *testing.T) {
	s := setup(nil)
	s.Workers = 4
	var told []*problem.Problem
	s.OnLost = func(p *problem.Problem) { told = append(told, p) }
	s.Spawn = func(Blueprint) (parallel.Peer, error) { return nil, errors.New("not here") }
	run := start(t, s)
	require.Equal(t, follow(t, start(t, setup(nil))), follow(t, run))
	require.Equal(t, 1, run.Info().Workers)
	require.Len(t, told, 1)
	require.Equal(t, problem.Args{"why": "not here", "replaced": false, "count": 1}, told[0].Args)
}

// An automatic run measures its first steps and keeps what it has found for the
// next one; no number depends on it.
func TestCalibration(t *testing.T) {
	params := map[string]float64{"steps": 60, "batch": 8}
	want := start(t, setup(params))
	reports := steps(t, want, 50)

	s := setup(params)
	s.Workers, s.MaxWorkers, s.Speeds = 0, 4, Speeds{}
	ms := 0.0
	s.Now = func() float64 { ms++; return ms }
	var run Run
	s.Spawn = elsewhere
	run = start(t, s)
	require.True(t, run.Info().Calibrating)
	for i, r := range steps(t, run, 50) {
		require.Equal(t, reports[i].Metrics.TrainLoss, r.Metrics.TrainLoss)
		require.Equal(t, reports[i].Metrics.GradNorm, r.Metrics.GradNorm)
	}
	info := run.Info()
	require.False(t, info.Calibrating)
	require.Zero(t, info.Requested)
	require.Equal(t, 4, info.MaxWorkers)
	require.Len(t, info.Calibration, 3, "4, 2 and 1")
	require.Equal(t, 1, info.Workers, "all are as fast, so the fewest")
	require.Equal(t, save(t, want).Tensors, save(t, run).Tensors)
	require.Len(t, s.Speeds, 1)

	// The next run of this shape begins with the answer, another shape asks again.
	again := s
	again.Resume = save(t, run)
	next := start(t, again)
	require.False(t, next.Info().Calibrating)
	require.Equal(t, 1, next.Info().Workers)
	require.Equal(t, info.Calibration, next.Info().Calibration)
	other := s
	other.Params = map[string]float64{"steps": 60, "batch": 4, "context": 16}
	require.True(t, start(t, other).Info().Calibrating)
}

// Without a clock nothing is measured: as many workers as there are cores.
func TestWithoutAClock(t *testing.T) {
	s := setup(map[string]float64{"batch": 8})
	s.Workers, s.MaxWorkers = 0, 3
	info := start(t, s).Info()
	require.Equal(t, 3, info.Workers)
	require.Zero(t, info.Requested)
	require.False(t, info.Calibrating)
}

func TestSetWorkers(t *testing.T) {
	params := map[string]float64{"batch": 8}
	want := steps(t, start(t, setup(params)), 12)
	run := start(t, setup(params))
	var got []Report
	for _, n := range []int{1, 4, 2, 9, 3, 0} {
		require.NoError(t, run.SetWorkers(n))
		got = append(got, steps(t, run, 2)...)
		require.Equal(t, n, run.Info().Requested)
		if n > 0 {
			require.Equal(t, min(n, 4), run.Info().Workers)
		}
	}
	require.Equal(t, want, got)
	require.Equal(t, "param_range", problem.From(run.SetWorkers(-1)).Code)
}

// Training proper allocates nothing beside workers either, on the leader's path
// or theirs.
func TestStepWithWorkersAllocatesNothing(t *testing.T) {
	s := setup(map[string]float64{"steps": 1000, "batch": 8})
	s.Workers = 3
	tr := start(t, s).(*trainer)
	steps(t, tr, 12)
	require.Zero(t, testing.AllocsPerRun(25, func() {
		if _, err := tr.update(); err != nil {
			t.Fatal(err)
		}
	}))
}

func TestBlueprintsThatCannotBe(t *testing.T) {
	_, err := Blueprint{Stage: "baking"}.Worker(simd.New())
	require.Equal(t, "stage_unknown", problem.From(err).Code)
	_, err = Blueprint{Stage: "pretrain", Config: nn.Config{Vocab: 300}}.Worker(simd.New())
	require.Equal(t, "model_config", problem.From(err).Code)
}
