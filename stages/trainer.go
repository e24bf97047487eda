package stages

import (
	"maps"
	"math"
	"strings"

	"sprout/core/backend"
	"sprout/core/gen"
	"sprout/core/nn"
	"sprout/core/optim"
	"sprout/core/parallel"
	"sprout/core/problem"
	"sprout/core/text"
)

// recipe is what a stage adds to the shared trainer.
type recipe struct {
	batch    int // rows per step
	tokens   int // per step on average, for the rate
	optim    optim.Config
	schedule optim.Schedule
	// fill makes the batch of a step, a function of the step alone.
	fill func(step int, b *parallel.Batch)
	// tell, if not nil, puts more of a step's sums into its metrics.
	tell func(m Metrics, sums []float64, b *parallel.Batch) Metrics
	// refuses, if not nil, is asked after tell: a step that it refuses is told and
	// counted, and changes no weight.
	refuses func() bool
	// gauge makes what measures the model: a quick and steady part of it while
	// training, or all of it.
	gauge func(t *trainer, whole bool) gauge
	// prompt begins the text that the model writes at a step; none begins a
	// document. slide lets it write beyond its context.
	prompt func(step int) (shown string, tokens []int32)
	slide  bool
	silent bool // the model writes no text
	// sample, if not nil, takes the place of prompt and of what the model writes.
	sample func(t *trainer) (*Sample, error)
	// begin, if not nil, is done with the weights that the run starts from, or is
	// resumed with.
	begin func(t *trainer) error
	// finish, if not nil, is done to the model after the last step.
	finish func(t *trainer) error
	// gather, if not nil, does a part of what must be there before the next step
	// can be made, and tells of it; nil says that all is there.
	gather func(t *trainer) (*Part, error)
	// memory, if not nil, is what changes along with the weights.
	memory memory
}

// memory is the part of a run's state that no function of the seed and the step
// gives back.
type memory interface {
	// state goes into checkpoints, as JSON.
	state() any
	// keep notes the state before the step that is being made. It is false where the
	// run could not go on exactly from there; the weights are not kept then either.
	keep() bool
	// restore goes back to what was kept.
	restore()
}

// gauge measures a model, as it is at each call, on what it has not learned.
type gauge interface {
	measure() (Evaluation, error)
	// baselines are n-gram models on the tokens of the measured loss, if any.
	baselines() []NGram
}

// rated is a gauge that names the measure which is highest in the best model; without
// it the loss is lowest.
type rated interface{ best() string }

// trainer is the Run of every stage that minimises one recorded loss.
type trainer struct {
	*opened
	recipe
	be       backend.Backend
	model    *nn.Params
	beside   map[string]*nn.Params // frozen
	group    *parallel.Group
	adam     *optim.AdamW
	late     *late // nil: every step is read by itself
	good     *optim.Snapshot
	eval     gauge
	notes    []*problem.Problem
	writer   *gen.Generator
	step     int
	kept     int // step of the snapshot, -1 before there is one
	failed   error
	history  History
	clock    stopwatch
	batchOf  parallel.Batch
	measured Evaluation // the last one, Tokens 0 before it

	calibrating bool // at the last step
	profiled    bool // since then: the gradient is no longer the last step's
}

// keepEvery is how many steps apart the last good state is kept: a copy of all
// slabs costs about as much as 2 % of a step.
const keepEvery = 10

func newTrainer(o *opened, r recipe) (*trainer, error) {
	t := &trainer{opened: o, recipe: r, step: o.state.Step, kept: -1, history: o.past}
	t.clock = stopwatch{now: o.Now, seconds: o.state.Seconds}
	if err := t.prepare(); err != nil {
		t.Close()
		return nil, err
	}
	return t, nil
}

func (t *trainer) prepare() (err error) {
	if t.Choose != nil {
		m, err := t.Choose(t.blueprint())
		if err != nil {
			return err
		}
		t.NewBackend, t.Spawn, t.Workers, t.MaxWorkers = m.NewBackend, m.Spawn, m.Workers, m.MaxWorkers
	}
	if t.be, err = t.NewBackend(); err != nil {
		return err
	}
	if t.model, err = newModel(t.stage, t.be, t.cfg, t.values); err != nil {
		return err
	}
	t.rest()
	if err = t.loadWeights(); err != nil {
		return err
	}
	if t.beside, err = newBeside(t.be, t.companions); err != nil {
		return err
	}
	if err = t.loadBeside(); err != nil {
		return err
	}
	if t.group, err = parallel.NewGroup(replica(t.stage, t.model, t.beside, t.values), t.batch, t.crew()); err != nil {
		return err
	}
	t.rest()
	_, slab, matrices := t.learned()
	if t.adam, err = optim.New(t.be, slab, t.group.Grad, matrices, t.optim); err != nil {
		return err
	}
	if err = t.loadMoments(); err != nil {
		return err
	}
	if t.good, err = optim.NewSnapshot(t.be, slab, t.adam.M, t.adam.V); err != nil {
		return err
	}
	if err := t.newLate(); err != nil {
		return err
	}
	if t.Progress != nil {
		if err := t.Progress("ngrams", 0); err != nil {
			return err
		}
	}
	if t.begin != nil {
		if err := t.begin(t); err != nil {
			return err
		}
	}
	t.rest()
	t.eval = t.gauge(t, false)
	t.rest()
	t.writer, err = gen.New(t.model, 1, nil)
	return err
}

// Close frees everything.
func (t *trainer) Close() {
	if t.writer != nil {
		t.writer.Close()
	}
	if t.good != nil {
		t.good.Close()
	}
	if t.late != nil {
		t.late.close(t.be)
	}
	if t.adam != nil {
		t.adam.Close()
	}
	switch {
	case t.group != nil:
		t.group.Close() // and with its replica the model and the backend
	case t.be != nil:
		closeBeside(t.beside)
		t.be.Close()
	}
	t.writer, t.good, t.late, t.adam, t.group, t.be = nil, nil, nil, nil, nil, nil
}

// Done reports whether all steps are made.
func (t *trainer) Done() bool { return t.step >= t.schedule.Steps }

// Step trains one step. After the last it panics.
func (t *trainer) Step() (Report, error) {
	if t.failed != nil {
		return Report{}, t.failed
	}
	if t.Done() {
		panic("stages: a step after the last one")
	}
	if !t.waits() {
		t.clock.start()
	}
	if t.gather != nil {
		part, err := t.gather(t)
		if err != nil || part != nil {
			t.clock.part()
			return Report{Part: part}, t.overflown(err)
		}
	}
	ms, err := t.train()
	if err != nil {
		return Report{}, err
	}
	if len(ms) == 0 {
		return Report{Waiting: true}, nil
	}
	t.clock.trained(len(ms))
	m := &ms[len(ms)-1]
	r := Report{}
	last := t.Done()
	if last && t.finish != nil {
		err := t.finish(t)
		t.group.Changed()
		if err != nil {
			return r, err
		}
	}
	if t.due("eval_every") {
		t.rest()
		e, err := t.eval.measure()
		if err != nil {
			return r, t.overflown(err)
		}
		if !finite(e.Loss) || !allFinite(e.Measures) {
			return r, t.diverged(t.step, m.LR)
		}
		t.measured = e
		r.Measured = &e
		m.HeldOutLoss, m.BitsPerByte = &e.Loss, &e.BitsPerByte
		m.measured(e.Measures)
		if e.Recall >= 0 {
			m.Recall = &e.Recall
		}
	}
	if !t.silent && t.due("sample_every") {
		if r.Sample, err = t.write(); err != nil {
			return r, t.overflown(err)
		}
		t.history.Samples = append(t.history.Samples, *r.Sample)
	}
	t.clock.finished(len(ms))
	t.timed(ms)
	r.Metrics = *m
	r.Earlier = ms[:len(ms)-1]
	if t.late != nil {
		r.Earlier = append(t.late.news, r.Earlier...)
		t.late.news = nil
	}
	r.SaveDue = t.due("checkpoint_every")
	return r, nil
}

// measured adds measures to those that a step has already.
func (m *Metrics) measured(more map[string]float64) {
	if m.Measures == nil && len(more) > 0 {
		m.Measures = map[string]float64{}
	}
	maps.Copy(m.Measures, more)
}

// update is the step proper: gradient, norm, and only if both are finite the
// weights.
func (t *trainer) update() (Metrics, error) {
	t.fill(t.step, &t.batchOf)
	sums, err := t.group.Compute(&t.batchOf)
	t.profiled = false
	if err != nil {
		return Metrics{}, err
	}
	t.calibrated()
	m := Metrics{Step: t.step + 1, TrainLoss: sums[0] * float64(t.batchOf.Scale), LR: t.schedule.At(t.step)}
	if m.GradNorm, err = t.adam.Measure(); err != nil {
		return m, err
	}
	if !finite(m.TrainLoss) || !finite(m.GradNorm) {
		return m, t.diverged(m.Step, m.LR)
	}
	if t.keepDue() {
		if err := t.good.Keep(); err != nil {
			return m, err
		}
		t.kept = t.step
	}
	if t.tell != nil {
		m = t.tell(m, sums, &t.batchOf)
	}
	if !allFinite(m.Measures) {
		return m, t.diverged(m.Step, m.LR)
	}
	if t.refuses == nil || !t.refuses() {
		err = t.adam.Update(t.step, m.LR)
		t.group.Changed()
		if err != nil {
			return m, err
		}
	}
	t.step++
	return m, nil
}

// keepDue says that the state before this step is to be kept, and notes what of
// it are no weights.
func (t *trainer) keepDue() bool {
	if t.memory != nil {
		return t.memory.keep()
	}
	return t.kept < 0 || t.step%keepEvery == 0
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// allFinite says that all measures are numbers: what is not can be neither told nor
// saved, and a model of which it is measured has diverged.
func allFinite(measures map[string]float64) bool {
	for _, x := range measures {
		if !finite(x) {
			return false
		}
	}
	return true
}

// overflown is diverged where an error says that the model's output is not finite:
// weights may be so large that they are no longer good for anything while each of
// them is still a number. Without a step made, it is the model that came so.
func (t *trainer) overflown(err error) error {
	if err == nil || t.kept < 0 || problem.From(err).Code != "sampling_not_finite" {
		return err
	}
	return t.diverged(t.step, t.schedule.At(max(0, t.step-1)))
}

// diverged goes back to the last state that is known to give a finite loss. step
// is the one that failed, or whose weights did.
func (t *trainer) diverged(step int, lr float64) error {
	if t.kept >= 0 {
		err := t.good.Restore()
		t.group.Changed()
		if err != nil {
			return err
		}
		t.step = t.kept
		if t.memory != nil {
			t.memory.restore()
		}
	}
	past := &t.history
	for len(past.Metrics) > 0 && past.Metrics[len(past.Metrics)-1].Step > t.step {
		past.Metrics = past.Metrics[:len(past.Metrics)-1]
	}
	for len(past.Samples) > 0 && past.Samples[len(past.Samples)-1].Step > t.step {
		past.Samples = past.Samples[:len(past.Samples)-1]
	}
	t.failed = problem.New("training_diverged", problem.Args{"step": step, "kept": t.step, "lr": lr},
		"At step %d the loss, its gradient or what the model says was no longer a number. The run went back to step %d, its last good state; "+
			"start again from there with a smaller learning rate than %.2g.", step, t.step, lr)
	return t.failed
}

// write lets the model continue a beginning.
func (t *trainer) write() (*Sample, error) {
	if t.sample != nil {
		return t.sample(t)
	}
	const tokens, temperature = 128, 0.8
	shown, prompt := t.prompt(t.step)
	written, err := t.writer.Generate([][]int32{prompt}, gen.Options{
		Sampling: gen.Sampling{Temperature: temperature}, MaxTokens: tokens,
		Slide: t.slide, Seed: t.seed, Step: uint64(t.step),
	})
	if err != nil {
		return nil, err
	}
	return &Sample{Step: t.step, Prompt: shown, Text: words(t.Setup.Tokenizer, written[0].Tokens)}, nil
}

// words are what an answer says, without the token that ends it.
func words(tok *text.Tokenizer, ids []int32) string {
	if n := len(ids); n > 0 && ids[n-1] == text.EOS {
		ids = ids[:n-1]
	}
	return strings.ToValidUTF8(string(tok.Decode(ids)), "\uFFFD")
}

// Model is the live model.
func (t *trainer) Model() *nn.Params { return t.model }

// Tokenizer is the run's.
func (t *trainer) Tokenizer() *text.Tokenizer { return t.Setup.Tokenizer }

// History is all that was reported, also before the run was resumed.
func (t *trainer) History() History { return t.history }

// Evaluate measures all that is held out.
func (t *trainer) Evaluate() (Evaluation, error) { return t.gauge(t, true).measure() }

// Info describes the run.
func (t *trainer) Info() Info {
	trained, all := t.parameters()
	weights := int64(t.model.Slab.Len())
	if a := t.model.Adapter; a != nil {
		weights += int64(a.Slab.Len())
	}
	for _, p := range t.beside {
		weights += int64(p.Slab.Len())
	}
	// What a worker has: the leader has the optimiser and the kept state as well.
	each := 4*weights + t.group.Bytes()
	return Info{
		Run: t.Run, Stage: t.stage.Name(), Preset: t.preset.Name, Seed: t.seed, Params: t.values, Config: t.cfg,
		Parameters: all, Trained: trained, Steps: t.schedule.Steps, Step: t.step,
		LnV: math.Log(float64(t.cfg.Vocab)), NGrams: t.eval.baselines(), Notes: t.notes,
		Bytes:   int64(t.group.Workers())*each + t.adam.Bytes() + t.good.Bytes(),
		Workers: t.group.Workers(), Requested: t.group.Requested(), MaxWorkers: t.group.Max(),
		Calibration: t.group.Calibration(), Calibrating: t.group.Calibrating(),
	}
}
