package static_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"sprout/cmd/serve/static"
)

var script = strings.Repeat("console.log('leaf');\n", 200)

func packed(t *testing.T, text string) (br, gz []byte) {
	t.Helper()
	var b, g bytes.Buffer
	bw, gw := brotli.NewWriter(&b), gzip.NewWriter(&g)
	for _, w := range []io.WriteCloser{bw, gw} {
		_, err := io.WriteString(w, text)
		require.NoError(t, err)
		require.NoError(t, w.Close())
	}
	return b.Bytes(), g.Bytes()
}

func site(t *testing.T) fstest.MapFS {
	br, gz := packed(t, script)
	return fstest.MapFS{
		"index.html":                    {Data: []byte("<!doctype html><title>Sprout</title>")},
		"assets/main-Bx3_9kQz.js":       {Data: []byte(script)},
		"assets/main-Bx3_9kQz.js.br":    {Data: br},
		"assets/main-Bx3_9kQz.js.gz":    {Data: gz},
		"assets/engine-aB4dEf12.wasm":   {Data: []byte("\x00asm")},
		"assets/from-homepage.css":      {Data: []byte("a{}")},
		"demo/town.safetensors":         {Data: []byte("weights")},
		"docs/index.html":               {Data: []byte("docs")},
		"favicon.svg":                   {Data: []byte("<svg/>")},
		"lone.txt.gz":                   {Data: gz},
		".git/config":                   {Data: []byte("secret")},
		"manifest.webmanifest":          {Data: []byte("{}")},
		"assets/katex-A1b2C3d4.woff2":   {Data: []byte("f")},
		"assets/data-A1b2C3d4.json":     {Data: []byte("{}")},
		"assets/worker-A1b2C3d4.mjs":    {Data: []byte("")},
		"assets/picture-A1b2C3d4.png":   {Data: []byte("p")},
		"assets/unknown-A1b2C3d4.thing": {Data: []byte("?")},
	}
}

// ask sends one raw request; headers come in pairs.
func ask(h http.Handler, method, target string, headers ...string) *http.Response {
	r := httptest.NewRequest(method, "http://localhost/", nil)
	r.URL.Path = target
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func body(t *testing.T, r *http.Response) string {
	t.Helper()
	data, err := io.ReadAll(r.Body)
	require.NoError(t, err)
	return string(data)
}

func TestPoliciesAreOnEveryAnswer(t *testing.T) {
	h := static.New(site(t))
	for _, c := range []struct {
		method, path string
		status       int
	}{{"GET", "/", 200}, {"GET", "/nothing", 404}, {"POST", "/", 405}, {"GET", "/docs", 301}} {
		r := ask(h, c.method, c.path)
		require.Equal(t, c.status, r.StatusCode, c.path)
		assert.Equal(t, "same-origin", r.Header.Get("Cross-Origin-Opener-Policy"))
		assert.Equal(t, "require-corp", r.Header.Get("Cross-Origin-Embedder-Policy"))
		assert.Equal(t, "nosniff", r.Header.Get("X-Content-Type-Options"))
		assert.Equal(t, "no-referrer", r.Header.Get("Referrer-Policy"))
		assert.Equal(t, static.Policy, r.Header.Get("Content-Security-Policy"))
	}
}

func TestPolicyAllowsNoInlineScript(t *testing.T) {
	directives := map[string]string{}
	for d := range strings.SplitSeq(static.Policy, "; ") {
		name, sources, _ := strings.Cut(d, " ")
		require.NotContains(t, directives, name, "a second directive of one name is ignored by browsers")
		directives[name] = sources
	}
	assert.Equal(t, "'self' 'wasm-unsafe-eval'", directives["script-src"])
	assert.Equal(t, "'self'", directives["style-src"])
	assert.Equal(t, "'unsafe-inline'", directives["style-src-attr"])
	for _, name := range []string{"default-src", "worker-src", "connect-src", "font-src"} {
		assert.Equal(t, "'self'", directives[name], name)
	}
	assert.Equal(t, "'none'", directives["object-src"])
	assert.Equal(t, "'none'", directives["base-uri"])
}

func TestOnlyReading(t *testing.T) {
	h := static.New(site(t))
	for _, method := range []string{"POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT"} {
		r := ask(h, method, "/")
		assert.Equal(t, http.StatusMethodNotAllowed, r.StatusCode, method)
		assert.Equal(t, "GET, HEAD", r.Header.Get("Allow"))
	}
}

func TestTypes(t *testing.T) {
	h := static.New(site(t))
	for path, want := range map[string]string{
		"/":                              "text/html; charset=utf-8",
		"/assets/main-Bx3_9kQz.js":       "text/javascript; charset=utf-8",
		"/assets/worker-A1b2C3d4.mjs":    "text/javascript; charset=utf-8",
		"/assets/engine-aB4dEf12.wasm":   "application/wasm",
		"/assets/data-A1b2C3d4.json":     "application/json",
		"/assets/from-homepage.css":      "text/css; charset=utf-8",
		"/assets/katex-A1b2C3d4.woff2":   "font/woff2",
		"/assets/picture-A1b2C3d4.png":   "image/png",
		"/assets/unknown-A1b2C3d4.thing": "application/octet-stream",
		"/demo/town.safetensors":         "application/octet-stream",
		"/favicon.svg":                   "image/svg+xml",
		"/manifest.webmanifest":          "application/manifest+json",
	} {
		r := ask(h, "GET", path)
		assert.Equal(t, 200, r.StatusCode, path)
		assert.Equal(t, want, r.Header.Get("Content-Type"), path)
	}
}

func TestCachingFollowsTheHash(t *testing.T) {
	h := static.New(site(t))
	for path, want := range map[string]string{
		"/":                            "no-cache",
		"/demo/town.safetensors":       "no-cache",
		"/assets/from-homepage.css":    "no-cache", // eight letters that are a word
		"/assets/main-Bx3_9kQz.js":     "public, max-age=31536000, immutable",
		"/assets/engine-aB4dEf12.wasm": "public, max-age=31536000, immutable",
	} {
		assert.Equal(t, want, ask(h, "GET", path).Header.Get("Cache-Control"), path)
	}
}

func TestEncodings(t *testing.T) {
	h := static.New(site(t))
	tags := map[string]bool{}
	for accept, want := range map[string]string{"br, gzip": "br", "gzip": "gzip", "": ""} {
		r := ask(h, "GET", "/assets/main-Bx3_9kQz.js", "Accept-Encoding", accept)
		require.Equal(t, 200, r.StatusCode)
		assert.Equal(t, want, r.Header.Get("Content-Encoding"))
		assert.Equal(t, "Accept-Encoding", r.Header.Get("Vary"))
		assert.Equal(t, "text/javascript; charset=utf-8", r.Header.Get("Content-Type"))
		tags[r.Header.Get("ETag")] = true
		var reader io.Reader = r.Body
		switch want {
		case "br":
			reader = brotli.NewReader(r.Body)
		case "gzip":
			z, err := gzip.NewReader(r.Body)
			require.NoError(t, err)
			reader = z
		}
		data, err := io.ReadAll(reader)
		require.NoError(t, err)
		assert.Equal(t, script, string(data))
	}
	assert.Len(t, tags, 3, "one entity tag per representation")

	r := ask(h, "GET", "/assets/main-Bx3_9kQz.js", "Accept-Encoding", "identity;q=0, deflate")
	assert.Equal(t, http.StatusNotAcceptable, r.StatusCode)
	assert.Empty(t, r.Header.Get("ETag"))
	assert.Equal(t, "Accept-Encoding", r.Header.Get("Vary"))

	r = ask(h, "GET", "/favicon.svg", "Accept-Encoding", "br")
	assert.Empty(t, r.Header.Get("Content-Encoding"))
	assert.Empty(t, r.Header.Get("Vary"), "only one representation exists")
}

func TestVariantsHaveNoAddressOfTheirOwn(t *testing.T) {
	h := static.New(site(t))
	assert.Equal(t, 404, ask(h, "GET", "/assets/main-Bx3_9kQz.js.br").StatusCode)
	assert.Equal(t, 404, ask(h, "GET", "/assets/main-Bx3_9kQz.js.gz").StatusCode)
	r := ask(h, "GET", "/lone.txt.gz")
	assert.Equal(t, 200, r.StatusCode, "a compressed file for its own sake")
	assert.Equal(t, "application/gzip", r.Header.Get("Content-Type"))
	assert.Empty(t, r.Header.Get("Content-Encoding"))
}

func TestOldVariantsAreLeftAside(t *testing.T) {
	files := site(t)
	files["assets/main-Bx3_9kQz.js"].ModTime = time.Unix(2000, 0)
	files["assets/main-Bx3_9kQz.js.br"].ModTime = time.Unix(1000, 0)
	files["assets/main-Bx3_9kQz.js.gz"].ModTime = time.Unix(2000, 0)
	r := ask(static.New(files), "GET", "/assets/main-Bx3_9kQz.js", "Accept-Encoding", "br, gzip")
	assert.Equal(t, "gzip", r.Header.Get("Content-Encoding"))
}

func TestNotModified(t *testing.T) {
	h := static.New(site(t))
	for _, accept := range []string{"br", "gzip", ""} {
		first := ask(h, "GET", "/assets/main-Bx3_9kQz.js", "Accept-Encoding", accept)
		tag := first.Header.Get("ETag")
		require.NotEmpty(t, tag)
		for _, condition := range []string{tag, `"other", ` + tag, "W/" + tag, "*"} {
			r := ask(h, "GET", "/assets/main-Bx3_9kQz.js", "Accept-Encoding", accept, "If-None-Match", condition)
			assert.Equal(t, http.StatusNotModified, r.StatusCode, condition)
			assert.Empty(t, body(t, r))
			assert.Equal(t, tag, r.Header.Get("ETag"))
			assert.NotEmpty(t, r.Header.Get("Cache-Control"))
			assert.Equal(t, "Accept-Encoding", r.Header.Get("Vary"))
		}
		r := ask(h, "GET", "/assets/main-Bx3_9kQz.js", "Accept-Encoding", accept, "If-None-Match", `"other"`)
		assert.Equal(t, 200, r.StatusCode)
	}
}

func TestTagFollowsTheContent(t *testing.T) {
	files := site(t)
	h := static.New(files)
	before := ask(h, "GET", "/").Header.Get("ETag")
	files["index.html"] = &fstest.MapFile{Data: []byte("<!doctype html><title>Grown!</title>"), ModTime: time.Unix(5, 0)}
	assert.NotEqual(t, before, ask(h, "GET", "/").Header.Get("ETag"))
}

func TestHead(t *testing.T) {
	h := static.New(site(t))
	for _, accept := range []string{"br", "gzip", ""} {
		get := ask(h, "GET", "/assets/main-Bx3_9kQz.js", "Accept-Encoding", accept)
		head := ask(h, "HEAD", "/assets/main-Bx3_9kQz.js", "Accept-Encoding", accept)
		assert.Equal(t, get.Header, head.Header)
		assert.NotEmpty(t, head.Header.Get("Content-Length"))
		assert.Empty(t, body(t, head))
	}
	missing := ask(h, "HEAD", "/nothing")
	assert.Equal(t, 404, missing.StatusCode)
	assert.Empty(t, body(t, missing))
}

func TestRanges(t *testing.T) {
	h := static.New(site(t))
	const path = "/assets/main-Bx3_9kQz.js"
	r := ask(h, "GET", path, "Range", "bytes=8-10", "Accept-Encoding", "br")
	require.Equal(t, http.StatusPartialContent, r.StatusCode)
	assert.Empty(t, r.Header.Get("Content-Encoding"), "ranges are of the plain file")
	assert.Equal(t, script[8:11], body(t, r))
	assert.Equal(t, "Accept-Encoding", r.Header.Get("Vary"))

	r = ask(h, "GET", path, "Range", "bytes=8-10", "If-Range", `"other"`)
	assert.Equal(t, 200, r.StatusCode)
	assert.Equal(t, script, body(t, r))

	r = ask(h, "GET", path, "Range", "bytes=999999-")
	assert.Equal(t, http.StatusRequestedRangeNotSatisfiable, r.StatusCode)
}

func TestNothingOutsideIsServed(t *testing.T) {
	h := static.New(site(t))
	for _, path := range []string{
		"/../go.mod", "/assets/../../go.mod", "/./index.html", "//index.html", "/assets//main-Bx3_9kQz.js",
		"/..\\go.mod", "/C:/go.mod", "/.git/config", "/assets/..", "/index.html/", "/index.html\x00.js", "/docs/../index.html",
	} {
		assert.Equal(t, 404, ask(h, "GET", path).StatusCode, path)
	}
	server := httptest.NewServer(h)
	defer server.Close()
	for _, raw := range []string{"/%2e%2e/go.mod", "/assets/%2e%2e%2findex.html", "/%5c..%5cgo.mod", "/.%67it/config"} {
		r, err := http.Get(server.URL + raw)
		require.NoError(t, err)
		require.NoError(t, r.Body.Close())
		assert.Equal(t, 404, r.StatusCode, raw)
	}
}

func TestLinksOutOfTheFolderAreNotFollowed(t *testing.T) {
	outside, dir := t.TempDir(), t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(outside, "secret.txt"), []byte("secret"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "index.html"), []byte("page"), 0o600))
	require.NoError(t, os.Symlink(filepath.Join(outside, "secret.txt"), filepath.Join(dir, "link.txt")))
	root, err := os.OpenRoot(dir)
	require.NoError(t, err)
	defer root.Close()
	h := static.New(root.FS())
	assert.Equal(t, 200, ask(h, "GET", "/").StatusCode)
	r := ask(h, "GET", "/link.txt")
	assert.NotEqual(t, 200, r.StatusCode)
	assert.NotContains(t, body(t, r), "secret")
}

func TestFolders(t *testing.T) {
	h := static.New(site(t))
	r := ask(h, "GET", "/docs")
	assert.Equal(t, http.StatusMovedPermanently, r.StatusCode)
	assert.Equal(t, "./docs/", r.Header.Get("Location"), "relative: holds under a sub-path")
	assert.Equal(t, "docs", body(t, ask(h, "GET", "/docs/")))
	r = ask(h, "GET", "/assets/")
	assert.Equal(t, 404, r.StatusCode, "no listings")
	assert.NotContains(t, body(t, r), "main-")
}

func TestNotFoundPage(t *testing.T) {
	files := site(t)
	r := ask(static.New(files), "GET", "/nothing", "Accept-Encoding", "br")
	assert.Equal(t, 404, r.StatusCode)
	assert.Contains(t, body(t, r), "no such page")
	assert.Equal(t, "text/html; charset=utf-8", r.Header.Get("Content-Type"))

	own := strings.Repeat("<p>This leaf has fallen.</p>", 80)
	br, _ := packed(t, own)
	files["404.html"] = &fstest.MapFile{Data: []byte(own)}
	files["404.html.br"] = &fstest.MapFile{Data: br}
	r = ask(static.New(files), "GET", "/nothing", "If-None-Match", "*", "Range", "bytes=0-1")
	assert.Equal(t, 404, r.StatusCode)
	assert.Equal(t, own, body(t, r))
	r = ask(static.New(files), "GET", "/nothing", "Accept-Encoding", "br")
	assert.Equal(t, 404, r.StatusCode)
	assert.Equal(t, "br", r.Header.Get("Content-Encoding"))
	assert.Equal(t, "no-cache", r.Header.Get("Cache-Control"))
}

// unreadable fails when its files are read, as a disk or a network share does.
type unreadable struct{ fs.FS }

func (u unreadable) Open(name string) (fs.File, error) {
	f, err := u.FS.Open(name)
	if err != nil || name != "favicon.svg" {
		return f, err
	}
	return brokenFile{f}, nil
}

type brokenFile struct{ fs.File }

func (brokenFile) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestUnreadableFileIsAServerError(t *testing.T) {
	r := ask(static.New(unreadable{site(t)}), "GET", "/favicon.svg")
	assert.Equal(t, http.StatusInternalServerError, r.StatusCode)
	assert.Equal(t, "no-store", r.Header.Get("Cache-Control"))
}
