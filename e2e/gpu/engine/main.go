//go:build js && wasm

// Command engine checks and measures the webgpu backend on the device that
// globalThis.sproutGPU opens, an open bridge of web/src/gpu. Its first argument
// says what: see the functions below.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"syscall/js"

	"sprout/core/backend/webgpu"
	"sprout/core/op"
	"sprout/core/op/optest"
	"sprout/e2e/bench/workload"
)

func main() {
	what := "conformance"
	if len(os.Args) > 1 {
		what = os.Args[1]
	}
	device := js.Global().Get("sproutGPU")
	be := webgpu.New(webgpu.NewDevice(device))
	var result any
	var err error
	switch what {
	case "conformance":
		result = summary(optest.Close.All(be))
	case "operations":
		result = operations(be)
	case "curve":
		result, err = curve(be, 50)
	case "steps":
		result, err = curve(be, 2)
	case "answers":
		result, err = answers(be)
	case "stages":
		only := ""
		if len(os.Args) > 2 {
			only = os.Args[2]
		}
		result, err = each(be, only)
	case "lost":
		result = lost(be, device)
	case "encoding":
		// For a device that carries nothing out.
		result, err = train(be, device, workload.Shapes["large"])
	case "bench":
		result, err = bench(be, device)
	default:
		fmt.Fprintln(os.Stderr, "no such check:", what)
		os.Exit(2)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	print(result)
}

// print gives the result to globalThis.sproutResult, or writes the line that it
// is.
func print(v any) {
	line, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	if take := js.Global().Get("sproutResult"); take.Type() == js.TypeFunction {
		take.Invoke(string(line))
		return
	}
	fmt.Println(string(line))
}

// report of the conformance library.
type report struct {
	Passed   int      `json:"passed"`
	Skipped  int      `json:"skipped"`
	Failures []string `json:"failures"`
}

func summary(rs []optest.Result) (r report) {
	for _, x := range rs {
		switch {
		case x.Skipped:
			r.Skipped++
		case x.OK:
			r.Passed++
		default:
			r.Failures = append(r.Failures, x.String())
		}
	}
	return r
}

// operations is one case of every operation, the largest that takes no time.
func operations(be *webgpu.Backend) report {
	const most = 6000
	best := map[op.Kind]optest.Case{}
	size := map[op.Kind]int{}
	for _, c := range optest.Cases() {
		n := 0
		for _, v := range c.In {
			n += max(len(v.F), len(v.I))
		}
		if n <= most && n > size[c.Kind] {
			best[c.Kind], size[c.Kind] = c, n
		}
	}
	var rs []optest.Result
	for _, k := range op.Kinds() {
		if c, ok := best[k]; ok {
			rs = append(rs, optest.Close.RunCase(be, c)...)
		}
	}
	return summary(rs)
}
