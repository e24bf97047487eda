package main

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

// lab is a place to measure in.
type lab interface {
	// run measures from a fresh start and reads the result into out.
	run(r workload.Request, out any) error
	close()
}

// native is this process.
type native struct{}

func (native) run(r workload.Request, out any) error {
	result, err := workload.Run(workload.Host{}, r)
	if err != nil {
		return err
	}
	data, err := json.Marshal(result)
	if err != nil {
		return err
	}
	return json.Unmarshal(data, out)
}

func (native) close() {}

// chromium runs the engine in a page of a headless browser.
type chromium struct {
	*browser.Browser
	server *httptest.Server
	dir    string
}

// newChromium builds the engine and starts a browser.
func newChromium() (*chromium, error) {
	dir, err := os.MkdirTemp("", "sprout-bench-")
	if err != nil {
		return nil, err
	}
	c := &chromium{dir: dir}
	if err := assemble(dir); err != nil {
		c.close()
		return nil, err
	}
	c.server = httptest.NewServer(static.New(os.DirFS(dir)))
	if c.Browser, err = browser.Start(browser.Options{}); err != nil {
		c.close()
		return nil, err
	}
	return c, nil
}

func (c *chromium) close() {
	if c.Browser != nil {
		c.Close()
	}
	if c.server != nil {
		c.server.Close()
	}
	os.RemoveAll(c.dir)
}

func (c *chromium) run(r workload.Request, out any) error {
	request, err := json.Marshal(r)
	if err != nil {
		return err
	}
	p, err := c.NewPage()
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
