package e2e

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func number(n int) string { return strconv.Itoa(n) }

func TestFirstVisit(t *testing.T) {
	x := open(t, "").ready()
	assert.True(t, value[bool](x, time.Second, "return crossOriginIsolated"))
	assert.True(t, value[bool](x, time.Second, "return isSecureContext"))
	assert.NotEmpty(t, value[string](x, time.Second, "return document.title"))
	report := value[struct {
		Passed int
		Failed []string
	}](x, 3*time.Minute, "return sprout.selftest()")
	assert.Empty(t, report.Failed)
	assert.Positive(t, report.Passed)
}

// The engine's file stays small enough for a school's connection.
func TestEngineSize(t *testing.T) {
	const limit = 2 << 20 // bytes
	files, err := filepath.Glob(filepath.Join(siteDir, "assets", "sprout-*.wasm.br"))
	require.NoError(t, err)
	require.Len(t, files, 1)
	info, err := os.Stat(files[0])
	require.NoError(t, err)
	assert.LessOrEqual(t, info.Size(), int64(limit))
}

// Any static host will do: no headers, a sub-path, wrong types.
func TestPlainHostUnderASubPath(t *testing.T) {
	files := http.StripPrefix("/class/room 4", http.FileServer(http.Dir(siteDir)))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if filepath.Ext(r.URL.Path) == ".wasm" {
			w.Header().Set("Content-Type", "application/octet-stream")
		}
		files.ServeHTTP(w, r)
	}))
	defer server.Close()
	x := openAt(t, server.URL+"/class/room%204/#/pretrain", rhyme).ready()
	assert.False(t, value[bool](x, time.Second, "return crossOriginIsolated"))
	assert.Equal(t, "done", value[string](x, 60*time.Second, "return await (await sprout.run(small({steps: 10}))).done"))
	assert.Positive(t, value[int](x, 10*time.Second, "return (await sprout.checkpoints.list()).length"))
}

// Two tabs of one browser: the second may look and try, but does not save.
func TestSecondTabIsReadOnly(t *testing.T) {
	first := open(t, "#/pretrain?lang=en", rhyme).ready()
	first.do(60*time.Second, "await (await sprout.run(small({steps: 10}))).done")
	kept := value[int](first, 10*time.Second, "return (await sprout.checkpoints.list()).length")
	require.Positive(t, kept)

	second := newTab(t, first.b, origin+"/#/pretrain?lang=en", rhyme).ready()
	assert.False(t, value[bool](second, time.Second, "return sprout.state().writer"))
	second.sees("Sprout is open in another tab")
	assert.Equal(t, "done", value[string](second, 60*time.Second, "return await (await sprout.run(small({steps: 10, seed: 8}))).done"), "training goes on")
	assert.Equal(t, kept, value[int](second, 10*time.Second, "return (await sprout.checkpoints.list()).length"), "nothing was saved")
	assert.Equal(t, "storage_read_only", refusal(second, "sprout.checkpoints.delete((await sprout.checkpoints.list())[0].id)"))

	first.Close()
	second.wait(20*time.Second, "sprout.state().writer && sprout.state().storage.writable")
	second.do(60*time.Second, "await (await sprout.run(small({steps: 10, seed: 9}))).done")
	assert.Greater(t, value[int](second, 10*time.Second, "return (await sprout.checkpoints.list()).length"), kept)
}

// refusal is the problem code that an expression's promise is rejected with.
func refusal(x *tab, expression string) string {
	x.t.Helper()
	return value[string](x, 60*time.Second, "try { const v = await ("+expression+"); await v?.done; return 'accepted' } catch (e) { return e.problem?.code ?? String(e) }")
}

// keepWorkers lets a test end the engine as a browser short of memory does.
const keepWorkers = `globalThis.workers = []; Worker = class extends Worker { constructor(...a) { super(...a); workers.push(this) } }`

func TestKilledWorkerComesBack(t *testing.T) {
	x := open(t, "#/pretrain?lang=en", rhyme, keepWorkers).ready()
	x.do(60*time.Second, "await sprout.run(small({steps: 100000, params: {checkpoint_every: 5}}))")
	x.wait(60*time.Second, "sprout.state().step > 7")
	x.do(time.Second, "workers.at(-1).terminate()")
	// Its lock tells at once, long before its silence would be asked about.
	x.wait(20*time.Second, "workers.length === 2 && sprout.state().engine === 'ready' && sprout.state().resumable")
	x.sees("The engine was lost in mid-run")
	x.press("Go on from there")
	x.wait(30*time.Second, "sprout.state().phase === 'running' && sprout.state().step > 8")
	x.do(20*time.Second, "await sprout.stop()")
}

// deaf makes the engine's worker hang for {hang: ms}, and ten seconds of the page's
// watchdog one.
const (
	deafWorker = `addEventListener('message', ({data}) => { for (const end = Date.now() + (data.hang ?? 0); Date.now() < end;); });`
	hasty      = `const every = setInterval; setInterval = (f, ms, ...rest) => every(f, ms === 2000 ? 200 : ms, ...rest);`
)

// An engine that is silent for long is not ended: it may be slow. A person is
// asked, and the question goes when it speaks again.
func TestSilentEngine(t *testing.T) {
	x := openAt(t, inWorker(t, deafWorker)+"/#/pretrain?lang=en", rhyme, keepWorkers, hasty).ready()
	x.do(60*time.Second, "await sprout.run(small({steps: 100000, params: {checkpoint_every: 5}}))")
	x.wait(60*time.Second, "sprout.state().step > 7")
	x.do(time.Second, "workers[0].postMessage({hang: 5000})")
	x.sees("The engine has not answered for 30 seconds")
	x.do(time.Second, "globalThis.then = sprout.state().step")
	x.wait(60*time.Second, "sprout.state().step > then + 3 && !document.body.innerText.includes('has not answered')")
	assert.Equal(t, 1, value[int](x, time.Second, "return workers.length"), "it is the same engine")

	x.do(time.Second, "workers[0].postMessage({hang: 1e9})")
	x.sees("The engine has not answered for 30 seconds")
	x.press("Wait")
	x.wait(20*time.Second, "!document.body.innerText.includes('has not answered')")
	x.sees("The engine has not answered for")
	x.press("Restart from the last checkpoint")
	x.wait(40*time.Second, "workers.length === 2 && sprout.state().phase === 'running' && sprout.state().step > 8")
	x.do(20*time.Second, "await sprout.stop()")
}

func TestEngineThatDoesNotLoad(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if filepath.Ext(r.URL.Path) == ".wasm" {
			http.NotFound(w, r)
			return
		}
		http.FileServer(http.Dir(siteDir)).ServeHTTP(w, r)
	}))
	defer server.Close()
	x := newTab(t, start(t), server.URL+"/#/?lang=en")
	x.wait(60*time.Second, "globalThis.sprout?.state().engine === 'dead'")
	assert.Contains(t, value[[]string](x, time.Second, "return sprout.state().problems.map(p => p.code)"), "engine_not_loaded")
	x.press("中文") // the page itself still works
	x.wait(5*time.Second, "document.documentElement.lang.startsWith('zh')")
	x.Forgive() // the missing file is in the console
}
