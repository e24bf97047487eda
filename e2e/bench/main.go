// Command bench measures the engine in headless Chromium.
//
//	go run ./e2e/bench [-mode train|decode] [-workload char|large] [-workers n] [-native]
//
// prints one JSON line, as the peers of ../shared/bench do: {"ms":[…],
// "losses":[…]} in milliseconds and nats, or {"decode_tok_s":{"kv":…}}.
//
//	go run ./e2e/bench -op matmul     the kernel workbench, see ops.go
//
// Workers: 0 takes as many as are fastest. No loss depends on them.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"

	"sprout/e2e/bench/workload"
)

func main() {
	var r workload.Request
	flag.StringVar(&r.Mode, "mode", "train", "train or decode")
	flag.StringVar(&r.Workload, "workload", "char", "char (803k parameters) or large (10.7M)")
	flag.IntVar(&r.Workers, "workers", 0, "how many workers train; 0: as many as are fastest")
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
	var place lab = native{}
	if !here {
		c, err := newChromium()
		if err != nil {
			return err
		}
		place = c
	}
	defer place.close()
	switch r.Mode {
	case "op":
		return workbench(place, r)
	default:
		var line json.RawMessage
		if err := place.run(r, &line); err != nil {
			return err
		}
		fmt.Println(string(line))
		return nil
	}
}
