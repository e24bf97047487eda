package e2e

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"sprout/cmd/serve/static"
)

// inWorker serves the site with a line put before the engine worker's script:
// that is where the storage is used.
func inWorker(t *testing.T, line string) string {
	t.Helper()
	files := static.New(os.DirFS(siteDir))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(filepath.Base(r.URL.Path), "worker-") {
			files.ServeHTTP(w, r)
			return
		}
		r.Header.Del("Accept-Encoding")
		recorder := httptest.NewRecorder()
		files.ServeHTTP(recorder, r)
		body := append([]byte(line+"\n"), recorder.Body.Bytes()...)
		for _, name := range []string{"Content-Type", "Content-Security-Policy", "Cross-Origin-Embedder-Policy", "Cross-Origin-Resource-Policy"} {
			w.Header().Set(name, recorder.Header().Get(name))
		}
		_, _ = bytes.NewReader(body).WriteTo(w)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// Without storage training goes on, and the page says what is not saved.
func TestWithoutStorage(t *testing.T) {
	for name, c := range map[string]struct{ line, code string }{
		"missing": {"Object.defineProperty(self, 'indexedDB', {value: undefined});", "storage_missing"},
		"denied":  {"self.indexedDB.open = () => { throw new DOMException('denied', 'SecurityError') };", ""},
	} {
		t.Run(name, func(t *testing.T) {
			x := openAt(t, inWorker(t, c.line)+"/#/pretrain?lang=en", rhyme).ready()
			info := value[struct {
				Available, Writable bool
				Problem             *struct{ Code string }
			}](x, time.Second, "return sprout.state().storage")
			assert.False(t, info.Available)
			require.NotNil(t, info.Problem)
			if c.code != "" {
				assert.Equal(t, c.code, info.Problem.Code)
			}
			assert.Equal(t, "done", value[string](x, 60*time.Second, "return await (await sprout.run(small({steps: 10}))).done"))
			assert.Positive(t, value[int](x, 30*time.Second, "return (await sprout.sample({prompt: 'the', maxTokens: 8})).tokens"))
			x.Forgive()
		})
	}
}

// What another page of this origin can do to the database.
func TestDatabaseOutOfReach(t *testing.T) {
	for name, c := range map[string]struct{ before, code string }{
		// Opened and never closed, with a deletion waiting: every open queues up.
		"blocked": {`await new Promise(r => indexedDB.open("sprout", 1).onsuccess = r); indexedDB.deleteDatabase("sprout")`, "storage_blocked"},
		"newer":   {`await new Promise(r => indexedDB.open("sprout", 99).onsuccess = e => r(e.target.result.close()))`, "storage_version"},
	} {
		t.Run(name, func(t *testing.T) {
			b := start(t)
			other := newTab(t, b, origin+"/icon.svg")
			other.do(10*time.Second, c.before)
			x := newTab(t, b, origin+"/#/pretrain?lang=en", rhyme).ready()
			assert.Equal(t, c.code, value[string](x, time.Second, "return sprout.state().storage.problem?.code"))
			assert.Equal(t, "done", value[string](x, 60*time.Second, "return await (await sprout.run(small({steps: 10}))).done"))
			other.Forgive() // the page of an image asks for a favicon
		})
	}
}

// A full disk stops the saving, not the training.
func TestQuota(t *testing.T) {
	b := start(t)
	x := emptyTab(t, b, origin+"/", rhyme)
	require.NoError(t, x.LimitStorage(origin, 300<<10))
	require.NoError(t, x.Open(origin+"/#/pretrain?lang=en"))
	x.ready()
	x.do(60*time.Second, "await sprout.run(small({steps: 100000, params: {checkpoint_every: 5}}))")
	x.wait(30*time.Second, "sprout.state().problems.some(p => p.code === 'storage_full')")
	at := value[int](x, time.Second, "return sprout.state().step")
	x.wait(30*time.Second, "sprout.state().phase === 'running' && sprout.state().step > "+number(at+5))
	x.do(20*time.Second, "try { await sprout.stop() } catch {}")
	x.Forgive()
}
