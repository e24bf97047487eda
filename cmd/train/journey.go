package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"sprout/core/backend"
	"sprout/core/backend/simd"
	"sprout/core/problem"
	"sprout/journey"
	"sprout/journey/folder"
	"sprout/stages"
)

// travel makes a whole journey, from each of the seeds.
func (o *options) travel(ctx context.Context, stdout, log io.Writer) error {
	preset, err := journey.FindPreset(o.preset)
	if err != nil {
		return err
	}
	began := time.Now()
	b := &bar{w: log, quiet: o.plain}
	setup := stages.Setup{
		NewBackend: func() (backend.Backend, error) { return simd.New(), nil },
		Workers:    o.workers, Speeds: stages.Speeds{},
		Now: func() float64 { return float64(time.Since(began).Nanoseconds()) / 1e6 },
		OnLost: func(p *problem.Problem) {
			b.clear()
			fmt.Fprintln(log, p.Error())
		},
	}
	j := journey.Options{
		Preset: preset, Only: names(o.only), From: o.from, Set: o.params, Setup: setup,
		Tell: func(e journey.Event) error {
			tellJourney(b, e)
			return context.Cause(ctx)
		},
	}
	if o.out != "" {
		j.Shelf = folder.Folder(o.out)
	}
	var runs []journey.Passage
	for i := range max(1, o.seeds) {
		j.Seed = o.seed + uint64(i)
		run, err := journey.Run(j)
		if errors.Is(err, context.Canceled) {
			return errors.New("interrupted")
		}
		if err != nil {
			return err
		}
		runs = append(runs, run)
	}
	b.clear()
	r := journey.NewReport(preset.Name, runs)
	r.Where, r.Cores = runtime.GOOS+"/"+runtime.GOARCH, runtime.NumCPU()
	if err := writeReport(o.report, r); err != nil {
		return err
	}
	return r.Print(stdout)
}

// names are those of a list with commas.
func names(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' })
}

func writeReport(path string, r journey.Report) error {
	data, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, append(data, '\n'), 0o644)
}

// tellJourney draws where it is, and leaves a line of what was made.
func tellJourney(b *bar, e journey.Event) {
	switch e.Doing {
	case "made", "kept", "failed":
		b.clear()
		fmt.Fprintln(b.w, e)
	default:
		what := e.Key + " " + e.Doing
		if e.Last != nil {
			what = fmt.Sprintf("%s, step %d, loss %.3f, %.0f s left", e.Key, e.Last.Step, e.Last.TrainLoss, e.Last.SecondsLeft)
		}
		b.show(e.Done, what)
	}
}
