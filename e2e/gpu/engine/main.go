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
	"sprout/core/op/optest"
)

func main() {
	what := "conformance"
	if len(os.Args) > 1 {
		what = os.Args[1]
	}
	be := webgpu.New(webgpu.NewDevice(js.Global().Get("sproutGPU")))
	var result any
	var err error
	switch what {
	case "conformance":
		result = conformance(be)
	case "curve":
		result, err = curve(be)
	case "bench":
		result, err = bench(be)
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

func conformance(be *webgpu.Backend) (r report) {
	for _, x := range optest.Close.All(be) {
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
