// Package e2e drives the real page in a real Chromium, with clicks and through
// globalThis.sprout. Sizes are miniatures; the long figures are in e2e/accept.
package e2e

import (
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"sprout/cmd/serve/static"
	"sprout/e2e/browser"
)

var (
	siteDir string // a copy, so that a build beside the tests changes nothing
	origin  string // where cmd/serve's handler answers
)

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	const built = "../cmd/serve/site"
	if _, err := os.Stat(filepath.Join(built, "index.html")); err != nil {
		fmt.Fprintln(os.Stderr, "e2e: the page is not built; run \"make build\" first")
		return 1
	}
	dir, err := os.MkdirTemp("", "sprout-site-")
	if err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
		return 1
	}
	defer os.RemoveAll(dir)
	siteDir = filepath.Join(dir, "site")
	if err := os.CopyFS(siteDir, os.DirFS(built)); err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
		return 1
	}
	server := httptest.NewServer(static.New(os.DirFS(siteDir)))
	defer server.Close()
	origin = server.URL
	return m.Run()
}

// tab is a page whose test fails with every trouble that it does not expect.
type tab struct {
	*browser.Page
	t *testing.T
	b *browser.Browser
}

// open starts a browser with a fresh profile and loads the page at a route,
// such as "#/pretrain?lang=en". Scripts run before those of the page.
func open(t *testing.T, route string, scripts ...string) *tab {
	t.Helper()
	return openAt(t, origin+"/"+route, scripts...)
}

func openAt(t *testing.T, url string, scripts ...string) *tab {
	t.Helper()
	return newTab(t, start(t), url, scripts...)
}

// start runs a browser with a fresh profile until the end of the test.
func start(t *testing.T) *browser.Browser {
	t.Helper()
	return startWith(t, nil)
}

// startWith adds flags to its command line.
func startWith(t *testing.T, flags map[string]any) *browser.Browser {
	t.Helper()
	b, err := browser.Start(browser.Options{Flags: flags})
	require.NoError(t, err)
	t.Cleanup(func() {
		assert.Empty(t, b.Foreign(), "requests to other origins")
		b.Close()
	})
	return b
}

// newTab opens one more tab of the same browser.
func newTab(t *testing.T, b *browser.Browser, url string, scripts ...string) *tab {
	t.Helper()
	x := emptyTab(t, b, url, scripts...)
	require.NoError(t, x.Open(url))
	return x
}

// emptyTab is a tab that is about to visit the origin of url and no other.
func emptyTab(t *testing.T, b *browser.Browser, url string, scripts ...string) *tab {
	t.Helper()
	home := strings.Join(strings.SplitAfterN(url, "/", 4)[:3], "")
	p, err := b.NewPage(scripts...)
	require.NoError(t, err)
	x := &tab{p, t, b}
	t.Cleanup(func() {
		if t.Failed() {
			x.keep()
		} else if troubles := x.Troubles(); len(troubles) > 0 {
			x.keep()
			t.Errorf("the page was in trouble: %q", troubles)
		}
		for _, r := range x.Requests() {
			if !strings.HasPrefix(r, home) && !strings.HasPrefix(r, "data:") && !strings.HasPrefix(r, "blob:") && r != "about:blank" {
				t.Errorf("the page asked for %s", r)
			}
		}
		x.Close()
	})
	return x
}

// keep writes what the tab shows and said to build/e2e.
func (x *tab) keep() {
	base := filepath.Join("..", "build", "e2e", strings.ReplaceAll(x.t.Name(), "/", "-"))
	if err := x.Screenshot(base + ".png"); err != nil {
		x.t.Logf("no screenshot: %v", err)
	}
	x.t.Logf("screenshot %s.png, troubles %q, console %q", base, x.Troubles(), x.Console())
}

// ready waits until the engine listens.
func (x *tab) ready() *tab {
	x.t.Helper()
	x.wait(30*time.Second, "globalThis.sprout?.state().engine === 'ready'")
	return x
}

func (x *tab) wait(limit time.Duration, expression string) {
	x.t.Helper()
	require.NoError(x.t, x.Wait(limit, expression))
}

func (x *tab) reload() {
	x.t.Helper()
	require.NoError(x.t, x.Reload())
	x.ready()
}

// do runs statements of an async function for their effect.
func (x *tab) do(limit time.Duration, body string) {
	x.t.Helper()
	_, err := browser.Eval[any](x.Page, limit, "(async () => {"+body+"})()")
	require.NoError(x.t, err)
}

// value is what an async function's body returns.
func value[T any](x *tab, limit time.Duration, body string) T {
	x.t.Helper()
	v, err := browser.Eval[T](x.Page, limit, "(async () => {"+body+"})()")
	require.NoError(x.t, err)
	return v
}

// press clicks the first visible button or link of this text.
func (x *tab) press(text string) {
	x.t.Helper()
	find := `[...document.querySelectorAll('button, a, summary, label')].find(e => e.checkVisibility() && !e.disabled &&
		(e.innerText.trim() === ` + browser.Quote(text) + ` || e.ariaLabel === ` + browser.Quote(text) + `))`
	x.wait(20*time.Second, find)
	x.do(5*time.Second, `for (const e of document.querySelectorAll('[data-pressed]')) delete e.dataset.pressed;
		`+find+`.dataset.pressed = ''`)
	require.NoError(x.t, x.Click("[data-pressed]"))
}

// sees waits for a text anywhere on the page.
func (x *tab) sees(text string) {
	x.t.Helper()
	x.wait(20*time.Second, "document.body.innerText.includes("+browser.Quote(text)+")")
}
