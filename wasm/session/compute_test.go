package session

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sprout/core/backend"
	"sprout/core/backend/simd"
	"sprout/core/backend/webgpu"
	"sprout/core/checkpoint"
	"sprout/core/op"
	"sprout/core/problem"
	"sprout/core/tensor"
	"sprout/wasm/protocol"
)

// graphics pretends to be a machine's GPU. It computes as simd does, so that runs
// on both can be held against each other.
type graphics struct {
	software bool
	slower   time.Duration // every run of calls takes so much longer
	limit    int64
	absent   error
	opened   int
	open     int
	fails    func() bool // asked before every reading; nil: it is sound
	lost     bool
}

type imitation struct {
	backend.Backend
	g *graphics
}

func (x imitation) Name() string { return gpuBackend }

func (x imitation) Run(calls []op.Call) error {
	time.Sleep(x.g.slower)
	return x.Backend.Run(calls)
}

func (x imitation) Read(dst []float32, t tensor.Tensor) error {
	x.g.lost = x.g.lost || x.g.fails != nil && x.g.fails()
	if x.g.lost {
		clear(dst)
		return &backend.DeviceError{Why: "it was taken away"}
	}
	return x.Backend.Read(dst, t)
}

func (x imitation) Close() error {
	x.g.open--
	return x.Backend.Close()
}

// has gives a session a GPU.
func (g *graphics) in(s *Session) {
	s.options.OpenGPU = func() (*GPU, error) {
		if g.absent != nil {
			return nil, g.absent
		}
		g.opened++
		g.open++
		limit := g.limit
		if limit == 0 {
			limit = 1 << 30
		}
		return &GPU{
			Backend: imitation{simd.New(), g}, Adapter: "Imitation 3000", Software: g.software,
			Dry: func() backend.Backend {
				return webgpu.New(webgpu.Dry(webgpu.Limits{BufferBytes: limit, Groups: 65535}))
			},
		}, nil
	}
}

// told is the code of the reason for what computes.
func told(c protocol.Compute) string { return c.Backend + " " + c.Why.Code }

func TestWhatComputesIsChosenWithAReason(t *testing.T) {
	insecure := problem.New("gpu_insecure", nil, "No.")
	for name, x := range map[string]struct {
		graphics
		ask, want string
		refused   string
	}{
		"no GPU":                         {graphics{absent: insecure}, "", "simd gpu_insecure", ""},
		"no GPU, though it is asked for": {graphics{absent: insecure}, "gpu", "simd gpu_insecure", ""},
		"none that opens":                {graphics{absent: errors.New("no")}, "auto", "simd gpu_failed", ""},
		"an imitation":                   {graphics{software: true}, "auto", "simd gpu_software", ""},
		"an imitation, asked for":        {graphics{software: true}, "gpu", "webgpu compute_asked", ""},
		"a slow one":                     {graphics{slower: 3 * time.Millisecond}, "", "simd gpu_slower", ""},
		"workers, asked for":             {graphics{}, "workers", "simd compute_asked", ""},
		"a small one":                    {graphics{limit: 1 << 14}, "", "simd gpu_too_small", ""},
		"a small one, asked for":         {graphics{limit: 1 << 14}, "gpu", "", "gpu_too_small"},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPage()
			s, start := ready(t, p, nil)
			g := x.graphics
			g.in(s)
			start.Compute, start.Paused = x.ask, true
			if x.refused != "" {
				_, _, err := ask[protocol.RunInfo](t, s, p, "run.start", start)
				require.Equal(t, x.refused, err.Code)
				require.Zero(t, g.open, "it is closed again")
				return
			}
			info := mustAsk[protocol.RunInfo](t, s, p, "run.start", start)
			require.Equal(t, x.want, told(info.Compute))
			require.False(t, info.Compute.Mixed)
			require.Equal(t, info.Compute.Backend == gpuBackend, g.open == 1)
			mustAsk[protocol.RunState](t, s, p, "run.control", protocol.Control{Action: "stop"})
		})
	}
}

// A faster GPU is chosen by measurement, once for a shape.
func TestAFasterGPUIsChosen(t *testing.T) {
	p := newPage()
	s, start := ready(t, p, nil)
	g := &graphics{}
	g.in(s)
	slow := &graphics{slower: 3 * time.Millisecond} // of which the workers are made
	s.options.NewBackend = func() (backend.Backend, error) {
		return renamed{imitation{simd.New(), slow}}, nil
	}
	start.Paused = true
	info := mustAsk[protocol.RunInfo](t, s, p, "run.start", start)
	require.Equal(t, "webgpu gpu_faster", told(info.Compute))
	require.Equal(t, "Imitation 3000", info.Compute.Adapter)
	require.Greater(t, info.Compute.Why.Args["times"], 1.1)
	require.EqualValues(t, 1, info.Compute.Why.Args["count"])
	require.Equal(t, protocol.Workers{Count: 1, Requested: 1, Max: 1, Cores: 1}, weighed(t, info.Workers))
	require.Len(t, s.paces, 1)
	mustAsk[protocol.RunState](t, s, p, "run.control", protocol.Control{Action: "stop"})
	measured := *g
	again := mustAsk[protocol.RunInfo](t, s, p, "run.start", start)
	require.Equal(t, info.Compute, again.Compute)
	require.Equal(t, measured.opened+1, g.opened)
	require.Equal(t, 1, g.open)
	require.Len(t, s.paces, 1)
}

type renamed struct{ imitation }

func (renamed) Name() string { return "simd" }

// When the GPU fails the run goes back to its last copy and on with workers, to
// the same end; whether it was saved or not, and whatever it was just doing.
func TestALostGPULosesNothing(t *testing.T) {
	seen := func(p *page, steps int) bool { return len(losses(p)) >= steps }
	for name, x := range map[string]struct {
		every float64            // steps between checkpoints
		when  func(p *page) bool // the next reading fails
		from  int                // step gone back to
	}{
		"in the first step":        {1000, func(*page) bool { return true }, 0},
		"before there is a copy":   {1000, func(p *page) bool { return seen(p, 4) }, 0},
		"while a copy is written":  {4, func(p *page) bool { return seen(p, 4) }, 0},
		"after a checkpoint":       {4, func(p *page) bool { return len(all[protocol.SavedEvent](p, "saved")) > 0 }, 4},
		"while the end is written": {1000, func(p *page) bool { return seen(p, 12) }, 0},
	} {
		t.Run(name, func(t *testing.T) {
			alone := newPage()
			s, start := ready(t, alone, checkpoint.NewMemory(0, nil))
			start.Params["checkpoint_every"] = x.every
			train(t, s, alone, start)
			want := losses(alone)

			p := newPage()
			s, start = ready(t, p, checkpoint.NewMemory(0, nil))
			g := &graphics{fails: func() bool { return x.when(p) }}
			g.in(s)
			start.Params["checkpoint_every"], start.Compute = x.every, "gpu"
			train(t, s, p, start)
			require.True(t, g.lost)
			require.Zero(t, g.open)
			problems := all[protocol.ProblemEvent](p, "problem")
			moved := all[protocol.ComputeEvent](p, "compute")
			require.Len(t, problems, 1)
			require.Equal(t, "gpu_lost", problems[0].Problem.Code)
			require.Len(t, moved, 1)
			require.Equal(t, "simd gpu_lost", told(moved[0].Compute))
			require.Equal(t, x.from > 0, moved[0].Compute.Mixed)
			require.Equal(t, x.from, moved[0].Step)
			require.Equal(t, want, curve(t, p))
		})
	}
}

// curve are the losses by step as a page has them in the end.
func curve(t *testing.T, p *page) (out []float64) {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, m := range p.messages {
		switch m.kind {
		case "metrics":
			var e protocol.MetricsEvent
			require.NoError(t, json.Unmarshal(m.raw, &e))
			for _, x := range e.Metrics {
				require.Equal(t, len(out)+1, x.Step)
				out = append(out, x.TrainLoss)
			}
		case "compute":
			var e protocol.ComputeEvent
			require.NoError(t, json.Unmarshal(m.raw, &e))
			out = out[:e.Step]
		}
	}
	return out
}

// A command that meets the failure first, in a run that waits or is over, is
// answered all the same.
func TestCommandsSurviveALostGPU(t *testing.T) {
	p := newPage()
	s, start := ready(t, p, checkpoint.NewMemory(0, nil))
	g := &graphics{}
	g.in(s)
	start.Compute, start.Paused = "gpu", true
	mustAsk[protocol.RunInfo](t, s, p, "run.start", start)
	for range 5 {
		mustAsk[protocol.RunState](t, s, p, "run.control", protocol.Control{Action: "step"})
	}
	hear := func() string {
		return mustAsk[protocol.Sampled](t, s, p, "sample", protocol.Sample{Checkpoint: live, Prompt: "A", MaxTokens: 6, TopP: 1, Temperature: 1}).Text
	}
	want := hear()
	g.lost = true
	require.Equal(t, want, hear(), "the copy of step 5")
	require.Zero(t, g.open)
	g.lost = false
	mustAsk[protocol.RunState](t, s, p, "run.control", protocol.Control{Action: "compute", Compute: "gpu"})
	require.Equal(t, 1, g.open)
	mustAsk[protocol.RunState](t, s, p, "run.control", protocol.Control{Action: "resume"})
	p.wait(t, func() bool { return p.state() == done })
	want = hear()
	g.lost = true
	require.Equal(t, want, hear(), "the end")
	moved := all[protocol.ComputeEvent](p, "compute")
	require.Len(t, moved, 3)
	require.Equal(t, []int{5, 5, 12}, []int{moved[0].Step, moved[1].Step, moved[2].Step})
	require.True(t, moved[2].Compute.Mixed)
}

// What computes can change at any step, and nothing else does.
func TestComputingMovesInMidRun(t *testing.T) {
	alone := newPage()
	s, start := ready(t, alone, checkpoint.NewMemory(0, nil))
	train(t, s, alone, start)

	p := newPage()
	s, start = ready(t, p, checkpoint.NewMemory(0, nil))
	g := &graphics{}
	g.in(s)
	withWorkers(s, 0)
	start.Compute, start.Paused, start.Workers = "workers", true, 2
	mustAsk[protocol.RunInfo](t, s, p, "run.start", start)
	for i, to := range []string{"gpu", "workers", "auto"} {
		mustAsk[protocol.RunState](t, s, p, "run.control", protocol.Control{Action: "step"})
		mustAsk[protocol.RunState](t, s, p, "run.control", protocol.Control{Action: "compute", Compute: to})
		e := all[protocol.ComputeEvent](p, "compute")[i]
		require.Equal(t, to, e.Compute.Requested)
		require.Equal(t, i+1, e.Step)
		if to == "workers" {
			require.Equal(t, 2, e.Workers.Count)
		}
	}
	g.limit = 1 << 14
	_, _, refused := ask[protocol.RunState](t, s, p, "run.control", protocol.Control{Action: "compute", Compute: "gpu"})
	if s.run.onGPU() { // the choice of "auto" is the machine's
		mustAsk[protocol.RunState](t, s, p, "run.control", protocol.Control{Action: "compute", Compute: "workers"})
	}
	require.Equal(t, "gpu_too_small", refused.Code)
	mustAsk[protocol.RunState](t, s, p, "run.control", protocol.Control{Action: "resume"})
	p.wait(t, func() bool { return p.state() == done })
	require.Equal(t, losses(alone), curve(t, p))
	require.Zero(t, g.open)
}

// A run that was saved on one is gone on with on the other, and says so.
func TestResumeOnAnother(t *testing.T) {
	p := newPage()
	s, start := ready(t, p, checkpoint.NewMemory(0, nil))
	(&graphics{}).in(s)
	start.Compute, start.Paused = "gpu", true
	mustAsk[protocol.RunInfo](t, s, p, "run.start", start)
	mustAsk[protocol.RunState](t, s, p, "run.control", protocol.Control{Action: "step"})
	mustAsk[protocol.RunState](t, s, p, "run.control", protocol.Control{Action: "stop"})
	for _, x := range []struct {
		on    string
		mixed bool
	}{{"workers", true}, {"gpu", false}} {
		info := mustAsk[protocol.RunInfo](t, s, p, "run.start", protocol.StartRun{
			Stage: "pretrain", Resume: newest(t, s, p).ID, Compute: x.on, Paused: true,
		})
		require.Equal(t, 1, info.Step)
		require.Equal(t, x.mixed, info.Compute.Mixed, x.on)
		mustAsk[protocol.RunState](t, s, p, "run.control", protocol.Control{Action: "pause"})
		s.run.savedAt = 1 // this test wants the first checkpoint to stay the newest
		mustAsk[protocol.RunState](t, s, p, "run.control", protocol.Control{Action: "stop"})
	}
}
