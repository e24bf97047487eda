// Command accept measures the long figures that the project promises, on the
// built page in headless Chromium, and writes build/accept.json: for each
// figure its aim, what was measured, and how. It fails where an aim is missed
// and where ../shared, with the texts and the peers, is absent.
//
//	go run ./e2e/accept            all of them, about three quarters of an hour on 2 cores
//	go run ./e2e/accept -only speed,peers
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"time"

	"sprout/cmd/serve/static"
	"sprout/e2e/browser"
)

// Figure is one promise and what became of it.
type Figure struct {
	Name     string  `json:"name"`
	Measured float64 `json:"measured"`
	Relation string  `json:"relation"` // "≤" or "≥"
	Aim      float64 `json:"aim"`
	Unit     string  `json:"unit"`
	How      string  `json:"how"`
	Met      bool    `json:"met"`
	Detail   any     `json:"detail,omitempty"`
}

// shared holds the texts and the peers.
const shared = "../shared"

// bench is what measures: the built site behind cmd/serve's handler.
type bench struct {
	site, origin string
	figures      []Figure
}

var measurements = []struct {
	name string
	run  func(*bench) error
}{
	{"size", (*bench).sizes},
	{"first", (*bench).firstVisit},
	{"vitals", (*bench).vitals},
	{"tokenizer", (*bench).tokenizer},
	{"clicks", (*bench).clicks},
	{"breaks", (*bench).breaks},
	{"town", (*bench).town},
	{"alive", (*bench).alive},
	{"shakespeare", (*bench).shakespeare},
	{"chinese", (*bench).chinese},
	{"speed", (*bench).speed},
	{"heap", (*bench).heap},
	{"memory", (*bench).memory},
	{"live", (*bench).live},
	{"peers", (*bench).peers},
	{"demo", (*bench).demo},
	{"pages", (*bench).pages},
}

func main() {
	only := flag.String("only", "", "measure only these, separated by commas")
	flag.Parse()
	if err := run(*only); err != nil {
		fmt.Fprintln(os.Stderr, "accept:", err)
		os.Exit(1)
	}
}

func run(only string) error {
	if _, err := os.Stat(filepath.Join(shared, "data", "shakespeare.txt")); err != nil {
		return fmt.Errorf("%s is absent, so the figures cannot be measured: %w", shared, err)
	}
	b := &bench{site: filepath.Join("cmd", "serve", "site")}
	if _, err := os.Stat(filepath.Join(b.site, "index.html")); err != nil {
		return errors.New(`the page is not built; run "make build" first`)
	}
	server := httptest.NewServer(static.New(os.DirFS(b.site)))
	defer server.Close()
	b.origin = server.URL

	var failed []string
	for _, m := range measurements {
		if only != "" && !strings.Contains(","+only+",", ","+m.name+",") {
			continue
		}
		before := len(b.figures)
		if err := m.run(b); err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", m.name, err)
			failed = append(failed, m.name)
		}
		for _, f := range b.figures[before:] {
			fmt.Println(f)
			if !f.Met {
				failed = append(failed, f.Name)
			}
		}
		if err := b.write(); err != nil { // after each: a later one may not end
			return err
		}
	}
	if len(failed) > 0 {
		return fmt.Errorf("missed: %s", strings.Join(failed, ", "))
	}
	return nil
}

func (f Figure) String() string {
	mark := "met   "
	if !f.Met {
		mark = "MISSED"
	}
	return fmt.Sprintf("%s  %-40s %.4g %s (aim %s %.4g)", mark, f.Name, f.Measured, f.Unit, f.Relation, f.Aim)
}

func (b *bench) write() error {
	data, err := json.MarshalIndent(struct {
		Time    string   `json:"time"`
		Figures []Figure `json:"figures"`
	}{time.Now().UTC().Format(time.RFC3339), b.figures}, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll("build", 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join("build", "accept.json"), append(data, '\n'), 0o644)
}

func (b *bench) atMost(name string, measured, aim float64, unit, how string, detail any) {
	b.figures = append(b.figures, Figure{name, measured, "≤", aim, unit, how, measured <= aim, detail})
}

func (b *bench) atLeast(name string, measured, aim float64, unit, how string, detail any) {
	b.figures = append(b.figures, Figure{name, measured, "≥", aim, unit, how, measured >= aim, detail})
}

// page runs f on the page in a fresh browser and fails on anything that the
// page complains about. Scripts run before those of the page.
func (b *bench) page(route string, f func(*browser.Page) error, scripts ...string) error {
	chromium, err := browser.Start(browser.Options{})
	if err != nil {
		return err
	}
	defer chromium.Close()
	p, err := chromium.NewPage(scripts...)
	if err != nil {
		return err
	}
	defer p.Close()
	if err := p.Open(b.origin + "/" + route); err != nil {
		return err
	}
	if err := p.Wait(30*time.Second, "globalThis.sprout?.state().engine === 'ready'"); err != nil {
		return err
	}
	if err := f(p); err != nil {
		p.Screenshot(filepath.Join("build", "accept-failed.png")) //nolint:errcheck // only helps to see why
		return err
	}
	if troubles := p.Troubles(); len(troubles) > 0 {
		return fmt.Errorf("the page was in trouble: %q", troubles)
	}
	if foreign := chromium.Foreign(); len(foreign) > 0 {
		return fmt.Errorf("requests to other origins: %v", foreign)
	}
	return nil
}

// eval runs the body of an async function on the page.
func eval[T any](p *browser.Page, limit time.Duration, body string) (T, error) {
	return browser.Eval[T](p, limit, "(async () => {"+body+"})()")
}
