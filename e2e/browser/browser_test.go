package browser

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The watcher must see what it is there to see.
func TestNothingEscapesTheWatcher(t *testing.T) {
	worker := `fetch("http://tracker.example/worker").catch(() => {}).then(() => postMessage(1))`
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		switch r.URL.Path {
		case "/worker.js":
			w.Header().Set("Content-Type", "text/javascript")
			_, _ = w.Write([]byte(worker))
		case "/quiet":
			_, _ = w.Write([]byte(`<!doctype html><link rel=icon href="data:,"><button id=b disabled>old</button><input id=t value=before><input id=f type=file hidden>
				<script>setTimeout(() => b.disabled = false, 200); b.onclick = () => b.textContent = t.value + f.files.length</script>`))
		case "/":
			_, _ = w.Write([]byte(`<!doctype html><link rel=icon href="data:,"><img src="http://pictures.example/a.png">
				<script>new Worker("worker.js").onmessage = () => { window.done = 1 }; console.error("spilled", 3); setTimeout(() => { throw new Error("fell") })</script>`))
		default:
			http.NotFound(w, r)
		}
	}))
	defer server.Close()
	b, err := Start(Options{})
	require.NoError(t, err)
	defer b.Close()

	p, err := b.NewPage("window.before = 7")
	require.NoError(t, err)
	require.NoError(t, p.Open(server.URL+"/quiet"))
	n, err := Eval[int](p, time.Second, "Promise.resolve(before)")
	require.NoError(t, err)
	assert.Equal(t, 7, n)
	file := filepath.Join(t.TempDir(), "a.txt")
	require.NoError(t, os.WriteFile(file, []byte("x"), 0o600))
	require.NoError(t, p.Choose("#f", file))
	require.NoError(t, p.Type("#t", "fresh"))
	require.NoError(t, p.Click("#b"))
	text, err := p.Text("#b")
	require.NoError(t, err)
	assert.Equal(t, "fresh1", text)
	assert.Empty(t, p.Troubles())
	assert.Empty(t, b.Foreign(), "a quiet page leaves the browser quiet")
	assert.Error(t, p.Wait(50*time.Millisecond, "false"))
	_, err = Eval[int](p, time.Second, "missing")
	assert.ErrorContains(t, err, "ReferenceError")

	require.NoError(t, p.Open(server.URL))
	require.NoError(t, p.Wait(10*time.Second, "window.done"))
	assert.ElementsMatch(t, []string{"tracker.example", "pictures.example"}, b.Foreign())
	assert.Contains(t, p.Requests(), "http://pictures.example/a.png")
	troubles := p.Troubles()
	assert.Contains(t, troubles, "console error: spilled 3")
	fell := false
	for _, trouble := range troubles {
		fell = fell || len(trouble) > 20 && trouble[:9] == "exception"
	}
	assert.True(t, fell, "%q", troubles)
	shot := filepath.Join(t.TempDir(), "x", "a.png")
	require.NoError(t, p.Screenshot(shot))
	assert.FileExists(t, shot)
}

// A promise is an object and as such true: what it gives is what counts.
func TestWaitAwaitsPromises(t *testing.T) {
	b, err := Start(Options{})
	require.NoError(t, err)
	defer b.Close()
	p, err := b.NewPage()
	require.NoError(t, err)
	require.NoError(t, p.Open("about:blank"))
	require.NoError(t, p.Wait(time.Second, "(async () => true)()"))
	require.Error(t, p.Wait(200*time.Millisecond, "(async () => false)()"))
}

func TestFindHonoursTheVariable(t *testing.T) {
	t.Setenv("CHROME", filepath.Join(t.TempDir(), "missing"))
	_, err := Find()
	assert.Error(t, err)
	t.Setenv("CHROME", "")
	t.Setenv("PATH", "")
	if _, err := Find(); err != nil {
		assert.ErrorIs(t, err, ErrNone)
	}
}
