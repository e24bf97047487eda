package browser

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// patience is how long a single action may take.
const patience = 20 * time.Second

// Page is one tab under observation.
type Page struct {
	ctx    context.Context
	cancel func()

	mu       sync.Mutex
	troubles []string
	requests []string
	console  []string
}

// NewPage opens an empty tab. Scripts run before those of every page it loads.
func (b *Browser) NewPage(scripts ...string) (*Page, error) {
	ctx, cancel := chromedp.NewContext(b.ctx)
	p := &Page{ctx: ctx, cancel: cancel}
	if err := chromedp.Do(ctx); err != nil { // creates the tab
		cancel()
		return nil, err
	}
	if err := chromedp.Listen(ctx, p.note); err != nil {
		cancel()
		return nil, err
	}
	if _, err := chromedp.Call(ctx, network.Enable, network.EnableParams{}); err != nil {
		cancel()
		return nil, err
	}
	if _, err := chromedp.Call(ctx, log.Enable, struct{}{}); err != nil {
		cancel()
		return nil, err
	}
	for _, s := range scripts {
		if _, err := chromedp.Call(ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: s}); err != nil {
			cancel()
			return nil, err
		}
	}
	return p, nil
}

// note runs inside the loop that reads the browser's messages: it only stores.
func (p *Page) note(event any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventConsoleAPICalled:
		var parts []string
		for _, a := range e.Args {
			if a.Description != "" {
				parts = append(parts, a.Description)
			} else {
				parts = append(parts, strings.Trim(string(a.Value), `"`))
			}
		}
		line := string(e.Type) + ": " + strings.Join(parts, " ")
		p.console = append(p.console, line)
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeWarning || e.Type == runtime.ConsoleAPICalledTypeAssert {
			p.troubles = append(p.troubles, "console "+line)
		}
	case *runtime.EventExceptionThrown:
		text := e.ExceptionDetails.Text
		if x := e.ExceptionDetails.Exception; x != nil && x.Description != "" {
			text += " " + x.Description
		}
		p.troubles = append(p.troubles, "exception "+text)
	case *log.EventEntryAdded:
		if e.Entry.Text == "No available adapters." {
			return // the browser of a machine without a GPU; the page has words of its own for it
		}
		if e.Entry.Level == log.EntryLevelError || e.Entry.Level == log.EntryLevelWarning {
			p.troubles = append(p.troubles, fmt.Sprintf("%s %s: %s %s", e.Entry.Source, e.Entry.Level, e.Entry.Text, e.Entry.URL))
		}
	case *network.EventRequestWillBeSent:
		p.requests = append(p.requests, e.Request.URL)
	case *network.EventLoadingFailed:
		if !e.Canceled {
			p.troubles = append(p.troubles, "request failed: "+e.ErrorText+" "+string(e.Type))
		}
	}
}

// Troubles are console errors and warnings, exceptions and failed requests so
// far.
func (p *Page) Troubles() []string { return p.copied(&p.troubles) }

// Forgive empties the list of troubles, after a test has caused some.
func (p *Page) Forgive() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.troubles = nil
}

// Requests are the addresses that the page itself has asked for.
func (p *Page) Requests() []string { return p.copied(&p.requests) }

// Console is everything that was logged.
func (p *Page) Console() []string { return p.copied(&p.console) }

func (p *Page) copied(list *[]string) []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), *list...)
}

// Close closes the tab.
func (p *Page) Close() { p.cancel() }

// Do runs actions within a deadline.
func (p *Page) Do(limit time.Duration, steps ...chromedp.Action[chromedp.Void]) error {
	ctx, cancel := context.WithTimeout(p.ctx, limit)
	defer cancel()
	return chromedp.Do(ctx, steps...)
}

// Open goes to an address and waits for its load event.
func (p *Page) Open(url string) error {
	if err := p.Do(patience, chromedp.Navigate(url)); err != nil {
		return fmt.Errorf("opening %s: %w", url, err)
	}
	return nil
}

// Reload loads the page again, as the key does.
func (p *Page) Reload() error { return p.Do(patience, chromedp.Reload()) }

// Eval computes an expression, waits for it where it is a promise, and decodes
// its value. No value gives T's zero value.
func Eval[T any](p *Page, limit time.Duration, expression string) (T, error) {
	var value T
	ctx, cancel := context.WithTimeout(p.ctx, limit)
	defer cancel()
	raw, err := chromedp.Run(ctx, chromedp.Evaluate[[]byte](expression, chromedp.EvalAwaitPromise, chromedp.EvalAsValue))
	if err != nil {
		return value, fmt.Errorf("%s: %w", short(expression), err)
	}
	if len(raw) == 0 {
		return value, nil
	}
	if err := json.Unmarshal(raw, &value); err != nil {
		return value, fmt.Errorf("%s: %w", short(expression), err)
	}
	return value, nil
}

// Wait asks until the expression, or what its promise gives, is true. It is asked
// from outside, so that it also works across reloads.
func (p *Page) Wait(limit time.Duration, expression string) error {
	deadline := time.Now().Add(limit)
	for {
		ok, err := Eval[bool](p, min(limit, patience), "(async () => Boolean(await ("+expression+")))()")
		if ok {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("not true within %v: %s (last error: %w)", limit, short(expression), err)
		}
		if p.ctx.Err() != nil {
			return p.ctx.Err()
		}
		time.Sleep(30 * time.Millisecond)
	}
}

// Click presses the mouse on the first visible match of a CSS selector.
func (p *Page) Click(selector string) error {
	err := p.Do(patience, chromedp.ScrollIntoView(chromedp.CSS(selector)), chromedp.WaitEnabled(chromedp.CSS(selector)), chromedp.Click(chromedp.CSS(selector)))
	if err != nil {
		return fmt.Errorf("clicking %s: %w", selector, err)
	}
	return nil
}

// Type replaces a field's text key by key.
func (p *Page) Type(selector, text string) error {
	css := chromedp.CSS(selector)
	if err := p.Do(patience, chromedp.WaitVisible(css), chromedp.Clear(css), chromedp.SendKeys(css, text)); err != nil {
		return fmt.Errorf("typing into %s: %w", selector, err)
	}
	return nil
}

// Choose gives files to an input, visible or not.
func (p *Page) Choose(selector string, files ...string) error {
	if err := p.Do(patience, chromedp.SetUploadFiles(chromedp.CSS(selector), files)); err != nil {
		return fmt.Errorf("choosing files for %s: %w", selector, err)
	}
	return nil
}

// Text is the visible text of the first match.
func (p *Page) Text(selector string) (string, error) {
	return Eval[string](p, patience, "document.querySelector("+Quote(selector)+")?.innerText ?? ''")
}

// Downloads sends downloads of the whole browser into a folder.
func (p *Page) Downloads(dir string) error {
	_, err := chromedp.CallBrowser(p.ctx, cdpbrowser.SetDownloadBehavior, cdpbrowser.SetDownloadBehaviorParams{
		Behavior: cdpbrowser.SetDownloadBehaviorBehaviorAllow, DownloadPath: dir,
	})
	return err
}

// Resize emulates a screen of this size in CSS pixels.
func (p *Page) Resize(width, height int64) error {
	_, err := chromedp.Call(p.ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: width, Height: height, DeviceScaleFactor: 1,
	})
	return err
}

// Prefer emulates a reader who likes "light" or "dark" pages.
func (p *Page) Prefer(scheme string) error {
	_, err := chromedp.Call(p.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
	})
	return err
}

// Print shows the page as it is printed, until the next Prefer.
func (p *Page) Print() error {
	_, err := chromedp.Call(p.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"})
	return err
}

// Hide minimizes the tab's window, of which it is the only tab, or shows it again.
func (p *Page) Hide(on bool) error {
	w, err := chromedp.Call(p.ctx, cdpbrowser.GetWindowForTarget, cdpbrowser.GetWindowForTargetParams{})
	if err != nil {
		return err
	}
	state := cdpbrowser.WindowStateNormal
	if on {
		state = cdpbrowser.WindowStateMinimized
	}
	_, err = chromedp.Call(p.ctx, cdpbrowser.SetWindowBounds, cdpbrowser.SetWindowBoundsParams{
		WindowID: w.WindowID, Bounds: &cdpbrowser.Bounds{WindowState: state},
	})
	return err
}

// Freeze stops a hidden tab, as a browser does to save power, or has it go on.
func (p *Page) Freeze(on bool) error {
	state := page.SetWebLifecycleStateStateActive
	if on {
		state = page.SetWebLifecycleStateStateFrozen
	}
	_, err := chromedp.Call(p.ctx, page.SetWebLifecycleState, page.SetWebLifecycleStateParams{State: state})
	return err
}

// Screenshot writes what the tab shows as PNG.
func (p *Page) Screenshot(file string) error {
	return p.capture(file, page.CaptureScreenshotParams{Format: page.CaptureScreenshotFormatPng})
}

// WholeScreenshot writes the whole page, also what would have to be scrolled to,
// as JPEG.
func (p *Page) WholeScreenshot(file string) error {
	size, err := Eval[[2]float64](p, patience, "[document.documentElement.clientWidth, document.documentElement.scrollHeight]")
	if err != nil {
		return err
	}
	return p.capture(file, page.CaptureScreenshotParams{
		Format: page.CaptureScreenshotFormatJpeg, Quality: new(int64(80)), CaptureBeyondViewport: new(true),
		Clip: &page.Viewport{Width: size[0], Height: size[1], Scale: 1},
	})
}

func (p *Page) capture(file string, how page.CaptureScreenshotParams) error {
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	shot, err := chromedp.Call(ctx, page.CaptureScreenshot, how)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	return os.WriteFile(file, shot.Data, 0o600)
}

// Quote writes a Go string as a JavaScript literal.
func Quote(s string) string {
	data, err := json.Marshal(s)
	if err != nil {
		panic(err) // strings always marshal
	}
	return string(data)
}

func short(expression string) string {
	if len(expression) > 160 {
		return expression[:160] + "…"
	}
	return expression
}
