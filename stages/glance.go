package stages

import (
	"encoding/json"

	"sprout/core/gen"
	"sprout/core/nn"
	"sprout/core/optim"
	"sprout/core/parallel"
)

// Fresh is the blueprint of a run that begins with nothing but a preset and the
// size of a vocabulary. Problems are those of its settings and of the shape.
func Fresh(stage Stage, preset string, vocab int, given map[string]float64) (b Blueprint, err error) {
	size, err := nn.FindPreset(preset)
	if err != nil {
		return b, err
	}
	b = Blueprint{Stage: stage.Name(), Config: size.For(vocab)}
	if b.Values, err = settings(stage.Params(size), given); err != nil {
		return b, err
	}
	b.Config.Context, b.Batch = int(b.Values["context"]), int(b.Values["batch"])
	return b, b.Config.Validate()
}

// What a glance may take for each of its measurements, in ms. A single run of one
// that takes longer is made all the same.
const (
	gradientGlance = 400
	updateGlance   = 100
	writingGlance  = 300
)

// What is not measured in a glance, as factors. Two workers were measured to be
// 1.82 to 1.90 times as fast as one. What is done beside the steps (measuring,
// sampling, saving) is a guess, which the first run of a shape replaces.
const (
	workersLose = 1.08
	besideSteps = 1.25
)

// Glance estimates what a step of a run takes on a machine, with what is done
// beside it: from the gradient of one row of the run's own shape by this process
// alone, the update of all weights, and where answers are sampled a few tokens of
// them. It takes about a second. Speeds of earlier runs of the same shape go first.
func (b Blueprint) Glance(m Machine, known Speeds) (stepMs float64, err error) {
	be, err := m.NewBackend()
	if err != nil {
		return 0, err
	}
	one := b
	one.Batch = 1
	w, err := one.Worker(be)
	if err != nil {
		return 0, err
	}
	g, err := parallel.NewGroup(w.Replica, 1, parallel.Crew{Workers: 1, Yield: m.Yield})
	if err != nil {
		return 0, err
	}
	defer g.Close()
	slab := w.Slab
	adam, err := optim.New(be, slab, g.Grad, slab.Len(), optim.Config{Beta1: .9, Beta2: .99, Clip: 1})
	if err != nil {
		return 0, err
	}
	defer adam.Close()
	blank := g.Blank()
	row, err := glanced(m.Now, gradientGlance, func() error {
		_, err := g.Compute(blank)
		return err
	})
	if err != nil {
		return 0, err
	}
	update, err := glanced(m.Now, updateGlance, func() error {
		if _, err := adam.Measure(); err != nil {
			return err
		}
		g.Changed()
		return adam.Update(0, 0) // weights of 0 stay so
	})
	if err != nil {
		return 0, err
	}
	workers := m.Workers
	if workers == 0 {
		workers = max(1, m.MaxWorkers)
	}
	rows, workers := b.busiest(workers)
	stepMs = row*rows + update
	for _, s := range known[b.speedsKey(m.MaxWorkers)] {
		if s.Workers == workers {
			stepMs = 1000/s.StepsPerSec + update
		}
	}
	stepMs += row * rows * b.read() * forward
	if answers, tokens := b.written(); answers > 0 {
		token, err := b.writing(g, m.Now)
		if err != nil {
			return 0, err
		}
		// Every answer is read by the policy itself and by each model beside it, and a
		// forward pass is a third of a gradient.
		each := token*float64(tokens) + row*float64(1+len(b.Beside))*forward
		stepMs += each * float64(answers) / float64(workers)
	}
	return stepMs * besideSteps, nil
}

// busiest is how many rows' time a step takes with so many workers, and how many
// of them have something to do.
func (b Blueprint) busiest(workers int) (rows float64, used int) {
	shards := parallel.Shards(b.Batch)
	used = min(workers, shards)
	perShard := (b.Batch + shards - 1) / shards
	rows = float64(perShard * ((shards + used - 1) / used))
	if used > 1 {
		rows *= workersLose
	}
	return rows, used
}

// writing is what a token of an answer takes one worker, in ms.
func (b Blueprint) writing(g *parallel.Group, now func() float64) (ms float64, err error) {
	options, err := json.Marshal(writing{Sampling: gen.Sampling{Temperature: 1}, MaxTokens: tokensPaced, Stop: []int32{-1}})
	if err != nil {
		return 0, err
	}
	prompts := make([][]int32, writtenRows)
	for i := range prompts {
		prompts[i] = []int32{1, 2, 3, 4}
	}
	asked := promptRows(prompts)
	ms, err = glanced(now, writingGlance, func() error {
		return g.Serve(generateService, asked, options, func(int, parallel.Result) error { return nil })
	})
	return ms / (writtenRows * tokensPaced), err
}

// glanced is what f takes, in ms: the last of ever longer series within the limit,
// so that what is compiled and allocated at first hardly counts.
func glanced(now func() float64, limit float64, f func() error) (ms float64, err error) {
	began := now()
	for n := 1; ; n *= 2 {
		from := now()
		for range n {
			if err := f(); err != nil {
				return 0, err
			}
		}
		ms = (now() - from) / float64(n)
		if now()-began+2*float64(n)*ms > limit {
			return ms, nil
		}
	}
}
