package session

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"sprout/core/backend/simd"
	"sprout/core/checkpoint"
	"sprout/core/parallel"
	"sprout/stages"
	"sprout/wasm/protocol"
)

// mortal is a worker that dies at its n-th answer; 0: never.
type mortal struct {
	parallel.Peer
	left *int
}

func (m mortal) Next() (parallel.Result, error) {
	if *m.left--; *m.left == 0 {
		return parallel.Result{}, errors.New("it was terminated")
	}
	return m.Peer.Next()
}

// withWorkers lets the session start workers, the first of which dies.
func withWorkers(s *Session, dies int) (alive *int) {
	alive = new(int)
	s.options.Cores = 2
	s.options.Spawn = func(b stages.Blueprint) (parallel.Peer, error) {
		p := mortal{parallel.NewGoroutine(func() (*parallel.Worker, error) { return b.Worker(simd.New()) }), &dies}
		*alive++
		return counted{p, alive}, nil
	}
	return alive
}

type counted struct {
	mortal
	alive *int
}

func (c counted) Close() {
	*c.alive--
	c.mortal.Close()
}

// weighed are workers without their memory, of which there must be some.
func weighed(t *testing.T, w protocol.Workers) protocol.Workers {
	require.Greater(t, w.Memory, int64(1<<20))
	w.Memory = 0
	return w
}

func TestWorkersChangeNoLoss(t *testing.T) {
	alone := newPage()
	s, start := ready(t, alone, nil)
	info := mustAsk[protocol.RunInfo](t, s, alone, "run.start", start)
	require.Equal(t, protocol.Workers{Count: 1, Requested: 1, Max: 1, Cores: 1}, weighed(t, info.Workers))
	alone.wait(t, func() bool { return alone.state() == done })
	for _, e := range all[protocol.WorkersEvent](alone, "workers") { // only memory may have changed
		require.Equal(t, protocol.Workers{Count: 1, Requested: 1, Max: 1, Cores: 1}, weighed(t, e.Workers))
	}
	want := losses(alone)

	p := newPage()
	s, start = ready(t, p, nil)
	alive := withWorkers(s, 3)
	require.True(t, mustAsk[protocol.Ready](t, s, p, "hello", protocol.Hello{}).Workers)
	start.Workers, start.Paused = 2, true
	info = mustAsk[protocol.RunInfo](t, s, p, "run.start", start)
	require.Equal(t, protocol.Workers{Count: 2, Requested: 2, Max: 4, Cores: 2}, weighed(t, info.Workers))
	require.Equal(t, 1, *alive)
	for range 4 {
		mustAsk[protocol.RunState](t, s, p, "run.control", protocol.Control{Action: "step"})
	}
	problems := all[protocol.ProblemEvent](p, "problem")
	require.Len(t, problems, 1)
	require.Equal(t, "worker_lost", problems[0].Problem.Code)
	require.Contains(t, problems[0].Problem.Text, "it was terminated")
	require.Equal(t, 1, *alive, "it was replaced")

	mustAsk[protocol.RunState](t, s, p, "run.control", protocol.Control{Action: "workers", Workers: 4})
	events := all[protocol.WorkersEvent](p, "workers")
	require.Equal(t, protocol.Workers{Count: 4, Requested: 4, Max: 4, Cores: 2}, weighed(t, events[len(events)-1].Workers))
	mustAsk[protocol.RunState](t, s, p, "run.control", protocol.Control{Action: "resume"})
	p.wait(t, func() bool { return p.state() == done })
	require.Equal(t, want, losses(p))
	mustAsk[protocol.RunInfo](t, s, p, "run.start", protocol.StartRun{
		Stage: start.Stage, Preset: start.Preset, Dataset: start.Dataset, Tokenizer: start.Tokenizer, Params: start.Params, Workers: 1, Paused: true,
	})
	require.Zero(t, *alive, "workers end with their run")
}

// An automatic run says what it measures.
func TestCalibrationIsTold(t *testing.T) {
	p := newPage()
	s, start := ready(t, p, checkpoint.NewMemory(0, nil))
	withWorkers(s, 0)
	start.Params["steps"] = 40
	info := mustAsk[protocol.RunInfo](t, s, p, "run.start", start)
	require.True(t, info.Workers.Measuring)
	p.wait(t, func() bool { return p.state() == done })
	events := all[protocol.WorkersEvent](p, "workers")
	require.NotEmpty(t, events)
	last := events[len(events)-1].Workers
	require.False(t, last.Measuring)
	require.Zero(t, last.Requested)
	require.Len(t, last.Speeds, 2)
	require.Positive(t, last.Speeds[0].StepsPerSec)
}
