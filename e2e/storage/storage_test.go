// Package storage holds the browser's store to what only a real browser can
// do: run out of quota, reload, open a second tab, lose a worker in mid-write.
package storage

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sprout/e2e/browser"
)

const page = `<!doctype html><title>probe</title><link rel="icon" href="data:,"><script>
	let worker, waiting = new Map(), next = 0, up
	const start = () => {
		worker?.terminate()
		waiting.clear()
		up = new Promise(resolve => {
			worker = new Worker("worker.js")
			worker.onmessage = e => {
				if (e.data === "ready") return resolve()
				waiting.get(e.data.id)(JSON.parse(e.data.reply))
			}
		})
	}
	start()
	const probe = async (command, number = 0) => {
		await up
		const id = next++
		const reply = new Promise(resolve => waiting.set(id, resolve))
		worker.postMessage([id, command, number])
		return reply
	}
</script>`

const worker = `importScripts("wasm_exec.js")
const go = new Go()
onmessage = e => self.probe(...e.data)
WebAssembly.instantiateStreaming(fetch("probe.wasm"), go.importObject).then(r => { go.run(r.instance) })`

// serve builds the probe and serves its page on an origin of its own.
func serve(t *testing.T) string {
	t.Helper()
	wasm := filepath.Join(t.TempDir(), "probe.wasm")
	build := exec.Command("go", "build", "-o", wasm, "./probe")
	build.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm")
	out, err := build.CombinedOutput()
	require.NoError(t, err, string(out))
	root, err := exec.Command("go", "env", "GOROOT").Output()
	require.NoError(t, err)

	mux := http.NewServeMux()
	text := func(path, kind, body string) {
		mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", kind)
			_, _ = w.Write([]byte(body))
		})
	}
	text("/", "text/html", page)
	text("/worker.js", "text/javascript", worker)
	file := func(path, name string) {
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, name) })
	}
	file("/probe.wasm", wasm)
	file("/wasm_exec.js", filepath.Join(strings.TrimSpace(string(root)), "lib", "wasm", "wasm_exec.js"))
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL
}

type reply struct {
	Result  any `json:"result"`
	Problem *struct {
		Code string         `json:"code"`
		Args map[string]any `json:"args"`
		Text string         `json:"text"`
	} `json:"problem"`
}

func ask(t *testing.T, p *browser.Page, command string, number int) reply {
	t.Helper()
	r, err := browser.Eval[reply](p, time.Minute, fmt.Sprintf("probe(%q, %d)", command, number))
	require.NoError(t, err)
	return r
}

func good(t *testing.T, p *browser.Page, command string, number int) any {
	t.Helper()
	r := ask(t, p, command, number)
	require.Nil(t, r.Problem, "%s %d", command, number)
	return r.Result
}

func open(t *testing.T, b *browser.Browser, url string) *browser.Page {
	t.Helper()
	p, err := b.NewPage()
	require.NoError(t, err)
	t.Cleanup(p.Close)
	require.NoError(t, p.Open(url))
	return p
}

func TestStorage(t *testing.T) {
	b, err := browser.Start(browser.Options{})
	require.NoError(t, err)
	t.Cleanup(b.Close)
	url := serve(t)
	p := open(t, b, url)

	// 40 MB are two rows; what was written is there after a reload.
	good(t, p, "put", 1)
	good(t, p, "put", 40)
	require.NoError(t, p.Reload())
	require.Equal(t, []any{"c40", "c1"}, good(t, p, "list", 0))
	require.EqualValues(t, 40<<18, good(t, p, "verify", 40))
	require.EqualValues(t, 1<<18, good(t, p, "verify", 1))

	// A second tab sees the same, and only one of the two may write.
	second := open(t, b, url)
	require.Equal(t, []any{"c40", "c1"}, good(t, second, "list", 0))
	require.Equal(t, true, good(t, p, "beat", 1))
	require.Equal(t, false, good(t, second, "beat", 2))
	second.Close()

	// A worker that is killed in mid-write leaves nothing but orphans. Small
	// rows make it many transactions.
	orphans := 0.
	for ms := 100; ms < 5000 && orphans == 0; ms += ms / 4 {
		good(t, p, "rows", 1)
		_, err = browser.Eval[any](p, time.Minute, fmt.Sprintf(
			`(async () => { void probe("put", 24); await new Promise(r => setTimeout(r, %d)); start(); await up })()`, ms))
		require.NoError(t, err)
		swept := good(t, p, "sweep", 0).(float64)
		orphans += swept
		ids := good(t, p, "list", 0).([]any)
		t.Logf("killed after %d ms: %v rows swept, left %v", ms, swept, ids)
		if len(ids) == 3 { // it was faster
			require.Zero(t, swept)
			good(t, p, "verify", 24)
			good(t, p, "delete", 24)
		}
		good(t, p, "verify", 1)
		require.EqualValues(t, 0, good(t, p, "sweep", 0))
	}
	require.Positive(t, orphans, "no kill came in mid-write")
}

// The quota is reached: the save fails with the sizes, everything older is
// whole, and there is room again after something was deleted.
func TestQuota(t *testing.T) {
	b, err := browser.Start(browser.Options{})
	require.NoError(t, err)
	t.Cleanup(b.Close)
	p, err := b.NewPage()
	require.NoError(t, err)
	t.Cleanup(p.Close)
	url := serve(t)
	require.NoError(t, p.LimitStorage(url, 60<<20))
	require.NoError(t, p.Open(url))

	good(t, p, "put", 1)
	good(t, p, "put", 20)
	for range 2 {
		r := ask(t, p, "put", 50)
		require.NotNil(t, r.Problem)
		require.Equal(t, "storage_full", r.Problem.Code, r.Problem.Text)
		require.EqualValues(t, 50<<20, r.Problem.Args["need"])
		require.Greater(t, r.Problem.Args["used"], 20.*(1<<20))
		require.Equal(t, []any{"c20", "c1"}, good(t, p, "list", 0))
		require.EqualValues(t, 20<<18, good(t, p, "verify", 20))
	}
	require.NoError(t, p.Reload())
	require.Equal(t, []any{"c20", "c1"}, good(t, p, "list", 0))
	require.EqualValues(t, 1<<18, good(t, p, "verify", 1))
	require.EqualValues(t, 20<<18, good(t, p, "verify", 20))
	require.EqualValues(t, 0, good(t, p, "sweep", 0))
	good(t, p, "delete", 20)
	good(t, p, "put", 2)
	require.EqualValues(t, 2<<18, good(t, p, "verify", 2))
}
