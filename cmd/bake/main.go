// Command bake makes a ready-made model of every stage, natively, so that a
// class can begin at any of them. It walks the journey in few steps and writes
// weights and an index, which the page reads when somebody asks for them.
//
//	go run ./cmd/bake                      into web/public/ready
//	go run ./cmd/bake -only sft -out DIR   pretraining and SFT alone
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"sprout/core/backend"
	"sprout/core/backend/simd"
	"sprout/journey"
	"sprout/stages"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:], os.Stderr)
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bake:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, log io.Writer) error {
	f := flag.NewFlagSet("bake", flag.ContinueOnError)
	f.SetOutput(log)
	out := f.String("out", filepath.Join("web", "public", "ready"), "folder of the models and their index")
	seed := f.Uint64("seed", 1, "of the town, the weights and the order of the text")
	only := f.String("only", "", "steps to bake, separated by commas, with those that they need (default: one of every stage)")
	tiny := f.Bool("tiny", false, "the same way in seconds; next to nothing is learned")
	workers := f.Int("workers", 0, "goroutines that compute, 0: as many as are fastest")
	if err := f.Parse(args); err != nil {
		return err
	}
	if f.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q", f.Arg(0))
	}
	preset, keys := brief, wanted
	if *tiny {
		var err error
		if preset, err = journey.FindPreset("tiny"); err != nil {
			return err
		}
	}
	if *only != "" {
		keys = strings.Split(*only, ",")
	}
	s, err := newShelf(*out, *seed, preset.Model)
	if err != nil {
		return err
	}
	began := time.Now()
	passage, err := journey.Run(journey.Options{
		Preset: preset, Seed: *seed, Only: keys, Shelf: s,
		Setup: stages.Setup{
			NewBackend: func() (backend.Backend, error) { return simd.New(), nil },
			Workers:    *workers, Speeds: stages.Speeds{},
			Now: func() float64 { return float64(time.Since(began).Nanoseconds()) / 1e6 },
		},
		Tell: func(e journey.Event) error {
			if e.Row != nil {
				fmt.Fprintln(log, e)
			}
			return context.Cause(ctx)
		},
	})
	if errors.Is(err, context.Canceled) {
		return errors.New("interrupted; what is done is in the folder")
	}
	if err != nil {
		return err
	}
	for _, row := range passage.Rows {
		if row.Error != "" {
			return fmt.Errorf("%s: %s", row.Key, row.Error)
		}
	}
	fmt.Fprintf(log, "%d models in %s, %.0f s\n", len(s.index.Models), *out, time.Since(began).Seconds())
	return nil
}
