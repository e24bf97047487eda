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
	"sync"
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
	results := run(ctx, phases(), *only)
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
	// needed: no later phase can run when it fails.
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

// phase holds lanes that run side by side, each one step after another.
type phase [][]step

type result struct {
	step    string
	counts  counts
	seconds float64
}

// run goes through the phases, one after another; the lanes of a phase side by
// side, each one step after another.
func run(ctx context.Context, phases []phase, only string) []result {
	var results []result
	for _, lanes := range phases {
		var (
			group  sync.WaitGroup
			mu     sync.Mutex
			broken bool
		)
		for _, lane := range lanes {
			group.Go(func() {
				for _, s := range lane {
					if ctx.Err() != nil || !s.needed && !strings.Contains(s.name, only) {
						continue
					}
					r := timed(ctx, s)
					mu.Lock()
					fmt.Printf("%-32s %5d passed %4d failed %4d skipped %7.1f s\n",
						s.name, r.counts.passed, len(r.counts.failed), len(r.counts.skipped), r.seconds)
					results = append(results, r)
					broken = broken || s.needed && len(r.counts.failed) > 0
					mu.Unlock()
				}
			})
		}
		group.Wait()
		if broken {
			break
		}
	}
	return results
}

// timed runs a step; an error is one more failure.
func timed(ctx context.Context, s step) result {
	began := time.Now()
	c, err := execute(ctx, s)
	if err != nil {
		c.failed = append(c.failed, s.name+": "+err.Error())
	}
	return result{s.name, c, time.Since(began).Seconds()}
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
			for _, line := range folded(r.counts.skipped) {
				fmt.Fprintln(out, "  "+line)
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

// folded tells a reason that many share once.
func folded(skipped []string) []string {
	const many = 4
	var reasons []string
	names := map[string][]string{}
	for _, s := range skipped {
		name, reason, _ := strings.Cut(s, ": ")
		if _, ok := names[reason]; !ok {
			reasons = append(reasons, reason)
		}
		names[reason] = append(names[reason], name)
	}
	var lines []string
	for _, reason := range reasons {
		if n := names[reason]; len(n) >= many {
			lines = append(lines, fmt.Sprintf("%d tests: %s (%s)", len(n), reason, strings.Join(n, ", ")))
			continue
		}
		for _, name := range names[reason] {
			lines = append(lines, name+": "+reason)
		}
	}
	return lines
}

func tail(name string, n int) []string {
	data, err := os.ReadFile(name)
	if err != nil {
		return []string{err.Error()}
	}
	lines := strings.Split(strings.TrimRight(string(data), "\n"), "\n")
	return lines[max(0, len(lines)-n):]
}
