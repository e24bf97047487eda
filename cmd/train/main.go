// Command train runs the stages without a browser: for tests, and for teachers
// who prepare models.
//
//	go run ./cmd/train -preset sprout -data book.txt -out ck/
//	go run ./cmd/train -preset seed -town quick -set steps=500 -set lr=0.003 -out ck/
//	go run ./cmd/train -card ck/dpo.safetensors -against ck/sft.safetensors -town quick
//	go run ./cmd/train -resume ck/checkpoints/….safetensors -town quick -out ck/
//	go run ./cmd/train -label judge -judge judge.safetensors -parent sft.safetensors -town quick -out pairs.jsonl
//	go run ./cmd/train -journey -out build/journey -from sft -set sft.steps=200
//
// Checkpoints are ordinary .safetensors files that the page imports. It runs
// under js/wasm with Node as well, where the weights come out with the bits
// that a browser would find:
//
//	GOOS=js GOARCH=wasm go run -exec "$(go env GOROOT)/lib/wasm/go_js_wasm_exec" ./cmd/train …
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"

	"sprout/core/problem"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	switch {
	case err == nil:
	case errors.Is(err, flag.ErrHelp):
		os.Exit(2)
	default:
		if p := problem.From(err); p.Code != "internal" {
			fmt.Fprintf(os.Stderr, "train: %s [%s]\n", p.Error(), p.Code)
		} else {
			fmt.Fprintln(os.Stderr, "train:", err)
		}
		os.Exit(1)
	}
}

// run does one training run, a journey, or labels; an interrupt saves a run and ends it.
func run(ctx context.Context, args []string, stdout, log io.Writer) error {
	o, err := parse(args, log)
	if err != nil {
		return err
	}
	if o.journey {
		return o.travel(ctx, stdout, log)
	}
	if o.card != "" {
		return o.grade(stdout, log)
	}
	if o.labels != "" {
		return o.label(ctx, log)
	}
	t := &trainer{options: o, stdout: stdout, log: log}
	if err := t.prepare(); err != nil {
		return err
	}
	defer t.run.Close()
	return t.train(ctx)
}
