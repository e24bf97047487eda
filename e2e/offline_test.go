package e2e

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"sprout/cmd/serve/static"
)

// After one visit the page starts, trains and writes without its server. A new
// version waits until it is asked for, and what trains meanwhile goes on behind
// it.
func TestOfflineAndUpdate(t *testing.T) {
	files := http.StripPrefix("/room 4", static.New(os.DirFS(siteDir)))
	var newer atomic.Bool
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if newer.Load() && strings.HasSuffix(r.URL.Path, "/service-worker.js") {
			script, err := os.ReadFile(siteDir + "/service-worker.js")
			assert.NoError(t, err)
			w.Header().Set("Content-Type", "text/javascript")
			_, err = io.WriteString(w, string(script)+"\n// newer\n")
			assert.NoError(t, err)
			return
		}
		files.ServeHTTP(w, r)
	}))
	defer server.Close()
	x := openAt(t, server.URL+"/room%204/#/pretrain?lang=en", rhyme).ready()
	const settled = "(async () => { await navigator.serviceWorker.ready; return true })()"
	x.wait(30*time.Second, settled)
	x.reload()
	x.sees("works without a network")

	x.do(60*time.Second, "await sprout.run(small({steps: 100000, params: {checkpoint_every: 100000}}))")
	x.wait(60*time.Second, "sprout.state().step > 3")
	newer.Store(true)
	x.do(20*time.Second, "await (await navigator.serviceWorker.ready).update()")
	x.sees("A new version of this page is here")
	require.Equal(t, "running", value[string](x, time.Second, "return sprout.state().phase"), "it only waits")
	x.press("Start it now")
	x.wait(30*time.Second, "globalThis.sprout?.state().resumable?.step > 3")

	server.CloseClientConnections()
	server.Close()
	x.reload()
	x.press("Go on from there")
	x.wait(60*time.Second, "sprout.state().phase === 'running' && sprout.state().step > 5")
	x.do(20*time.Second, "await sprout.stop()")
	assert.NotEmpty(t, value[string](x, 20*time.Second, "return (await sprout.sample({prompt: 'The', maxTokens: 8})).text"))
	assert.NotEmpty(t, value[string](x, 20*time.Second, "return (await sprout.sample({checkpoint: 'demo', prompt: 'Milo', maxTokens: 8})).text"))
}
