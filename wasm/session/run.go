package session

import (
	"cmp"
	"context"

	"sprout/core/backend"
	"sprout/core/checkpoint"
	"sprout/core/problem"
	"sprout/stages"
	"sprout/wasm/protocol"
)

// States of a run.
const (
	running = "running"
	paused  = "paused"
	stopped = "stopped"
	done    = "done"
	failed  = "failed"
)

// metricsEvery bounds how often the page is told of new steps, in ms.
const metricsEvery = 100

// run is the stage in progress, or the last one: its model stays, to be
// sampled. Its loop is the only goroutine that steps it; commands reach the
// loop between steps.
type run struct {
	info     protocol.RunInfo
	stage    stages.Run
	data     *dataset // the text, or the lessons where there is none
	docs     bool     // learned from documents, each of which begins after EOS
	state    string
	problem  *protocol.Problem
	requests chan request
	ended    chan struct{}

	pending []protocol.Metrics  // not yet told
	fresh   bool                // the last iteration's answers are not yet told
	gains   []protocol.PairGain // of the held-out pairs, as last measured
	told    float64             // when the page was last told, ms
	savedAt int                 // step of the last save, -1 for none
	single  bool                // pause again after one step
	lost    []*problem.Problem  // workers that were lost, not yet told
	memory  int64               // that all workers have taken, bytes
	weighed float64             // when they were asked, ms

	// What the run can be started with again where its GPU fails.
	setup   *stages.Setup
	shape   string                 // its ranKey
	workers int                    // asked for
	safe    *checkpoint.Checkpoint // its last copy outside the GPU; nil: as it began
	copyAt  float64                // when the next one is due, ms
}

// request is a control action on its way to the loop.
type request struct {
	protocol.Control
	reply  chan error
	failed *backend.DeviceError // "leave": why
}

func noRun() error {
	return problem.New("no_run", nil, "There is no run in progress; start one first.")
}

func (r *run) active() bool { return r != nil && (r.state == running || r.state == paused) }

func (r *run) snapshotState() protocol.RunState {
	return protocol.RunState{Run: r.info.Run, State: r.state, Step: r.info.Step, Problem: r.problem}
}

func (s *Session) startRun(c protocol.StartRun, _ []byte) (any, []byte, error) {
	if s.run.active() || s.starting {
		return nil, nil, busy()
	}
	s.starting = true
	defer func() { s.starting = false }()
	stage, err := stages.Find(c.Stage)
	if err != nil {
		return nil, nil, err
	}
	setup, r, err := s.prepare(stage, c)
	if err != nil {
		return nil, nil, err
	}
	s.closeRun()
	if r.stage, err = s.begin(r, stage, *setup, cmp.Or(c.Compute, onAnything), c.Workers); err != nil {
		return nil, nil, err
	}
	r.setup, r.workers, r.copyAt = setup, c.Workers, s.host.Now()+copyEvery
	s.describeRun(r)
	r.state, r.savedAt = running, -1
	if c.Paused {
		r.state = paused
	}
	s.run = r
	go s.loop(r)
	return r.info, nil, nil
}

// describeRun fills in what the page is told of the run.
func (s *Session) describeRun(r *run) {
	i := r.stage.Info()
	r.info.Run, r.info.Stage, r.info.Preset, r.info.Seed = i.Run, i.Stage, i.Preset, i.Seed
	r.info.Params, r.info.Parameters, r.info.Trained, r.info.Vocab = i.Params, i.Parameters, i.Trained, i.Config.Vocab
	r.info.Steps, r.info.Step, r.info.LnV, r.info.Bytes = i.Steps, i.Step, i.LnV, i.Bytes
	r.info.Workers = s.describeWorkers(r)
	r.info.Dataset = r.data.info
	r.info.NGrams = ngrams(i.NGrams)
	if town := r.setup.Town; town != nil && len(i.NGrams) > 0 {
		r.info.OwnEntropy = stages.OwnEntropy(town, r.setup.Langs, i.NGrams[0])
	}
	for _, note := range i.Notes {
		r.info.Notes = append(r.info.Notes, *toProtocol(note))
	}
	r.info.Iteration = iteration(r.stage.Iteration())
	h := r.stage.History()
	for _, m := range h.Metrics {
		r.info.History = append(r.info.History, protocol.Metrics(m))
	}
	for _, x := range h.Samples {
		r.info.Samples = append(r.info.Samples, protocol.SampleEvent(x))
	}
}

func ngrams(in []stages.NGram) []protocol.NGram {
	out := make([]protocol.NGram, len(in))
	for i, n := range in {
		out[i] = protocol.NGram(n)
	}
	return out
}

// closeRun frees the last run's memory before another takes its place.
func (s *Session) closeRun() {
	if s.run == nil {
		return
	}
	<-s.run.ended
	s.engine.Lock()
	defer s.engine.Unlock()
	s.models.drop(live)
	s.run.stage.Close()
	s.run = nil
}

// loop trains until the run ends. A panic inside a step ends the run, not the
// engine.
func (s *Session) loop(r *run) {
	defer close(r.ended)
	s.enter(r, r.state, nil)
	for r.active() {
		if r.state == paused {
			s.obey(r, <-r.requests)
			continue
		}
		select {
		case q := <-r.requests:
			s.obey(r, q)
			continue
		default:
		}
		s.step(r)
		s.host.Yield()
	}
	s.remember(r)
	s.endWorkers(r)
}

// step trains once and tells what there is to tell.
func (s *Session) step(r *run) {
	report, err := s.guarded(r)
	if e := deviceFailed(err); e != nil && r.onGPU() {
		if err = s.leaveGPU(r, e); err == nil {
			return
		}
	}
	if err != nil {
		r.info.Step = r.stage.Info().Step
		s.tell(r)
		if problem.From(err).Code == "training_diverged" {
			r.savedAt = -1 // a checkpoint of this very step does not know it yet
		}
		s.keep(r, checkpoint.Auto)
		s.enter(r, failed, err)
		return
	}
	if report.Part != nil {
		s.tellPart(r, report.Part)
		return // no step yet: a single one is still due
	}
	r.info.Step = r.stage.Info().Step
	r.known(report.Earlier)
	if report.Waiting {
		return
	}
	r.known([]stages.Metrics{report.Metrics})
	if report.Sample != nil {
		s.emit("sampled", protocol.SampleEvent(*report.Sample))
	}
	s.tellWorkers(r)
	s.tellMeasured(r, report.Measured)
	if now := s.host.Now(); now-r.told > metricsEvery || report.Metrics.HeldOutLoss != nil || r.single {
		r.told = now
		s.tell(r)
	}
	switch {
	case r.stage.Done():
		s.tell(r)
		if s.keep(r, checkpoint.Final); !r.stage.Done() {
			return // it had to go back
		}
		s.enter(r, done, nil)
	case report.SaveDue:
		s.keep(r, checkpoint.Auto)
	default:
		s.keepCopy(r)
	}
	if r.single && r.active() {
		r.single = false
		s.enter(r, paused, nil)
	}
}

// guarded holds the engine for one step.
func (s *Session) guarded(r *run) (report stages.Report, err error) {
	s.engine.Lock()
	defer s.engine.Unlock()
	defer func() {
		if p := recover(); p != nil {
			err = s.panicked(p)
		}
	}()
	report, err = r.stage.Step()
	if err != nil || !report.Waiting || !r.single {
		return report, err
	}
	// Somebody wants to see this very step.
	ms, err := r.stage.Settle()
	if n := len(ms); err == nil && n > 0 {
		report = stages.Report{Earlier: ms[:n-1], Metrics: ms[n-1]}
	}
	return report, err
}

// known takes metrics to be told.
func (r *run) known(ms []stages.Metrics) {
	for _, m := range ms {
		r.pending = append(r.pending, protocol.Metrics(m))
	}
}

// settle takes the metrics that a run on a GPU has not read yet. What fails here
// fails in the next step, too.
func (s *Session) settle(r *run) {
	s.engine.Lock()
	defer s.engine.Unlock()
	if ms, err := r.stage.Settle(); err == nil {
		r.known(ms)
	}
}

// obey carries out one control action between two steps.
func (s *Session) obey(r *run, q request) {
	var err error
	switch q.Action {
	case "pause":
		s.settle(r)
		s.enter(r, paused, nil)
	case "resume":
		s.enter(r, running, nil)
	case "step":
		r.single = true
		s.enter(r, running, nil)
		s.step(r)
	case "stop":
		s.settle(r)
		s.keep(r, checkpoint.Auto)
		s.enter(r, stopped, nil)
	case "save":
		err = s.save(r, checkpoint.Manual)
	case "keep":
		err = s.keep(r, checkpoint.Auto)
	case "workers":
		err = s.setWorkers(r, q.Workers)
	case "compute":
		err = s.moveTo(r, q.Compute)
	case "leave":
		err = s.leaveGPU(r, q.failed)
	default:
		err = problem.New("bad_command", nil, "A run has no action %q.", q.Action)
	}
	q.reply <- err
}

func (s *Session) control(c protocol.Control, _ []byte) (any, []byte, error) {
	r := s.run
	if r == nil {
		return nil, nil, noRun()
	}
	q := request{Control: c, reply: make(chan error, 1)}
	var err error
	select {
	case r.requests <- q:
		err = <-q.reply
	case <-r.ended:
		if c.Action == "save" {
			err = s.save(r, checkpoint.Manual)
		}
	}
	return r.snapshotState(), nil, err
}

// enter changes the state and says so, after all metrics up to here.
func (s *Session) enter(r *run, state string, err error) {
	s.tell(r)
	r.state, r.problem = state, toProtocol(err)
	s.emit("state", protocol.StateEvent{RunState: r.snapshotState()})
}

func (s *Session) tell(r *run) {
	if r.fresh {
		r.fresh = false
		if i := iteration(r.stage.Iteration()); i != nil {
			s.emit("iteration", protocol.IterationEvent{Run: r.info.Run, Iteration: *i})
		}
	}
	if len(r.pending) > 0 {
		s.emit("metrics", protocol.MetricsEvent{Run: r.info.Run, Metrics: r.pending})
		r.pending = r.pending[:0]
	}
}

// snapshot copies the run as it is; the engine is held meanwhile.
func (s *Session) snapshot(r *run, kind string) (*checkpoint.Checkpoint, error) {
	s.engine.Lock()
	defer s.engine.Unlock()
	return r.stage.Save(kind)
}

// keep saves unless this very step is saved already; a failure is reported and
// training goes on.
func (s *Session) keep(r *run, kind string) error {
	if r.savedAt == r.info.Step && kind == checkpoint.Auto {
		return nil
	}
	err := s.save(r, kind)
	if e := deviceFailed(err); e != nil && r.onGPU() {
		if err = s.leaveGPU(r, e); err == nil && kind == checkpoint.Auto {
			err = s.save(r, kind)
		}
	}
	if err != nil {
		s.emit("problem", protocol.ProblemEvent{Stage: r.info.Stage, Step: r.info.Step, Problem: *toProtocol(err)})
	}
	return err
}

// save writes a checkpoint; an automatic one takes the place of older ones.
func (s *Session) save(r *run, kind string) error {
	c, err := s.snapshot(r, kind)
	if err != nil {
		return err
	}
	if r.onGPU() {
		r.safe = c
	}
	err = s.write(func(ctx context.Context, store checkpoint.Store) error {
		if kind != checkpoint.Auto && kind != checkpoint.Final {
			return store.Put(ctx, c)
		}
		_, err := checkpoint.Autosave(ctx, store, c, checkpoint.DefaultKeep)
		return err
	})
	if err != nil {
		return err
	}
	r.savedAt = c.Meta.Step
	s.emit("saved", protocol.SavedEvent{Checkpoint: describe(c.Meta)})
	return nil
}
