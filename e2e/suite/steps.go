package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"sprout/e2e/browser"
)

// wasmBrowserTest runs a test binary for js/wasm in a browser. It is kept out
// of go.mod since it needs another chromedp than e2e.
const wasmBrowserTest = "github.com/agnivade/wasmbrowsertest@v0.11.0"

// inBrowser are the packages tested under wasm: everything that runs in the
// page. What reads files skips itself there.
var inBrowser = []string{"./core/...", "./stages/...", "./wasm", "./wasm/protocol", "./wasm/peers", "./wasm/session/...", "./wasm/store/..."}

// phases keep both cores of a small machine busy: what runs natively stands beside
// what runs in a browser, where one core computes. The page has the machine for
// itself, as it has in life.
func phases() []phase {
	var chromium string
	prepare := []step{
		{name: "browser, packages, build", needed: true, run: func(ctx context.Context, log *os.File) (counts, error) {
			var err error
			if chromium, err = browser.Find(); err != nil {
				if err := browser.Install(); err != nil {
					return counts{}, err
				}
				if chromium, err = browser.Find(); err != nil {
					return counts{}, err
				}
			}
			fmt.Fprintln(log, "browser:", chromium)
			if err := command(ctx, log, hostEnv("GOBIN="+absolute("build/bin")), "go", "install", wasmBrowserTest); err != nil {
				return counts{}, fmt.Errorf("installing wasmbrowsertest: %w", err)
			}
			return check(ctx, log, "make", "--no-print-directory", "build")
		}},
	}
	native := []step{
		{name: "go vet", run: func(ctx context.Context, log *os.File) (counts, error) {
			c, err := check(ctx, log, "go", "vet", "./...")
			if err == nil {
				err = command(ctx, log, wasmEnv(), "go", append([]string{"vet"}, inBrowser...)...)
			}
			return c, err
		}},
		{name: "go native", run: func(ctx context.Context, log *os.File) (counts, error) {
			packages, err := packagesExcept(ctx, "sprout/e2e")
			if err != nil {
				return counts{}, err
			}
			return goTest(ctx, log, nil, packages...)
		}},
		{name: "go native, without SIMD", run: func(ctx context.Context, log *os.File) (counts, error) {
			if err := command(ctx, log, append(os.Environ(), "GOEXPERIMENT="), "go", "build", "./..."); err != nil {
				return counts{}, err
			}
			return goTest(ctx, log, []string{"GOEXPERIMENT="}, "./core/backend/...", "./core/nn/...", "./core/gen/...")
		}},
	}
	tabs := []step{
		{name: "page, unit tests", run: vitest},
		{name: "page, types", run: inWeb("npm", "run", "check")},
		{name: "page, lint", run: inWeb("npm", "run", "lint")},
		{name: "go in the browser", run: func(ctx context.Context, log *os.File) (counts, error) {
			return wasmTest(ctx, log, chromium, inBrowser...)
		}},
	}
	page := []step{
		{name: "page in the browser", run: func(ctx context.Context, log *os.File) (counts, error) {
			return goTest(ctx, log, []string{"CHROME=" + chromium}, "./e2e/...")
		}},
	}
	return []phase{{prepare}, {native, tabs}, {page}}
}

// check runs a command that is one check in itself.
func check(ctx context.Context, log *os.File, name string, args ...string) (counts, error) {
	if err := command(ctx, log, nil, name, args...); err != nil {
		return counts{}, err
	}
	return counts{passed: 1}, nil
}

func inWeb(name string, args ...string) func(context.Context, *os.File) (counts, error) {
	return func(ctx context.Context, log *os.File) (counts, error) {
		cmd := program(ctx, name, args...)
		cmd.Dir, cmd.Stdout, cmd.Stderr = "web", log, log
		if err := cmd.Run(); err != nil {
			return counts{}, fmt.Errorf("%s %s: %w", name, strings.Join(args, " "), err)
		}
		return counts{passed: 1}, nil
	}
}

// command runs with its output in the log; a nil environment is our own.
func command(ctx context.Context, log *os.File, env []string, name string, args ...string) error {
	cmd := program(ctx, name, args...)
	cmd.Env, cmd.Stdout, cmd.Stderr = env, log, log
	fmt.Fprintln(log, "$", name, strings.Join(args, " "))
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s %s: %w", name, strings.Join(args, " "), err)
	}
	return nil
}

// packagesExcept lists the module's packages outside one folder.
func packagesExcept(ctx context.Context, folder string) ([]string, error) {
	out, err := program(ctx, "go", "list", "./...").Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	var packages []string
	for p := range strings.FieldsSeq(string(out)) {
		if p != folder && !strings.HasPrefix(p, folder+"/") {
			packages = append(packages, p)
		}
	}
	return packages, nil
}

// program is interrupted when ctx ends, so that it can end what it has started,
// and killed when that takes too long.
func program(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 20 * time.Second
	return cmd
}

// hostEnv is for programs that must run here whatever is being built.
func hostEnv(more ...string) []string {
	return append(os.Environ(), append([]string{"GOOS=", "GOARCH="}, more...)...)
}

func wasmEnv() []string { return append(os.Environ(), "GOOS=js", "GOARCH=wasm") }

func absolute(name string) string {
	path, err := filepath.Abs(name)
	if err != nil {
		panic(err) // only without a working directory
	}
	return path
}
