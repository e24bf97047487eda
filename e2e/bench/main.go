// Command bench measures the engine in headless Chromium, one worker, and
// prints one JSON line: {"ms":[…],"losses":[…]} in milliseconds and nats, or
// {"decode_tok_s":{"kv":…}} in tokens/s.
//
//	go run ./e2e/bench [-mode train|decode] [-workload char|large] [-native]
//	go run ./e2e/bench -op matmul     times that operation in the step's own shapes
package main

import (
	"embed"
	"encoding/json"
	"flag"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"sprout/cmd/serve/static"
	"sprout/core/backend/simd"
	"sprout/e2e/bench/workload"
	"sprout/e2e/browser"
)

//go:embed site
var site embed.FS

func main() {
	mode := flag.String("mode", "train", "train or decode")
	name := flag.String("workload", "char", "char (803k parameters) or large (10.7M)")
	kind := flag.String("op", "", "time this operation of the training step instead, or \"all\"")
	native := flag.Bool("native", false, "run without a browser")
	flag.Parse()
	if *kind != "" {
		*mode = "op"
	}
	run := inBrowser
	if *native {
		run = natively
	}
	line, err := run(*mode, *name, *kind)
	if err == nil && *mode == "op" {
		line, err = table(line)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
	fmt.Println(line)
}

func natively(mode, name, kind string) (string, error) {
	if mode == "decode" {
		rate, err := workload.Decode(simd.New(), name)
		if err != nil {
			return "", err
		}
		return marshal(map[string]any{"decode_tok_s": map[string]float64{"kv": rate}})
	}
	t, err := workload.NewTrainer(simd.New(), name)
	if err != nil {
		return "", err
	}
	if mode == "op" {
		times, err := t.Ops(kind)
		if err != nil {
			return "", err
		}
		return marshal(times)
	}
	result, err := t.Train(nil)
	if err != nil {
		return "", err
	}
	return marshal(result)
}

func marshal(v any) (string, error) {
	data, err := json.Marshal(v)
	return string(data), err
}

// inBrowser builds the worker's program and runs it in a page of its own.
func inBrowser(mode, name, kind string) (string, error) {
	dir, err := os.MkdirTemp("", "sprout-bench-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	if err := assemble(dir); err != nil {
		return "", err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	server := &http.Server{Handler: static.New(os.DirFS(dir)), ReadHeaderTimeout: 10 * time.Second}
	go server.Serve(listener) //nolint:errcheck // ends with Close
	defer server.Close()

	b, err := browser.Start(browser.Options{})
	if err != nil {
		return "", err
	}
	defer b.Close()
	p, err := b.NewPage()
	if err != nil {
		return "", err
	}
	if err := p.Open("http://" + listener.Addr().String() + "/"); err != nil {
		return "", err
	}
	args, err := marshal([]string{mode, name, kind})
	if err != nil {
		return "", err
	}
	line, err := browser.Eval[string](p, 10*time.Minute, "bench("+args+")")
	if err != nil {
		return "", err
	}
	var failed struct{ Error string }
	if json.Unmarshal([]byte(line), &failed) == nil && failed.Error != "" {
		return "", fmt.Errorf("in the browser: %s", failed.Error)
	}
	return line, nil
}

// assemble puts the page, Go's loader and the engine into one folder.
func assemble(dir string) error {
	files, err := fs.Sub(site, "site")
	if err != nil {
		return err
	}
	if err := os.CopyFS(dir, files); err != nil {
		return err
	}
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return fmt.Errorf("go env: %w", err)
	}
	loader, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(root)), "lib", "wasm", "wasm_exec.js"))
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "wasm_exec.js"), loader, 0o600); err != nil {
		return err
	}
	build := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", filepath.Join(dir, "engine.wasm"), "sprout/e2e/bench/engine")
	build.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return fmt.Errorf("building the engine: %w", err)
	}
	return nil
}

// table writes times of operations for people.
func table(line string) (string, error) {
	var times []workload.OpTime
	if err := json.Unmarshal([]byte(line), &times); err != nil {
		return "", err
	}
	var out strings.Builder
	fmt.Fprintf(&out, "%10s %6s %10s %10s  call\n", "ms", "calls", "GFLOP/s", "GB/s")
	for _, t := range times {
		fmt.Fprintf(&out, "%10.4f %6d %10.2f %10.2f  %s\n", t.Ms, t.Count, t.GFLOPs, t.GBytesS, t.Call)
	}
	return strings.TrimRight(out.String(), "\n"), nil
}
