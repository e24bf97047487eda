package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// event is a line of "go test -json".
type event struct {
	Action, Package, Test, Output, ImportPath string
}

// timeout of one package: several times what the slowest takes, so that a test
// that hangs is named before the patience of whoever waits ends.
const timeout = "30m"

// goTest runs packages and counts their tests.
func goTest(ctx context.Context, log *os.File, env []string, packages ...string) (counts, error) {
	args := append([]string{"test", "-json", "-timeout", timeout}, packages...)
	cmd := program(ctx, "go", args...)
	cmd.Env = append(os.Environ(), env...)
	return counted(cmd, log)
}

// wasmTest runs packages in a browser, one at a time.
func wasmTest(ctx context.Context, log *os.File, chromium string, packages ...string) (counts, error) {
	// wasmbrowsertest looks for a browser by name.
	bin, err := os.MkdirTemp("", "sprout-browser-")
	if err != nil {
		return counts{}, err
	}
	defer os.RemoveAll(bin)
	if err := os.Symlink(chromium, filepath.Join(bin, "google-chrome")); err != nil {
		return counts{}, err
	}
	args := append([]string{"test", "-json", "-p", "1", "-timeout", timeout, "-exec", absolute("build/bin/wasmbrowsertest")}, packages...)
	cmd := program(ctx, "go", args...)
	// A small environment: all of it is handed to the program in the page,
	// where there is room for little.
	cmd.Env = []string{
		"GOOS=js", "GOARCH=wasm", "GOTOOLCHAIN=" + os.Getenv("GOTOOLCHAIN"), "GOEXPERIMENT=" + os.Getenv("GOEXPERIMENT") + ",nojsonv2", // as the engine is built
		"HOME=" + os.Getenv("HOME"), "PATH=" + bin + string(filepath.ListSeparator) + os.Getenv("PATH"),
	}
	for _, name := range []string{"GOPATH", "GOCACHE", "GOMODCACHE", "GOPROXY", "GOFLAGS", "TMPDIR"} {
		if value, ok := os.LookupEnv(name); ok {
			cmd.Env = append(cmd.Env, name+"="+value)
		}
	}
	return counted(cmd, log)
}

// counted runs "go test -json" and writes plain text into the log.
func counted(cmd *exec.Cmd, log *os.File) (counts, error) {
	fmt.Fprintln(log, "$", strings.Join(cmd.Args, " "))
	cmd.Stderr = log
	out, err := cmd.StdoutPipe()
	if err != nil {
		return counts{}, err
	}
	if err := cmd.Start(); err != nil {
		return counts{}, err
	}
	c, err := tally(out, log)
	if wait := cmd.Wait(); wait != nil && len(c.failed) == 0 {
		return c, wait
	}
	return c, err
}

// tally counts the leaves of the tree of tests: a test with subtests is the
// sum of them. A package that fails without a failing test counts as one.
func tally(events io.Reader, log io.Writer) (counts, error) {
	type test struct{ pkg, name string }
	var (
		c       counts
		ended   = map[test]string{}
		order   []test
		parents = map[test]bool{}
		reason  = map[test]string{} // last line of output, for skips
		inside  = map[string]bool{} // packages with a failing test
		broken  []string
	)
	lines := bufio.NewScanner(events)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var e event
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			fmt.Fprintln(log, lines.Text())
			continue
		}
		t := test{e.Package, e.Test}
		switch e.Action {
		case "output", "build-output":
			io.WriteString(log, e.Output) //nolint:errcheck // the log is for reading only
			if text := strings.TrimSpace(e.Output); text != "" && !strings.HasPrefix(text, "---") && !strings.HasPrefix(text, "===") {
				reason[t] = text
			}
		case "run":
			for name := e.Test; strings.Contains(name, "/"); {
				name = name[:strings.LastIndex(name, "/")]
				parents[test{e.Package, name}] = true
			}
		case "build-fail":
			broken = append(broken, e.ImportPath+" does not build")
		case "pass", "fail", "skip":
			if e.Test == "" {
				if e.Action == "fail" && !inside[e.Package] {
					broken = append(broken, e.Package)
				}
				continue
			}
			inside[e.Package] = inside[e.Package] || e.Action == "fail"
			ended[t] = e.Action
			order = append(order, t)
		}
	}
	for _, t := range order {
		name := strings.TrimPrefix(t.pkg, "sprout/") + " " + t.name
		failedInside := false
		if parents[t] {
			for other, action := range ended {
				failedInside = failedInside || action == "fail" && other.pkg == t.pkg && strings.HasPrefix(other.name, t.name+"/")
			}
		}
		switch action := ended[t]; {
		case action == "fail" && !failedInside:
			c.failed = append(c.failed, name)
		case parents[t]:
		case action == "pass":
			c.passed++
		case action == "skip":
			c.skipped = append(c.skipped, name+": "+reason[t])
		}
	}
	c.failed = append(c.failed, broken...)
	return c, lines.Err()
}

// vitest counts the page's unit tests by Vitest's own report.
func vitest(ctx context.Context, log *os.File) (counts, error) {
	report := absolute(filepath.Join(logs, "vitest.json"))
	if err := os.Remove(report); err != nil && !os.IsNotExist(err) {
		return counts{}, err
	}
	cmd := program(ctx, "npx", "vitest", "run", "--reporter=default", "--reporter=json", "--outputFile.json="+report)
	cmd.Dir, cmd.Stdout, cmd.Stderr = "web", log, log
	failure := cmd.Run()
	data, err := os.ReadFile(report)
	if err != nil {
		return counts{}, fmt.Errorf("vitest wrote no report: %w", failure)
	}
	c, err := tallyVitest(bytes.NewReader(data))
	if err != nil {
		return c, err
	}
	if failure != nil && len(c.failed) == 0 {
		return c, failure
	}
	return c, nil
}

func tallyVitest(report io.Reader) (counts, error) {
	var r struct {
		TestResults []struct {
			Name, Status, Message string
			AssertionResults      []struct{ FullName, Status string }
		}
	}
	if err := json.NewDecoder(report).Decode(&r); err != nil {
		return counts{}, fmt.Errorf("vitest's report: %w", err)
	}
	var c counts
	for _, file := range r.TestResults {
		if file.Status == "failed" && len(file.AssertionResults) == 0 {
			c.failed = append(c.failed, filepath.Base(file.Name)+": "+file.Message)
		}
		for _, t := range file.AssertionResults {
			switch t.Status {
			case "passed":
				c.passed++
			case "failed":
				c.failed = append(c.failed, t.FullName)
			default:
				c.skipped = append(c.skipped, t.FullName+": "+t.Status)
			}
		}
	}
	return c, nil
}
