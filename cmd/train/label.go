package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"sprout/core/backend"
	"sprout/core/backend/simd"
	"sprout/core/world"
	"sprout/stages"
)

// label has the model of -parent answer the town's questions twice each and
// writes the answers, with a label, as preferences to -out.
func (o *options) label(ctx context.Context, log io.Writer) error {
	if o.town == "" || o.parent == "" || o.out == "" {
		return fmt.Errorf("-label needs -town, -parent (the model that answers) and -out FILE.jsonl")
	}
	machine := stages.Machine{
		NewBackend: func() (backend.Backend, error) { return simd.New(), nil }, Workers: o.workers,
	}
	town := world.New(world.Config{Seed: o.seed, Size: world.Size(o.town)})
	model, err := openReader(o.parent, machine)
	if err != nil {
		return err
	}
	defer model.Close()
	labeller, done, err := o.labeller(machine)
	if err != nil {
		return err
	}
	defer done()
	questions := stages.TaughtQuestions(town, o.questions, o.langs()...)
	all, same, err := model.Matchups(town, questions, stages.CandidateOptions{Seed: o.seed})
	if err != nil {
		return err
	}
	bar := &bar{w: log, quiet: o.plain}
	labels, failed := labeller.Label(ctx, town, all, func(done float64) error {
		bar.show(done, "labels")
		return nil
	})
	bar.clear()
	if failed != nil && len(labels) == 0 {
		return failed
	}
	pairs, ties, oneSided := stages.Prefer(all[:len(labels)], labels, labeller.Source())
	if err := writePairs(o.out, pairs); err != nil {
		return err
	}
	fmt.Fprintf(log, "%d pairs by %s in %s; %d times both answers were the same, %d times neither was better; the graders agree with %.3f\n",
		len(pairs), labeller.Source(), o.out, same, ties, stages.Agreement(town, world.AllPrinciples, all, labels))
	if failed != nil {
		return failed
	}
	return oneSided
}

// labeller is who labels; done gives its memory back.
func (o *options) labeller(m stages.Machine) (l stages.Labeller, done func(), err error) {
	switch o.labels {
	case stages.SourceGrader:
		return stages.GraderLabels{Principles: world.AllPrinciples}, func() {}, nil
	case stages.SourceSimulated:
		return stages.ThreePeople(o.seed), func() {}, nil
	case stages.SourceJudge:
		r, err := openReader(o.judge, m)
		if err != nil {
			return nil, nil, err
		}
		j, err := stages.NewSproutJudge(r, stages.Rules{Principles: world.AllPrinciples})
		if err != nil {
			r.Close()
			return nil, nil, err
		}
		return stages.JudgeLabels{Judge: j}, r.Close, nil
	}
	return nil, nil, fmt.Errorf("-label is grader, simulated or judge, not %q", o.labels)
}

func openReader(path string, m stages.Machine) (*stages.Reader, error) {
	c, err := readCheckpoint(path)
	if err != nil {
		return nil, err
	}
	return stages.OpenReader(stages.Examinee{Checkpoint: c}, m)
}

func writePairs(path string, pairs []stages.Pair) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := stages.WritePairs(file, pairs); err != nil {
		file.Close()
		return err
	}
	return file.Close()
}
