package browser

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/chromedp/chromedp"
)

// Options of a browser.
type Options struct {
	// Profile is the folder of the user's data; a fresh one, removed at the
	// end, when empty. A test that restarts the browser names it.
	Profile string
	// Flags are added to the command line: "enable-unsafe-webgpu": true.
	Flags map[string]any
}

// Browser is a running headless Chromium. It reaches loopback only: everything
// else ends at a proxy of ours that refuses it and keeps the name.
type Browser struct {
	ctx     context.Context
	stop    func()
	refused *refuser
}

// Start runs Chromium with a fresh profile.
func Start(o Options) (*Browser, error) {
	path, err := Find()
	if err != nil {
		return nil, err
	}
	b := &Browser{}
	var undo []func()
	b.stop = func() {
		for i := len(undo) - 1; i >= 0; i-- {
			undo[i]()
		}
	}
	profile := o.Profile
	if profile == "" {
		if profile, err = os.MkdirTemp("", "sprout-profile-"); err != nil {
			return nil, err
		}
		undo = append(undo, func() { removeProfile(profile) })
	}
	if b.refused, err = newRefuser(); err != nil {
		b.stop()
		return nil, err
	}
	undo = append(undo, b.refused.close)

	options := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(path),
		chromedp.UserDataDir(profile),
		chromedp.Headless,
		chromedp.NoSandbox, // the pages are ours, and CI runs as root
		chromedp.NoFirstRun,
		chromedp.NoDefaultBrowserCheck,
		chromedp.ProxyServer("http://" + b.refused.address()),
		chromedp.WindowSize(1280, 900),
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-default-apps", true),
		chromedp.Flag("disable-sync", true),
		chromedp.Flag("disable-dev-shm-usage", true),
		chromedp.Flag("disable-features", "OptimizationHints,MediaRouter,Translate"),
		chromedp.Flag("force-color-profile", "srgb"),
		chromedp.Flag("lang", "en-US"),
		chromedp.Flag("metrics-recording-only", true),
		chromedp.Flag("no-pings", true),
		chromedp.Flag("password-store", "basic"),
		// Tests look at one tab while another trains.
		chromedp.Flag("disable-background-timer-throttling", true),
		chromedp.Flag("disable-backgrounding-occluded-windows", true),
		chromedp.Flag("disable-renderer-backgrounding", true),
	}
	for name, value := range o.Flags {
		options = append(options, chromedp.Flag(name, value))
	}
	allocator, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	undo = append(undo, cancel)
	// The first tab belongs to the browser: closing it would end the process.
	ctx, cancel := chromedp.NewContext(allocator)
	undo = append(undo, cancel)
	b.ctx = ctx
	if err := start(ctx); err != nil {
		b.stop()
		return nil, fmt.Errorf("starting %s: %w", path, err)
	}
	return b, nil
}

// start waits for the browser; the context of the first run must not end, so
// the deadline stands outside.
func start(ctx context.Context) error {
	done := make(chan error, 1)
	go func() { done <- chromedp.Do(ctx) }()
	select {
	case err := <-done:
		return err
	case <-time.After(time.Minute):
		return errors.New("no answer within a minute")
	}
}

// Close ends the browser and removes a profile of its own.
func (b *Browser) Close() {
	// Gracefully first, so that the profile of a restarted browser is whole.
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = chromedp.Cancel(b.ctx) // it may have crashed already
	}()
	select {
	case <-done:
	case <-time.After(10 * time.Second):
	}
	b.stop()
}

// Foreign lists the hosts outside loopback that anything in the browser has
// asked for, pages and workers alike.
func (b *Browser) Foreign() []string { return b.refused.hosts() }

// removeProfile tries a few times: helpers of the browser may still write.
func removeProfile(dir string) {
	for range 20 {
		if os.RemoveAll(dir) == nil {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
}
