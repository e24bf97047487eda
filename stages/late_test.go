package stages

import (
	"testing"

	"github.com/stretchr/testify/require"

	"sprout/core/backend"
	"sprout/core/backend/simd"
	"sprout/core/problem"
	"sprout/core/tensor"
)

// remote is a backend whose memory cannot be looked at, and that counts readings.
type remote struct {
	backend.Backend
	read *int
}

func (r remote) Read(dst []float32, t tensor.Tensor) error {
	*r.read++
	return r.Backend.Read(dst, t)
}

func remotely(s Setup, late int) (Setup, *int) {
	read := new(int)
	s.NewBackend = func() (backend.Backend, error) { return remote{simd.New(), read}, nil }
	s.Late = late
	return s, read
}

// every collects the metrics of all steps, without their times.
func every(t *testing.T, run Run, n int) (out []Metrics) {
	t.Helper()
	add := func(ms ...Metrics) {
		for _, m := range ms {
			m.TokensPerSec, m.Seconds, m.SecondsLeft = 0, 0, 0
			out = append(out, m)
		}
	}
	for range n {
		r, err := run.Step()
		require.NoError(t, err)
		add(r.Earlier...)
		if r.Part == nil && !r.Waiting {
			add(r.Metrics)
		}
	}
	ms, err := run.Settle()
	require.NoError(t, err)
	add(ms...)
	return out
}

// Metrics that come late are the same, as are the weights; every due measurement
// belongs to its step, and what is saved in between misses nothing.
func TestLateMetricsAreTheSame(t *testing.T) {
	for name, x := range map[string]struct {
		Stage
		Setup
	}{
		"pretrain": {Pretrain{}, setup(map[string]float64{"clip": 0.05})}, "sft": {SFT{}, sftSetup(t, nil)},
		"lora": {LoRA{}, loraSetup(t, nil)}, "dpo": {DPO{}, pairSetup(t, nil)},
	} {
		t.Run(name, func(t *testing.T) {
			s, read := remotely(x.Setup, 0)
			plain := startOn(t, x.Stage, s)
			before := *read
			want := every(t, plain, 19)
			each := *read - before
			s, _ = remotely(x.Setup, 8)
			run := startOn(t, x.Stage, s)
			got := every(t, run, 7)
			save(t, run)
			got = append(got, every(t, run, 12)...)
			require.Equal(t, want, got)
			require.Equal(t, save(t, plain).Tensors, save(t, run).Tensors)
			a, b := plain.History(), run.History()
			require.Len(t, b.Metrics, len(a.Metrics))
			require.Equal(t, a.Samples, b.Samples)
			if name == "pretrain" {
				s, read = remotely(x.Setup, 8)
				run = startOn(t, x.Stage, s)
				before = *read
				every(t, run, 19)
				require.Equal(t, 2*19, each)
				require.Equal(t, 2+1+1+2+1, *read-before, "steps 1 and 11 by themselves, 2 to 9, 10 before it is saved, 12 to 19")
			}
		})
	}
}

// Slow steps are not waited for, and one step at a time can be had.
func TestLateOnlyWhereStepsAreQuick(t *testing.T) {
	s, _ := remotely(setup(nil), 8)
	s.Now = ticking(60)
	run := startOn(t, Pretrain{}, s)
	for i := range 5 {
		r, err := run.Step()
		require.NoError(t, err)
		require.Equal(t, i+1, r.Metrics.Step)
	}
	s.Now = nil
	run = startOn(t, Pretrain{}, s)
	steps(t, run, 3)
	news, err := run.Settle()
	require.NoError(t, err)
	require.Len(t, news, 2)
	require.Equal(t, 3, news[1].Step)
	news, err = run.Settle()
	require.NoError(t, err)
	require.Empty(t, news)
}

// What is no longer a number is found late, and the run stands at a good step all the
// same.
func TestLateDivergence(t *testing.T) {
	s, _ := remotely(setup(map[string]float64{"lr": 1, "warmup": 0, "clip": 0, "steps": 200, "beta2": 0.5}), 8)
	run := startOn(t, Pretrain{}, s)
	model := run.Model()
	for i := 0; ; i++ {
		require.Less(t, i, 200)
		if i == 13 { // spoil the weights
			bad := make([]float32, model.Slab.Len())
			for j := range bad {
				bad[j] = 1e30
			}
			require.NoError(t, model.Backend().Write(model.Slab, bad))
		}
		if _, err := run.Step(); err != nil {
			require.Equal(t, "training_diverged", problem.From(err).Code)
			require.Equal(t, 14, problem.From(err).Args["step"])
			break
		}
	}
	require.Equal(t, 10, run.Info().Step)
	require.Len(t, run.History().Metrics, 10)
	require.NoError(t, model.Dump(func(name string, _ tensor.Shape, data []float32) {
		for _, x := range data {
			require.True(t, finite(float64(x)), name)
		}
	}))
}
