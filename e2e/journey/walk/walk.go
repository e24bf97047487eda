// Package walk makes a journey on the page in a browser.
package walk

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"sprout/e2e/browser"
	"sprout/journey"
)

// Options of a journey; see wasm/protocol's WalkJourney.
type Options struct {
	Preset  string             `json:"preset"`
	Seed    uint64             `json:"seed"`
	Seeds   int                `json:"seeds"`
	Only    []string           `json:"only,omitempty"`
	Set     map[string]float64 `json:"set,omitempty"`
	Workers int                `json:"workers"`
	// Progress is told a line about every step that was made, and every now and
	// then where it stands.
	Progress func(line string) `json:"-"`
	// Keep, if not nil, is given the steps and the files of their checkpoints in the
	// end.
	Keep func(seed uint64, row journey.Row, model []byte) error `json:"-"`
	// Meanwhile, if not nil, is called about once a second.
	Meanwhile func(p *browser.Page) error `json:"-"`
}

// begin starts the journey on the page and leaves there what becomes of it.
const begin = `(options => {
	const seen = { lines: [], now: '', report: null, failed: '' }
	globalThis.journeySeen = seen
	sprout.on('journey', e => {
		seen.now = e.line
		if (e.doing === 'made' || e.doing === 'failed') seen.lines.push(e.line)
	})
	sprout.journey.walk(options).then(r => seen.report = r, e => seen.failed = String(e.message ?? e))
})`

// look is what there is to say since the last look.
type look struct {
	Lines  []string
	Now    string
	Failed string
	Done   bool
}

// told bounds how often Progress hears where the journey stands.
const told = 15 * time.Second

// Page opens the page at an origin in a fresh browser and makes the journey
// there. It fails on whatever the page complains about.
func Page(origin string, o Options) (journey.Report, error) {
	var r journey.Report
	b, err := browser.Start(browser.Options{})
	if err != nil {
		return r, err
	}
	defer b.Close()
	p, err := b.NewPage()
	if err != nil {
		return r, err
	}
	defer p.Close()
	if err := p.Open(origin + "/"); err != nil {
		return r, err
	}
	if err := p.Wait(30*time.Second, "globalThis.sprout?.state().engine === 'ready'"); err != nil {
		return r, err
	}
	if err := On(p, o, &r); err != nil {
		return r, err
	}
	if troubles := p.Troubles(); len(troubles) > 0 {
		return r, fmt.Errorf("the page was in trouble: %q", troubles)
	}
	if o.Keep != nil {
		if err := keep(p, r, o.Keep); err != nil {
			return r, err
		}
	}
	if foreign := b.Foreign(); len(foreign) > 0 {
		return r, fmt.Errorf("requests to other origins: %v", foreign)
	}
	return r, nil
}

// On makes the journey on a page whose engine is ready.
func On(p *browser.Page, o Options, r *journey.Report) error {
	options, err := json.Marshal(o)
	if err != nil {
		return err
	}
	if _, err := browser.Eval[any](p, 10*time.Second, begin+"("+string(options)+")"); err != nil {
		return err
	}
	for last := time.Now(); ; time.Sleep(time.Second) {
		// The page answers at once, whatever the engine does.
		l, err := browser.Eval[look](p, 20*time.Second, `(s => ({ lines: s.lines.splice(0), now: s.now, failed: s.failed, done: s.report !== null }))(journeySeen)`)
		if err != nil {
			return err
		}
		if o.Progress != nil {
			for _, line := range l.Lines {
				o.Progress(line)
			}
			if time.Since(last) > told && l.Now != "" && !l.Done {
				last = time.Now()
				o.Progress("  " + l.Now)
			}
		}
		switch {
		case l.Failed != "":
			return fmt.Errorf("the journey ended early: %s", l.Failed)
		case l.Done:
			return finish(p, r)
		}
		if o.Meanwhile != nil {
			if err := o.Meanwhile(p); err != nil {
				return err
			}
		}
	}
}

// finish fetches the report and says where it was made.
func finish(p *browser.Page, r *journey.Report) error {
	var err error
	if *r, err = browser.Eval[journey.Report](p, 20*time.Second, "journeySeen.report"); err != nil {
		return err
	}
	agent, err := browser.Eval[string](p, 10*time.Second, "navigator.userAgent")
	if err != nil {
		return err
	}
	for part := range strings.FieldsSeq(agent) {
		if name, version, ok := strings.Cut(part, "/"); ok && strings.HasSuffix(name, "Chrome") {
			r.Where = "Chromium " + version
		}
	}
	return nil
}

// keep hands over every checkpoint that the page has of a journey.
func keep(p *browser.Page, r journey.Report, put func(uint64, journey.Row, []byte) error) error {
	for _, run := range r.Runs {
		for _, row := range run.Rows {
			if row.Checkpoint == "" {
				continue
			}
			// JSON has no bytes but base64, which is what Go reads into a []byte.
			model, err := browser.Eval[[]byte](p, time.Minute, fmt.Sprintf(`sprout.checkpoints.export(%q).then(bytes => {
				let text = ''
				for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192))
				return btoa(text)
			})`, row.Checkpoint))
			if err != nil {
				return fmt.Errorf("the checkpoint of %s: %w", row.Key, err)
			}
			if err := put(run.Seed, row, model); err != nil {
				return err
			}
		}
	}
	return nil
}
