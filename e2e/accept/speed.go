package main

import (
	"fmt"
	"slices"

	"sprout/core/op"
	"sprout/e2e/bench/lab"
	"sprout/e2e/bench/workload"
)

// What PyTorch 1.13 reached at best on 2 threads of such a machine, and how far
// from it the page may be. Part "peers" measures both in one run.
const (
	torchChar, charAim     = 43.2, 2.1 // ms
	torchLarge, largeAim   = 939.0, 3.2
	torchDecode, decodeAim = 1664.0, 1.5 // tokens/s
)

// speed measures the engine alone, in a page without anything to draw.
func (b *bench) speed() error {
	place, err := lab.NewChromium()
	if err != nil {
		return err
	}
	defer place.Close()

	var rounds workload.Rounds
	if err := place.Run(workload.Request{Mode: "scaling", Workload: "char"}, &rounds); err != nil {
		return err
	}
	one, two := rounds.Best(1), rounds.Best(2)
	const how = "803k parameters, 768 tokens, in Chromium; best of six rounds in turns"
	b.atMost("training step, char, 2 workers", two, charAim*torchChar, "ms", how, rounds)
	b.atLeast("two workers against one", one/two, 1.75, "times", how, rounds)

	var large workload.Training
	if err := place.Run(workload.Request{Mode: "train", Workload: "large", Workers: 2}, &large); err != nil {
		return err
	}
	b.atMost("training step, large, 2 workers", slices.Min(large.Ms), largeAim*torchLarge, "ms", "10.7M parameters, 2048 tokens; the fastest of the timed steps", large.Ms)

	var d workload.Decoding
	if err := place.Run(workload.Request{Mode: "decode", Workload: "char"}, &d); err != nil {
		return err
	}
	b.atLeast("decoding with KV cache", d.Rate.KV, decodeAim*torchDecode, "tokens/s", "803k parameters, one sequence, one worker", nil)

	var written workload.RolloutTime
	if err := place.Run(workload.Request{Mode: "rollout"}, &written); err != nil {
		return err
	}
	b.atMost("64 answers of 32 tokens, one worker", slices.Min(written.Ms), 500, "ms", "preset sprout, vocabulary 1,285; the fastest of five", written.Ms)

	var ops workload.OpReport
	if err := place.Run(workload.Request{Mode: "op", Op: "matmul"}, &ops); err != nil {
		return err
	}
	if len(ops.Failed) > 0 {
		return fmt.Errorf("matrix products differ from the reference: %q", ops.Failed)
	}
	for _, name := range []string{"char", "large"} {
		rate := rateOf(ops, name, "matmul")
		b.atLeast("matrix products, "+name+", share of the peak", rate/ops.Peak, 0.45, "of the peak",
			"all products of a step, packing included, against multiplications and additions in registers in the same tab",
			map[string]float64{"gflop_s": rate, "peak_gflop_s": ops.Peak})
	}
	return nil
}

// rateOf is the rate of all calls of a kind in a step, in GFLOP/s.
func rateOf(r workload.OpReport, name string, kind op.Kind) float64 {
	flops, seconds := 0.0, 0.0
	for _, x := range r.Times {
		if x.Workload == name && x.Kind == kind {
			flops += float64(x.Count) * float64(x.FLOPs)
			seconds += float64(x.Count) * x.Simd
		}
	}
	return flops / seconds / 1e9
}

// heap looks at what training leaves behind.
func (b *bench) heap() error {
	place, err := lab.NewChromium()
	if err != nil {
		return err
	}
	defer place.Close()
	var uses []workload.HeapUse
	if err := place.Run(workload.Request{Mode: "heap"}, &uses); err != nil {
		return err
	}
	for _, u := range uses {
		aim := 0.0
		if u.Workers > 1 {
			aim = 16 << 10
		}
		of := fmt.Sprintf(", %s, workers: %d", u.Model, u.Workers)
		how := fmt.Sprintf("%d steps in Chromium, all heaps together", u.Steps)
		b.atMost("heap allocated per step"+of, u.PerStep, aim, "bytes", how, u)
		// What the measurement itself leaves behind is some dozens of bytes.
		b.atMost("heap grown"+of, float64(u.Growth), 1<<10, "bytes", how, u)
	}
	return nil
}
