// Package lab is where the workloads are run: this process, or a page of a
// headless browser with an engine of its own.
package lab

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"sprout/cmd/serve/static"
	"sprout/e2e/bench/workload"
	"sprout/e2e/browser"
)

//go:embed site
var site embed.FS

// Lab is a place to measure in.
type Lab interface {
	// Run measures from a fresh start and reads the result into out.
	Run(r workload.Request, out any) error
	Close()
}

// Native is this process.
type Native struct{}

// Run implements Lab.
func (Native) Run(r workload.Request, out any) error {
	result, err := workload.Run(workload.Native(), r)
	if err != nil {
		return err
	}
	data, err := json.Marshal(result)
	if err != nil {
		return err
	}
	return json.Unmarshal(data, out)
}

// Close does nothing.
func (Native) Close() {}

// Chromium runs the engine in a page of a headless browser; every run is a page
// of its own.
type Chromium struct {
	browser *browser.Browser
	server  *httptest.Server
	dir     string
}

// NewChromium builds the engine and starts a browser.
func NewChromium() (*Chromium, error) {
	dir, err := os.MkdirTemp("", "sprout-bench-")
	if err != nil {
		return nil, err
	}
	c := &Chromium{dir: dir}
	if err := assemble(dir); err != nil {
		c.Close()
		return nil, err
	}
	c.server = httptest.NewServer(static.New(os.DirFS(dir)))
	if c.browser, err = browser.Start(browser.Options{}); err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

// Close ends the browser.
func (c *Chromium) Close() {
	if c.browser != nil {
		c.browser.Close()
	}
	if c.server != nil {
		c.server.Close()
	}
	os.RemoveAll(c.dir)
}

// Run implements Lab.
func (c *Chromium) Run(r workload.Request, out any) error {
	request, err := json.Marshal(r)
	if err != nil {
		return err
	}
	p, err := c.browser.NewPage()
	if err != nil {
		return err
	}
	defer p.Close()
	if err := p.Open(c.server.URL + "/"); err != nil {
		return err
	}
	line, err := browser.Eval[string](p, 10*time.Minute, "bench("+browser.Quote(string(request))+")")
	if err != nil {
		return err
	}
	var failed struct{ Error string }
	if json.Unmarshal([]byte(line), &failed) == nil && failed.Error != "" {
		return fmt.Errorf("in the browser: %s", failed.Error)
	}
	return json.Unmarshal([]byte(line), out)
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
