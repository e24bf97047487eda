package stages

import (
	"encoding/json"
	"fmt"
	"runtime"

	"sprout/core/gen"
	"sprout/core/parallel"
	"sprout/core/problem"
)

// Speeds remembers how fast runs were with how many workers. It belongs to a
// machine, so it is kept beside checkpoints and not in them.
type Speeds map[string][]parallel.Speed

// speedsKey names what the time of a step depends on.
func (t *trainer) speedsKey() string { return t.blueprint().speedsKey(t.mostWorkers()) }

func (b Blueprint) speedsKey(mostWorkers int) string {
	return fmt.Sprintf("%s %+v %d %v %d", b.Stage, b.Config, b.Batch, b.Values["context"], mostWorkers)
}

func (t *trainer) mostWorkers() int {
	if t.MaxWorkers > 0 {
		return t.MaxWorkers
	}
	return runtime.NumCPU()
}

// blueprint is what a worker of the run is built from.
func (t *trainer) blueprint() Blueprint {
	return Blueprint{Stage: t.stage.Name(), Config: t.cfg, Values: t.values, Batch: t.batch, Beside: t.companions}
}

// crew are the workers that may help.
func (t *trainer) crew() parallel.Crew {
	b := t.blueprint()
	spawn := t.Spawn
	if spawn == nil {
		spawn = t.goroutine
	}
	return parallel.Crew{
		Spawn:   func() (parallel.Peer, error) { return spawn(b) },
		Workers: t.Workers, Max: t.mostWorkers(), Now: t.Now, Yield: t.Yield,
		Speeds: t.Speeds[t.speedsKey()],
		OnLost: t.lost,
	}
}

// goroutine is a worker in this process.
func (t *trainer) goroutine(b Blueprint) (parallel.Peer, error) {
	return parallel.NewGoroutine(func() (*parallel.Worker, error) {
		be, err := t.NewBackend()
		if err != nil {
			return nil, err
		}
		return b.Worker(be)
	}), nil
}

func (t *trainer) lost(why error, replaced bool) {
	if t.OnLost != nil {
		t.OnLost(workerLost(t.group, why, replaced))
	}
}

// workerLost says what has become of a group, nil where there was none yet to
// lose a worker from.
func workerLost(g *parallel.Group, why error, replaced bool) *problem.Problem {
	count, then := 1, "Another one takes its place."
	if g != nil {
		count = g.Workers()
	}
	if !replaced {
		count = max(1, count-1)
		then = fmt.Sprintf("The run goes on with %d.", count)
	}
	return problem.Wrap(why, "worker_lost", problem.Args{"why": why.Error(), "replaced": replaced, "count": count},
		"A worker was lost (%v). What it had to do was done again, so no number changes. %s", why, then)
}

// SetWorkers changes the number of workers from the next step on. More than
// can be of use are as many as can be.
func (t *trainer) SetWorkers(n int) error {
	if most := t.group.Max(); n < 0 {
		return problem.New("param_range", problem.Args{"key": "workers", "value": fmt.Sprint(n), "min": 0, "max": most},
			"The number of workers is %d, but it must be between 1 and %d, or 0 to find the fastest.", n, most)
	}
	t.group.SetWorkers(n)
	return nil
}

// Memory is that of the group.
func (t *trainer) Memory() (int64, error) { return t.group.Memory() }

// calibrated keeps what the first steps have told.
func (t *trainer) calibrated() {
	if t.calibrating && !t.group.Calibrating() && t.Speeds != nil {
		t.Speeds[t.speedsKey()] = t.group.Calibration()
	}
	t.calibrating = t.group.Calibrating()
}

// score has the losses of a batch computed by all workers.
func (t *trainer) score(b *parallel.Batch, part func(first int, losses []float32)) error {
	return t.scoring(lossesService)(b, part)
}

// scoring has a service that gives numbers computed by all workers.
func (t *trainer) scoring(service string) scoring {
	return func(b *parallel.Batch, part func(first int, numbers []float32)) error {
		return t.group.Serve(service, b, nil, func(first int, r parallel.Result) error {
			part(first, r.Floats)
			return nil
		})
	}
}

// Rollout continues prompts with all workers.
func (t *trainer) Rollout(prompts [][]int32, o gen.Options) ([]gen.Sequence, error) {
	return t.answer(generateService, prompts, o, false)
}

// plainRollout is Rollout without the model's adapter.
func (t *trainer) plainRollout(prompts [][]int32, o gen.Options) ([]gen.Sequence, error) {
	return t.answer(generateService, prompts, o, true)
}

func (t *trainer) answer(service string, prompts [][]int32, o gen.Options, plain bool) ([]gen.Sequence, error) {
	return rollout(prompts, o, plain, func(b *parallel.Batch, options []byte, collect func(parallel.Result) error) error {
		return t.group.Serve(service, b, options, func(_ int, r parallel.Result) error { return collect(r) })
	})
}

// rollout is the writing of one worker alone.
func (s *services) rollout(prompts [][]int32, o gen.Options) ([]gen.Sequence, error) {
	return rollout(prompts, o, false, func(b *parallel.Batch, options []byte, collect func(parallel.Result) error) error {
		r, err := s.generate(b, options)
		if err != nil {
			return err
		}
		return collect(r)
	})
}

// rollout has prompts continued by whoever serves.
func rollout(prompts [][]int32, o gen.Options, plain bool, serve func(*parallel.Batch, []byte, func(parallel.Result) error) error) ([]gen.Sequence, error) {
	if o.OnToken != nil || o.Top != 0 || o.Decode != nil {
		panic("stages: a rollout does not stream")
	}
	if err := o.Validate(); err != nil {
		return nil, err
	}
	if len(prompts) == 0 {
		return nil, nil
	}
	options, err := json.Marshal(writing{o.Sampling, o.MaxTokens, o.Stop, o.Slide, o.Seed, o.Step, o.First, plain})
	if err != nil {
		return nil, err
	}
	out := make([]gen.Sequence, 0, len(prompts))
	err = serve(promptRows(prompts), options, func(r parallel.Result) error {
		var part []gen.Sequence
		if err := json.Unmarshal(r.Data, &part); err != nil {
			return fmt.Errorf("the answer of %s: %w", generateService, err)
		}
		out = append(out, part...)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// promptRows pads the prompts to equal length.
func promptRows(prompts [][]int32) *parallel.Batch {
	width := 1 // a batch has no empty rows
	for _, p := range prompts {
		width = max(width, len(p))
	}
	n := len(prompts)
	tokens, lengths, index := make([]int32, n*width), make([]int32, n), make([]int32, n)
	for i, p := range prompts {
		copy(tokens[i*width:], p)
		lengths[i], index[i] = int32(len(p)), int32(i)
	}
	return &parallel.Batch{Rows: n, Ints: [][]int32{tokens, lengths, index}}
}
