package stages

import (
	"encoding/json"

	"sprout/core/backend"
	"sprout/core/gen"
	"sprout/core/optim"
	"sprout/core/parallel"
)

// Pace is what a step was measured to take, and with how many workers.
type Pace struct {
	StepMs  float64
	Workers int
}

// Pace measures what a step of a run takes on a machine: gradient, norm and
// update for batches of the run's own shape, and the answers that a step is learned
// from where the model writes them itself. The weights are 0 and the data made up,
// on which no time depends. It takes a few steps, or one where that is long.
//
// Without a clock one step is made, and the result is 0: a backend that computes
// nothing tells so whether the run fits.
func (b Blueprint) Pace(m Machine) (p Pace, err error) {
	be, err := m.NewBackend()
	if err != nil {
		return p, err
	}
	w, err := b.Worker(be)
	if err != nil {
		return p, err
	}
	g, err := parallel.NewGroup(w.Replica, b.Batch, parallel.Crew{
		Spawn: func() (parallel.Peer, error) { return m.Spawn(b) }, Workers: max(1, m.Workers), Yield: m.Yield,
	})
	if err != nil {
		return p, err
	}
	defer g.Close()
	slab := w.Slab
	adam, err := optim.New(be, slab, g.Grad, slab.Len(), optim.Config{Beta1: .9, Beta2: .99, Clip: 1})
	if err != nil {
		return p, err
	}
	defer adam.Close()
	blank := g.Blank()
	step := func() error {
		if _, err := g.Compute(blank); err != nil {
			return err
		}
		if _, err := adam.Measure(); err != nil {
			return err
		}
		g.Changed()
		// The learning rate is 0, and the next reading waits for the update.
		return adam.Update(0, 0)
	}
	p.Workers = g.Workers()
	_, here := be.(backend.Viewer) // else what is new to a device is compiled first
	if p.StepMs, err = timed(m.Now, !here, step); err != nil {
		return p, err
	}
	p.StepMs *= 1 + b.read()*forward
	answers, tokens := b.written()
	if answers == 0 {
		return p, nil
	}
	// A round of answers for every worker, a few tokens each, tells what one costs.
	rows, each := min(answers, writtenRows*g.Workers()), min(tokens, tokensPaced)
	options, err := json.Marshal(writing{Sampling: gen.Sampling{Temperature: 1}, MaxTokens: each, Stop: []int32{-1}})
	if err != nil {
		return p, err
	}
	prompts := make([][]int32, rows)
	for i := range prompts {
		prompts[i] = []int32{1, 2, 3, 4}
	}
	asked := promptRows(prompts)
	round, err := timed(m.Now, !here, func() error {
		return g.Serve(generateService, asked, options, func(int, parallel.Result) error { return nil })
	})
	p.StepMs += round * float64(answers) / float64(rows) * float64(tokens) / float64(each)
	return p, err
}

// tokensPaced is how many tokens of an answer are written to measure them all.
const tokensPaced = 8

// written are the answers that are sampled for a step, on average, and their
// tokens at most.
func (b Blueprint) written() (answers, tokens int) {
	stage, err := Find(b.Stage)
	if err != nil {
		return 0, 0
	}
	v := b.Values
	switch stage.(type) {
	case policyStage:
		return max(1, b.Batch/max(1, int(v["epochs"]))), int(v["max_tokens"])
	case GKD:
		if v["teacher"] == 1 {
			return int(v["on_policy"] * float64(b.Batch)), answerTokens
		}
	}
	return 0, 0
}

// forward is what reading takes of the time of a gradient.
const forward = 1. / 3

// read is the share of a step's rows that are read once more before the step: a
// judge reads the answers of its lessons for what surprises it. Each of them is read
// by itself behind its question, in all about as many tokens as the lessons have.
func (b Blueprint) read() float64 {
	if b.Stage == (TownJudge{}).Name() {
		return 1 - b.Values["replay"]
	}
	return 0
}

// timed is the best of a few runs after the first two, in ms. Where the first took
// long it is believed, unless it compiles for long; then the second is.
func timed(now func() float64, compiles bool, f func() error) (ms float64, err error) {
	if now == nil {
		return 0, f()
	}
	const long, enough = 1000, 600 // ms of one, and of all
	began := now()
	for n := 0; n < 4 || now()-began < enough; n++ {
		from := now()
		if err := f(); err != nil {
			return 0, err
		}
		if took := now() - from; n <= 2 || took < ms {
			ms = took
		}
		if ms > long && !(n == 0 && compiles) {
			break
		}
	}
	return ms, nil
}
