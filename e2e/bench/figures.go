package main

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"text/tabwriter"
	"time"

	"sprout/e2e/bench/lab"
	"sprout/e2e/bench/workload"
)

// figure is one line of the table and of build/bench.json.
type figure struct {
	Name  string  `json:"name"`
	Value float64 `json:"value"`
	Unit  string  `json:"unit"`
	How   string  `json:"how,omitempty"`
}

type report struct {
	Time    string   `json:"time"`
	Figures []figure `json:"figures"`
}

func (r *report) add(name string, value float64, unit, how string) {
	r.Figures = append(r.Figures, figure{name, value, unit, how})
}

// figures measures what a user meets, prints a table and writes build/bench.json.
func figures(place lab.Lab) error {
	r := &report{Time: time.Now().UTC().Format(time.RFC3339)}
	for _, part := range []func(lab.Lab, *report) error{training, kernels, writing, tokenizing, heaps, shipped, startUp} {
		if err := part(place, r); err != nil {
			return err
		}
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	for _, f := range r.Figures {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", f.Name, digits(f.Value), f.Unit, f.How)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	data, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll("build", 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join("build", "bench.json"), append(data, '\n'), 0o644)
}

func training(place lab.Lab, r *report) error {
	var rounds workload.Rounds
	if err := place.Run(workload.Request{Mode: "scaling", Workload: "char"}, &rounds); err != nil {
		return err
	}
	one, two := rounds.Best(1), rounds.Best(2)
	const how = "803k parameters, 768 tokens; best of six rounds in turns"
	r.add("training step, 1 worker", one, "ms", how)
	r.add("training step, 2 workers", two, "ms", how)
	r.add("two workers against one", one/two, "times", "")
	for _, workers := range []int{1, 2} {
		var t workload.Training
		if err := place.Run(workload.Request{Mode: "train", Workload: "char", Workers: workers}, &t); err != nil {
			return err
		}
		memory(r, fmt.Sprintf("memory after training, workers: %d", workers), t)
	}
	var large workload.Training
	if err := place.Run(workload.Request{Mode: "train", Workload: "large"}, &large); err != nil {
		return err
	}
	r.add("training step, large", median(large.Ms), "ms", fmt.Sprintf("10.7M parameters, 2048 tokens, %d workers; median of %d", large.Workers, len(large.Ms)))
	memory(r, "memory after training, large", large)
	return nil
}

// memory of the leader.
func memory(r *report, name string, t workload.Training) {
	r.add(name+", Go's objects", float64(t.Memory.Heap)/1e6, "MB", "the leader's, in use")
	if t.Memory.Wasm > 0 {
		r.add(name+", wasm", float64(t.Memory.Wasm)/1e6, "MB", "the leader's, reserved")
	}
}

// kernels says where a step's time goes.
func kernels(place lab.Lab, r *report) error {
	var kinds []workload.KindTime
	if err := place.Run(workload.Request{Mode: "profile", Workload: "char"}, &kinds); err != nil {
		return err
	}
	for _, k := range kinds {
		if k.Share < 0.005 {
			continue
		}
		r.add("share of "+string(k.Kind), 100*k.Share, "%", fmt.Sprintf("%d calls, %.1f ms of a step on one core", k.Calls, k.Ms))
	}
	return nil
}

func writing(place lab.Lab, r *report) error {
	var d workload.Decoding
	if err := place.Run(workload.Request{Mode: "decode", Workload: "char"}, &d); err != nil {
		return err
	}
	r.add("decoding with KV cache", d.Rate.KV, "tokens/s", "one sequence, one worker")
	var all []workload.Sampling
	if err := place.Run(workload.Request{Mode: "sample", Workload: "char"}, &all); err != nil {
		return err
	}
	for _, s := range all {
		r.add(fmt.Sprintf("sampling, batch of %d", s.Batch), s.Rate, "tokens/s", "all sequences together, one worker")
	}
	return nil
}

func tokenizing(place lab.Lab, r *report) error {
	var t workload.Tokenized
	if err := place.Run(workload.Request{Mode: "tokenizer"}, &t); err != nil {
		return err
	}
	r.add("tokenizer, 512 merges learned", t.Train, "MB/s", fmt.Sprintf("%.1f MB of a town in two languages", float64(t.Bytes)/1e6))
	r.add("tokenizer, encoding", t.Encode, "MB/s", "the same text")
	return nil
}

func heaps(place lab.Lab, r *report) error {
	var uses []workload.HeapUse
	if err := place.Run(workload.Request{Mode: "heap"}, &uses); err != nil {
		return err
	}
	for _, u := range uses {
		of := fmt.Sprintf(", %s, workers: %d", u.Model, u.Workers)
		how := fmt.Sprintf("%d steps of %.2f ms, all workers together", u.Steps, u.StepMs)
		r.add("heap allocated per step"+of, u.PerStep, "bytes", how)
		r.add("heap grown"+of, float64(u.Growth), "bytes", how)
	}
	return nil
}

func median(x []float64) float64 {
	x = slices.Sorted(slices.Values(x))
	return x[len(x)/2]
}

// digits writes three significant digits, and whole numbers in full.
func digits(x float64) string {
	switch {
	case x == math.Trunc(x) || math.Abs(x) >= 100:
		return fmt.Sprintf("%.0f", x)
	case math.Abs(x) >= 10:
		return fmt.Sprintf("%.1f", x)
	default:
		return fmt.Sprintf("%.2f", x)
	}
}
