package stages

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"sprout/core/backend"
	"sprout/core/backend/simd"
	"sprout/core/backend/webgpu"
)

// kindsOfStages are setups of one stage of each kind.
func kindsOfStages(t *testing.T) map[string]struct {
	Stage
	Setup
} {
	type begun = struct {
		Stage
		Setup
	}
	return map[string]begun{
		"pretrain": {Pretrain{}, setup(nil)}, "sft": {SFT{}, sftSetup(t, nil)}, "lora": {LoRA{}, loraSetup(t, nil)},
		"reward": {Reward{}, pairSetup(t, nil)}, "dpo": {DPO{}, pairSetup(t, nil)}, "simpo": {SimPO{}, pairSetup(t, nil)},
		"ppo": {PPO{}, townSetup(t, nil)}, "grpo": {GRPO{}, townSetup(t, nil)}, "spo": {SPO{}, townSetup(t, nil)},
		"distill": {Distill{}, taughtSetup(t, nil)}, "gkd": {GKD{}, taughtSetup(t, nil)},
	}
}

// ticking is a clock that moves on by so many ms at every look.
func ticking(ms float64) func() float64 {
	now := 0.0
	return func() float64 { now += ms; return now }
}

// What a run computes is known before it begins, is measured with any number of
// workers, and changes nothing of the run.
func TestPaceOfEveryKindOfStage(t *testing.T) {
	for name, x := range kindsOfStages(t) {
		t.Run(name, func(t *testing.T) {
			plain := startOn(t, x.Stage, x.Setup)
			var seen Blueprint
			alone := Machine{NewBackend: x.NewBackend, Workers: 1, MaxWorkers: 1, Now: ticking(100)}
			x.Choose = func(b Blueprint) (Machine, error) {
				seen = b
				for workers := 1; workers <= 2; workers++ {
					m := Machine{NewBackend: x.NewBackend, Workers: workers, Spawn: elsewhere, Now: ticking(100)}
					p, err := b.Pace(m)
					require.NoError(t, err)
					require.Positive(t, p.StepMs)
					require.Equal(t, workers, p.Workers)
				}
				return alone, nil
			}
			run := startOn(t, x.Stage, x.Setup)
			require.Equal(t, run.blueprint(), seen)
			require.Equal(t, 1, run.MaxWorkers, "the machine that was chosen")
			require.Equal(t, train(t, plain, 1), train(t, run, 1))
		})
	}
}

// Where a policy writes for its steps, writing counts: clocks that stand still but
// for the tokens would choose wrongly.
func TestPaceCountsAnswers(t *testing.T) {
	x := startOn(t, GRPO{}, townSetup(t, nil)).blueprint()
	answers, tokens := x.written()
	require.Equal(t, []int{2, 8}, []int{answers, tokens}, "batches of 5 in 2 epochs, 8 tokens an answer")
	m := Machine{NewBackend: func() (backend.Backend, error) { return simd.New(), nil }, Now: ticking(100)}
	whole, err := x.Pace(m)
	require.NoError(t, err)
	x.Values["max_tokens"] = 16 // only 8 are measured
	m.Now = ticking(100)
	longer, err := x.Pace(m)
	require.NoError(t, err)
	require.Greater(t, longer.StepMs, whole.StepMs)
	answers, _ = startOn(t, SFT{}, sftSetup(t, nil)).blueprint().written()
	require.Zero(t, answers)
}

// A judge reads the answers of its lessons before each step, but not the text that
// it goes over again.
func TestPaceCountsWhatIsReadBeforeAStep(t *testing.T) {
	s, _ := villager(t)
	b := startOn(t, TownJudge{}, s).blueprint()
	m := Machine{NewBackend: func() (backend.Backend, error) { return simd.New(), nil }}
	for _, measure := range []func() float64{
		func() float64 { p, err := b.Pace(m); require.NoError(t, err); return p.StepMs },
		func() float64 { ms, err := b.Glance(m, nil); require.NoError(t, err); return ms },
	} {
		m.Now = ticking(100)
		b.Values["replay"] = 0
		most := measure()
		m.Now = ticking(100)
		b.Values["replay"] = 0.9
		require.Less(t, measure(), most)
	}
	require.Zero(t, startOn(t, SFT{}, sftSetup(t, nil)).blueprint().read())
}

// A device that computes nothing tells what does not fit.
func TestADryRunFindsWhatDoesNotFit(t *testing.T) {
	b := startOn(t, Pretrain{}, setup(nil)).blueprint()
	dry := func(limit int64) Machine {
		return Machine{NewBackend: func() (backend.Backend, error) {
			return webgpu.New(webgpu.Dry(webgpu.Limits{BufferBytes: limit, Groups: 65535})), nil
		}}
	}
	_, err := b.Pace(dry(1 << 30))
	require.NoError(t, err)
	_, err = b.Pace(dry(1 << 16))
	var e *backend.DeviceError
	require.True(t, errors.As(err, &e), "%v", err)
	require.Greater(t, e.Need, e.Limit)
}

// A device compiles what is new to it, which is not its speed; what is slow by
// itself is not made twice.
func TestTimedLeavesOutWhatIsCompiled(t *testing.T) {
	for name, x := range map[string]struct {
		takes    []float64
		compiles bool
		want     float64
		runs     int
	}{
		"quick":                 {[]float64{400, 90, 70, 60, 80}, false, 60, 4},
		"very quick":            {[]float64{40, 9, 7, 6, 8}, true, 6, 0},
		"slow":                  {[]float64{5000, 4000}, false, 5000, 1},
		"compiled for long":     {[]float64{9000, 80, 70, 90}, true, 70, 4},
		"and slow all the same": {[]float64{9000, 4000}, true, 4000, 2},
	} {
		t.Run(name, func(t *testing.T) {
			now, runs := 0.0, 0
			ms, err := timed(func() float64 { return now }, x.compiles, func() error {
				now += x.takes[min(runs, len(x.takes)-1)]
				runs++
				return nil
			})
			require.NoError(t, err)
			require.Equal(t, x.want, ms)
			if x.runs > 0 {
				require.Equal(t, x.runs, runs)
			}
		})
	}
}
