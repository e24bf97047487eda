package stages

import (
	"encoding/json"

	"sprout/core/gen"
	"sprout/core/optim"
	"sprout/core/parallel"
)

// Pace measures what a step of a run takes on a machine, in ms: gradient, norm and
// update for batches of the run's own shape, and the answers that a step is learned
// from where the model writes them itself. The weights are 0 and the data made up,
// on which no time depends. It takes a few steps, or one where that is long.
//
// Without a clock one step is made, and the result is 0: a backend that computes
// nothing tells so whether the run fits.
func (b Blueprint) Pace(m Machine) (ms float64, err error) {
	be, err := m.NewBackend()
	if err != nil {
		return 0, err
	}
	w, err := b.Worker(be)
	if err != nil {
		return 0, err
	}
	g, err := parallel.NewGroup(w.Replica, b.Batch, parallel.Crew{
		Spawn: func() (parallel.Peer, error) { return m.Spawn(b) }, Workers: max(1, m.Workers), Yield: m.Yield,
	})
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
	if ms, err = timed(m.Now, step); err != nil {
		return 0, err
	}
	answers, tokens := b.written()
	if answers == 0 {
		return ms, nil
	}
	// A round of answers for every worker, a few tokens each, tells what one costs.
	rows, each := min(answers, writtenRows*g.Workers()), min(tokens, tokensPaced)
	options, err := json.Marshal(writing{Sampling: gen.Sampling{Temperature: 1}, MaxTokens: each, Stop: []int32{-1}})
	if err != nil {
		return 0, err
	}
	prompts := make([][]int32, rows)
	for i := range prompts {
		prompts[i] = []int32{1, 2, 3, 4}
	}
	asked := promptRows(prompts)
	written, err := timed(m.Now, func() error {
		return g.Serve(generateService, asked, options, func(int, parallel.Result) error { return nil })
	})
	return ms + written*float64(answers)/float64(rows)*float64(tokens)/float64(each), err
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

// timed is the best of a few runs, after one or two that compile; the first counts
// where it was long.
func timed(now func() float64, f func() error) (ms float64, err error) {
	if now == nil {
		return 0, f()
	}
	const long, enough = 1000, 600 // ms of the first, and of all
	began := now()
	if err := f(); err != nil {
		return 0, err
	}
	if ms = now() - began; ms > long {
		return ms, nil
	}
	for n := 0; n < 3 || now()-began < enough; n++ {
		from := now()
		if err := f(); err != nil {
			return 0, err
		}
		if took := now() - from; n == 1 || n > 1 && took < ms {
			ms = took
		}
	}
	return ms, nil
}
