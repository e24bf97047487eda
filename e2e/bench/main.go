// Command bench measures the engine in headless Chromium.
//
//	go run ./e2e/bench [-mode train|decode] [-workload char|large] [-workers n] [-native]
//
// prints one JSON line, as the peers of ../shared/bench do: {"ms":[…],
// "losses":[…]} in milliseconds and nats, or {"decode_tok_s":{"kv":…}}.
//
//	go run ./e2e/bench -op matmul     one operation, or all: see ops.go
//	go run ./e2e/bench -mode all      what a user meets: see figures.go
//	go run ./e2e/bench -mode cost     how cost grows with the work: see cost.go
//
// Modes of the engine that figures.go puts together can be run alone, too:
// scaling, sample, tokenizer, heap, profile. Workers: 0 is one per core; no loss depends
// on them.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"

	"sprout/e2e/bench/lab"
	"sprout/e2e/bench/workload"
)

func main() {
	var r workload.Request
	flag.StringVar(&r.Mode, "mode", "train", "train, decode, all, cost, scaling, sample, rollout, tokenizer, heap or profile")
	flag.StringVar(&r.Workload, "workload", "char", "char (803k parameters) or large (10.7M); for cost: parameters, context, workers, else all")
	flag.IntVar(&r.Workers, "workers", 0, "how many workers train; 0: one per core")
	flag.StringVar(&r.Op, "op", "", "time this operation of the training step, or \"all\"")
	here := flag.Bool("native", false, "run without a browser")
	flag.Parse()
	if err := run(r, *here); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(r workload.Request, here bool) error {
	if r.Op != "" {
		r.Mode = "op"
	}
	var place lab.Lab = lab.Native{}
	if !here {
		c, err := lab.NewChromium()
		if err != nil {
			return err
		}
		place = c
	}
	defer place.Close()
	switch r.Mode {
	case "op":
		return workbench(place, r)
	case "all":
		return figures(place)
	case "cost":
		return costs(place, r.Workload)
	default:
		var line json.RawMessage
		if err := place.Run(r, &line); err != nil {
			return err
		}
		fmt.Println(string(line))
		return nil
	}
}
