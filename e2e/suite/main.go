// Command suite runs every test of the project and ends with one honest
// summary: what passed, what failed, what was skipped and why. It is what
// "make test" calls.
//
//	go run ./e2e/suite            everything
//	go run ./e2e/suite -only wasm the steps whose name contains "wasm"
//
// The full output of each step lies in build/test.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

const logs = "build/test"

func main() {
	only := flag.String("only", "", "run only steps whose name contains this")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := os.MkdirAll(logs, 0o755); err != nil {
		fmt.Fprintln(os.Stderr, "suite:", err)
		os.Exit(1)
	}
	results := run(ctx, steps(), *only)
	passed, failed := summarize(os.Stdout, results)
	if ctx.Err() != nil {
		fmt.Println("interrupted")
		failed++
	}
	totals := fmt.Sprintf("%d passed, %d failed\n", passed, failed)
	if err := os.WriteFile(filepath.Join(logs, "totals"), []byte(totals), 0o600); err != nil {
		fmt.Fprintln(os.Stderr, "suite:", err)
		failed++
	}
	fmt.Print(totals)
	if failed > 0 || passed == 0 {
		os.Exit(1)
	}
}

// step is one runner with its way of being counted.
type step struct {
	name string
	// needed: nothing after it can run when it fails.
	needed bool
	// run returns the counts; an error counts as one more failure.
	run func(ctx context.Context, log *os.File) (counts, error)
}

// counts of one step; each failure and skip carries its name.
type counts struct {
	passed  int
	failed  []string
	skipped []string
}

type result struct {
	step    string
	counts  counts
	seconds float64
}

func run(ctx context.Context, all []step, only string) []result {
	var results []result
	for _, s := range all {
		if !s.needed && !strings.Contains(s.name, only) {
			continue
		}
		if ctx.Err() != nil {
			break
		}
		fmt.Printf("%-32s ", s.name)
		began := time.Now()
		c, err := execute(ctx, s)
		if err != nil {
			c.failed = append(c.failed, s.name+": "+err.Error())
		}
		r := result{s.name, c, time.Since(began).Seconds()}
		results = append(results, r)
		fmt.Printf("%5d passed %4d failed %4d skipped %7.1f s\n", c.passed, len(c.failed), len(c.skipped), r.seconds)
		if s.needed && len(c.failed) > 0 {
			break
		}
	}
	return results
}

func execute(ctx context.Context, s step) (counts, error) {
	log, err := os.Create(logName(s.name))
	if err != nil {
		return counts{}, err
	}
	defer log.Close()
	return s.run(ctx, log)
}

func logName(step string) string {
	return filepath.Join(logs, strings.ReplaceAll(strings.ReplaceAll(step, " ", "-"), ",", "")+".log")
}

// summarize lists what failed, with the end of its log, and what was skipped.
func summarize(out *os.File, results []result) (passed, failed int) {
	for _, r := range results {
		passed += r.counts.passed
		failed += len(r.counts.failed)
	}
	for _, r := range results {
		if len(r.counts.skipped) > 0 {
			fmt.Fprintf(out, "\nskipped in %s:\n", r.step)
			for _, name := range r.counts.skipped {
				fmt.Fprintln(out, "  "+name)
			}
		}
	}
	for _, r := range results {
		if len(r.counts.failed) == 0 {
			continue
		}
		fmt.Fprintf(out, "\nFAILED in %s (%s):\n", r.step, logName(r.step))
		for _, name := range r.counts.failed {
			fmt.Fprintln(out, "  "+name)
		}
		for _, line := range tail(logName(r.step), 40) {
			fmt.Fprintln(out, "  | "+line)
		}
	}
	fmt.Fprintln(out)
	return passed, failed
}

func tail(name string, n int) []string {
	data, err := os.ReadFile(name)
	if err != nil {
		return []string{err.Error()}
	}
	lines := strings.Split(strings.TrimRight(string(data), "\n"), "\n")
	return lines[max(0, len(lines)-n):]
}
