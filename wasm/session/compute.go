package session

import (
	"encoding/json"
	"errors"
	"math"

	"sprout/core/backend"
	"sprout/core/checkpoint"
	"sprout/core/problem"
	"sprout/stages"
	"sprout/wasm/protocol"
)

// What may be asked to compute a run.
const (
	onAnything = "auto"
	onWorkers  = "workers"
	onGPU      = "gpu"
)

// gpuBackend is the name of the backend that a GPU is.
const gpuBackend = "webgpu"

// GPU is a graphics processor that is open. Whoever asked for it closes it.
type GPU struct {
	backend.Backend
	Adapter  string // its name
	Software bool   // it is imitated on the processor
	// Dry makes a backend with the same limits that computes nothing.
	Dry func() backend.Backend
}

// openGPU asks the host; the error says why there is none.
func (s *Session) openGPU() (*GPU, error) {
	if s.options.OpenGPU == nil {
		return nil, problem.New("gpu_absent", nil, "This browser has no WebGPU.")
	}
	g, err := s.options.OpenGPU()
	if p := (*problem.Problem)(nil); err != nil && !errors.As(err, &p) {
		err = gpuFailed(err)
	}
	return g, err
}

func gpuFailed(err error) *problem.Problem {
	return problem.New("gpu_failed", problem.Args{"why": err.Error()}, "The GPU failed: %v", err)
}

// paces are what steps of one shape take, in ms.
type paces struct{ gpu, workers stages.Pace }

// chooser settles what computes a run, and tells in its description. An answer other
// than the one asked for is a problem only where the run can not begin.
func (s *Session) chooser(r *run, asked string, workers int) func(stages.Blueprint) (stages.Machine, error) {
	return func(b stages.Blueprint) (stages.Machine, error) {
		r.shape = ranKey(b, asked, workers)
		m := stages.Machine{
			NewBackend: s.options.NewBackend, Spawn: s.options.Spawn,
			Workers: s.possible(workers), MaxWorkers: s.cores(), Now: s.host.Now, Yield: s.host.Yield,
		}
		c := protocol.Compute{Requested: asked, Backend: s.options.Backend}
		g, err := s.choose(b, m, &c)
		if err != nil {
			return m, err
		}
		r.info.Compute = c
		if g == nil {
			return m, nil
		}
		m.Workers, m.MaxWorkers = 1, 1
		m.NewBackend = func() (backend.Backend, error) {
			if first := g; first != nil {
				g = nil
				return first, nil
			}
			another, err := s.openGPU()
			if err != nil {
				return nil, &backend.DeviceError{Why: err.Error()}
			}
			return another, nil
		}
		return m, nil
	}
}

// choose opens the GPU where it is to compute, and fills in the reasons.
func (s *Session) choose(b stages.Blueprint, m stages.Machine, c *protocol.Compute) (*GPU, error) {
	c.Why = toProtocol(problem.New("compute_asked", nil, "As it was asked for."))
	if c.Requested == onWorkers {
		return nil, nil
	}
	g, err := s.openGPU()
	if err != nil {
		c.Why = toProtocol(err)
		return nil, nil
	}
	c.Adapter, c.Software = g.Adapter, g.Software
	use := false
	if g.Software && c.Requested == onAnything {
		err = problem.New("gpu_software", problem.Args{"adapter": g.Adapter}, "%s only imitates a GPU on the processor.", g.Adapter)
	} else if err = fits(b, g); err == nil {
		use = c.Requested == onGPU
		if !use {
			use, err = s.race(b, m, g, c)
		}
	} else if c.Requested == onGPU {
		_ = g.Close()
		return nil, err
	}
	if err != nil {
		c.Why = toProtocol(err)
	}
	if !use {
		return nil, g.Close()
	}
	c.Backend = gpuBackend
	return g, nil
}

// fits records a step on a device with the GPU's limits that computes nothing.
func fits(b stages.Blueprint, g *GPU) error {
	_, err := b.Pace(stages.Machine{NewBackend: func() (backend.Backend, error) { return g.Dry(), nil }})
	e, ok := errors.AsType[*backend.DeviceError](err)
	switch {
	case !ok:
		return err
	case e.Need == 0:
		return gpuFailed(e)
	}
	return problem.New("gpu_too_small", problem.Args{"adapter": g.Adapter, "need": e.Need, "limit": e.Limit},
		"The model is too large for the GPU (%s): %v. Choose a smaller model or batch, or have workers compute.", g.Adapter, e)
}

// keeps is a GPU that is not closed with what is measured on it.
type keeps struct{ backend.Backend }

func (keeps) Close() error { return nil }

// race measures a step of the run on the GPU and with the workers, and says
// whether the GPU is clearly faster. What was found serves for the same shape.
func (s *Session) race(b stages.Blueprint, m stages.Machine, g *GPU, c *protocol.Compute) (faster bool, err error) {
	shape, err := json.Marshal([]any{b, m.Workers, g.Adapter})
	if err != nil {
		return false, err
	}
	p, known := s.paces[string(shape)]
	if !known {
		s.progress("compare", 0)
		s.host.Yield()
		on := m
		on.NewBackend, on.Workers = func() (backend.Backend, error) { return keeps{g.Backend}, nil }, 1
		if p.gpu, err = b.Pace(on); err != nil {
			if _, ok := errors.AsType[*backend.DeviceError](err); ok {
				err = gpuFailed(err)
				c.Why = toProtocol(err)
				return false, err
			}
			return false, err
		}
		s.progress("compare", 0.3)
		s.host.Yield()
		if m.Workers == 0 {
			m.Workers = m.MaxWorkers
		}
		if p.workers, err = b.Pace(m); err != nil {
			return false, err
		}
		s.paces[string(shape)] = p
	}
	const clearly = 1.1
	times := p.workers.StepMs / p.gpu.StepMs
	faster = times > clearly
	code, text := "gpu_faster", "The GPU (%s) is %.1f times as fast as %d workers."
	if !faster {
		times = 1 / times
		code, text = "gpu_slower", "The GPU (%s) takes %.1f times as long as %d workers."
	}
	times = math.Round(10*times) / 10
	args := problem.Args{"adapter": g.Adapter, "times": times, "count": p.workers.Workers}
	c.Why = toProtocol(problem.New(code, args, text, g.Adapter, times, p.workers.Workers))
	return faster, nil
}

// onGPU says that the run's steps are made by a GPU.
func (r *run) onGPU() bool { return r != nil && r.info.Compute.Backend == gpuBackend }

// deviceFailed finds the failure of a device in an error.
func deviceFailed(err error) *backend.DeviceError {
	e, _ := errors.AsType[*backend.DeviceError](err)
	return e
}

// begin starts a run; where the GPU fails meanwhile, with workers.
func (s *Session) begin(r *run, stage stages.Stage, setup stages.Setup, asked string, workers int) (stages.Run, error) {
	before := r.info.Compute
	setup.Late = lateSteps
	setup.Choose = s.chooser(r, asked, workers)
	started, err := stage.Start(setup)
	if e := deviceFailed(err); e != nil && r.onGPU() {
		setup.Choose = s.chooser(r, onWorkers, workers)
		if started, err = stage.Start(setup); err == nil {
			r.info.Compute.Requested, r.info.Compute.Why = asked, toProtocol(gpuFailed(e))
		}
	}
	if err != nil {
		r.info.Compute = before
		return nil, err
	}
	from := setup.Resume
	r.info.Compute.Mixed = from != nil && (before.Mixed || from.Meta.Backend != r.info.Compute.Backend)
	return started, nil
}

// lateSteps is of how many steps a GPU is read at once, where they are quick.
const lateSteps = 8

// How often a run on a GPU is copied to where it survives the GPU, in ms, and how
// many times what that takes must lie between.
const (
	copyEvery = 10_000
	copyShare = 50
)

// keepCopy copies a run from the GPU every now and then.
func (s *Session) keepCopy(r *run) {
	now := s.host.Now()
	if !r.onGPU() || now < r.copyAt {
		return
	}
	c, err := s.snapshot(r, checkpoint.Auto)
	if err != nil {
		return // the next step meets the same failure
	}
	took := s.host.Now() - now
	r.safe, r.copyAt = c, s.host.Now()+max(copyEvery, copyShare*took)
}

// leaveGPU has a run whose GPU failed go on with workers from its last copy.
func (s *Session) leaveGPU(r *run, e *backend.DeviceError) error {
	if !r.onGPU() {
		return nil // another command was first
	}
	at := r.info.Step
	if err := s.move(r, onWorkers); err != nil {
		return err
	}
	p := gpuLost(e, at, r.info.Step)
	r.info.Compute.Why = toProtocol(p)
	s.tellCompute(r)
	s.emit("problem", protocol.ProblemEvent{Stage: r.info.Stage, Step: at, Problem: *toProtocol(p)})
	return nil
}

func gpuLost(e *backend.DeviceError, at, from int) *problem.Problem {
	return problem.New("gpu_lost", problem.Args{"why": e.Why, "step": at, "from": from},
		"The GPU failed at step %d (%s). The run went back to step %d and goes on with workers.", at, e.Why, from)
}

// moveTo has something else compute a run from the next step on.
func (s *Session) moveTo(r *run, asked string) error {
	s.settle(r)
	c, err := s.snapshot(r, checkpoint.Auto)
	if err != nil {
		return err
	}
	r.safe = c
	if err := s.move(r, asked); err != nil {
		return err
	}
	s.tellCompute(r)
	return nil
}

// move starts the run again where its last copy stands.
func (s *Session) move(r *run, asked string) error {
	stage, err := stages.Find(r.info.Stage)
	if err != nil {
		return err
	}
	setup := *r.setup
	if r.safe != nil {
		// Reward model and teacher are in the copy, weights and all.
		setup.Resume, setup.Reward, setup.Teacher = r.safe, nil, nil
	}
	s.engine.Lock()
	defer s.engine.Unlock()
	next, err := s.begin(r, stage, setup, asked, r.workers)
	if err != nil {
		return err
	}
	s.models.drop(live)
	r.stage.Close()
	r.stage, r.lost = next, nil
	r.info.Step = next.Info().Step
	r.savedAt = min(r.savedAt, r.info.Step)
	r.pending = r.pending[:0]
	return nil
}

// tellCompute says who computes, and that nothing after this step counts.
func (s *Session) tellCompute(r *run) {
	r.info.Workers = s.describeWorkers(r)
	s.emit("compute", protocol.ComputeEvent{Run: r.info.Run, Step: r.info.Step, Compute: r.info.Compute, Workers: r.info.Workers})
}

// rescue is asked by a command that met a failed GPU: true says that the run has
// left it and the command may be tried again.
func (s *Session) rescue(err error) bool {
	e, r := deviceFailed(err), s.run
	if e == nil || !r.onGPU() {
		return false
	}
	q := request{Control: protocol.Control{Action: "leave"}, reply: make(chan error, 1), failed: e}
	select {
	case r.requests <- q:
		return <-q.reply == nil
	case <-r.ended:
		return s.leaveGPU(r, e) == nil
	}
}

func init() {
	problem.Register(map[string]string{
		"compute_asked":  "note: what computes was asked for",
		"gpu_absent":     "note: the browser has no WebGPU",
		"gpu_insecure":   "note: the page has no secure connection, without which there is no WebGPU",
		"gpu_no_adapter": "note: the browser has WebGPU and offers no GPU",
		"gpu_software":   "note: the GPU is imitated on the processor and not taken unasked: adapter",
		"gpu_faster":     "note: the GPU was measured to be faster: adapter, times, count (workers)",
		"gpu_slower":     "note: the GPU was not measured to be faster: adapter, times (as long), count (workers)",
		"gpu_too_small":  "the model does not fit into the GPU's limits: adapter, need, limit (bytes of one buffer)",
		"gpu_failed":     "the GPU failed before the run began, which workers compute: why",
		"gpu_lost":       "the GPU failed in mid-run, which went back and goes on with workers: why, step, from",
	})
}
