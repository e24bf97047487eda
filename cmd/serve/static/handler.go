// Package static serves a built site from a file system the way the page wants
// it: cross-origin isolated, under a strict Content-Security-Policy, with
// precompressed variants, entity tags and caching by hashed names. Nothing in
// the page depends on it; the same files work from any static host.
package static

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"path"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Handler answers GET and HEAD with the files of one file system.
type Handler struct {
	files fs.FS

	mu   sync.Mutex
	tags map[tagKey]string
}

// tagKey identifies a version of a file; embedded files have no time and never
// change.
type tagKey struct {
	name string
	size int64
	time time.Time
}

// New serves files. Names beginning with a dot are never served.
func New(files fs.FS) *Handler {
	return &Handler{files: files, tags: map[tagKey]string{}}
}

// ServeHTTP implements http.Handler.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	setPolicies(w.Header())
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		fail(w, r, http.StatusMethodNotAllowed, "Only GET and HEAD are answered here.")
		return
	}
	name, ok := fileName(r.URL.Path)
	if !ok {
		h.notFound(w, r)
		return
	}
	if info, err := fs.Stat(h.files, name); err == nil && info.IsDir() {
		if !strings.HasSuffix(r.URL.Path, "/") {
			// Relative, so that it also holds behind a proxy's sub-path.
			target := path.Base(r.URL.Path) + "/"
			if r.URL.RawQuery != "" {
				target += "?" + r.URL.RawQuery
			}
			w.Header().Set("Location", "./"+target)
			w.WriteHeader(http.StatusMovedPermanently)
			return
		}
		name = path.Join(name, "index.html")
	} else if strings.HasSuffix(r.URL.Path, "/") {
		h.notFound(w, r)
		return
	}
	h.serve(w, r, name, http.StatusOK)
}

// fileName turns a URL path into a name in the file system, or refuses it.
// Dots are refused rather than resolved: no honest link to the site has them.
func fileName(urlPath string) (string, bool) {
	name := strings.TrimSuffix(strings.TrimPrefix(urlPath, "/"), "/")
	if name == "" {
		return ".", true
	}
	if !fs.ValidPath(name) || strings.ContainsAny(name, "\\\x00:") {
		return "", false
	}
	for part := range strings.SplitSeq(name, "/") {
		if strings.HasPrefix(part, ".") {
			return "", false
		}
	}
	return name, true
}

// serve writes one file in the best encoding that exists and is acceptable.
func (h *Handler) serve(w http.ResponseWriter, r *http.Request, name string, status int) {
	plain, err := h.open(name)
	if err != nil || h.isVariant(name) {
		if status != http.StatusOK || (err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrInvalid)) {
			fail(w, r, http.StatusInternalServerError, "The file could not be read.")
			return
		}
		h.notFound(w, r)
		return
	}
	defer func() { plain.Close() }()

	tag, err := h.tag(plain)
	if err != nil {
		fail(w, r, http.StatusInternalServerError, "The file could not be read.")
		return
	}
	header := w.Header()
	header.Set("Content-Type", contentType(name))
	header.Set("Cache-Control", caching(name))

	chosen, suffix := plain, ""
	variants := h.variants(plain)
	if len(variants) > 0 {
		header.Set("Vary", "Accept-Encoding")
		// A range counts bytes of one representation; ranges are answered
		// from the plain one, which every client means.
		if r.Header.Get("Range") == "" {
			coding, ok := negotiate(r.Header.Values("Accept-Encoding"), variants)
			if !ok {
				fail(w, r, http.StatusNotAcceptable, "None of the available encodings is acceptable.")
				return
			}
			if coding != identity {
				compressed, err := h.open(name + encodings[coding])
				if err != nil {
					fail(w, r, http.StatusInternalServerError, "The file could not be read.")
					return
				}
				defer compressed.Close()
				chosen, suffix = compressed, "-"+coding
				header.Set("Content-Encoding", coding)
			}
		}
	}
	if status != http.StatusOK {
		header.Set("Cache-Control", "no-cache")
		header.Set("Content-Length", strconv.FormatInt(chosen.size, 10))
		w.WriteHeader(status)
		if r.Method != http.MethodHead {
			io.Copy(w, chosen) //nolint:errcheck // the client has gone; nobody is left to tell
		}
		return
	}
	header.Set("ETag", `"`+tag+suffix+`"`)
	http.ServeContent(&lengthWriter{w, chosen.size, suffix != ""}, r, "", chosen.time, chosen)
}

// lengthWriter states the length of an encoded body, which ServeContent leaves
// out, so that HEAD and progress bars see it.
type lengthWriter struct {
	http.ResponseWriter
	size    int64
	encoded bool
}

func (w *lengthWriter) WriteHeader(status int) {
	if w.encoded && status == http.StatusOK {
		w.Header().Set("Content-Length", strconv.FormatInt(w.size, 10))
	}
	w.ResponseWriter.WriteHeader(status)
}

// notFound answers with the site's own 404.html where there is one.
func (h *Handler) notFound(w http.ResponseWriter, r *http.Request) {
	if info, err := fs.Stat(h.files, "404.html"); err == nil && info.Mode().IsRegular() {
		h.serve(w, r, "404.html", http.StatusNotFound)
		return
	}
	fail(w, r, http.StatusNotFound, "There is no such page here.")
}

// fail writes a small page of its own.
func fail(w http.ResponseWriter, r *http.Request, status int, text string) {
	body := "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>" + http.StatusText(status) +
		"</title><h1>" + http.StatusText(status) + "</h1><p>" + text + "</p></html>\n"
	header := w.Header()
	for _, stale := range []string{"Content-Encoding", "ETag"} {
		header.Del(stale)
	}
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Cache-Control", "no-store")
	header.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		io.WriteString(w, body) //nolint:errcheck // the client has gone; nobody is left to tell
	}
}

// file is an open regular file that can seek.
type file struct {
	io.ReadSeeker
	io.Closer
	name string
	size int64
	time time.Time
}

func (h *Handler) open(name string) (*file, error) {
	f, err := h.files.Open(name)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fs.ErrNotExist
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	seeker, ok := f.(io.ReadSeeker)
	if !ok {
		data, err := io.ReadAll(f)
		if err != nil {
			f.Close()
			return nil, err
		}
		seeker = bytes.NewReader(data)
	}
	return &file{seeker, f, name, info.Size(), info.ModTime()}, nil
}

// variants lists the encodings that lie beside a file and are not older.
func (h *Handler) variants(plain *file) []string {
	var found []string
	for _, coding := range preference {
		info, err := fs.Stat(h.files, plain.name+encodings[coding])
		if err == nil && info.Mode().IsRegular() && !info.ModTime().Before(plain.time) {
			found = append(found, coding)
		}
	}
	return found
}

// isVariant reports whether name is the compressed form of another file: those
// are reached through the plain name only.
func (h *Handler) isVariant(name string) bool {
	for _, extension := range encodings {
		if base, ok := strings.CutSuffix(name, extension); ok {
			if _, err := fs.Stat(h.files, base); err == nil {
				return true
			}
		}
	}
	return false
}

// tag is the beginning of the content's SHA-256, computed once per version.
func (h *Handler) tag(f *file) (string, error) {
	key := tagKey{f.name, f.size, f.time}
	h.mu.Lock()
	tag := h.tags[key]
	h.mu.Unlock()
	if tag != "" {
		return tag, nil
	}
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return "", err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return "", err
	}
	tag = hex.EncodeToString(sum.Sum(nil)[:12])
	h.mu.Lock()
	h.tags[key] = tag
	h.mu.Unlock()
	return tag, nil
}

// hashed matches what Vite writes: assets/name-XXXXXXXX.ext.
var hashed = regexp.MustCompile(`(^|/)assets/[^/]*-([A-Za-z0-9_-]{8})\.[a-z0-9.]+$`)

// caching lets hashed names live for a year and everything else be asked for
// again, which costs a 304.
func caching(name string) string {
	if m := hashed.FindStringSubmatch(name); m != nil && strings.ContainsAny(m[2], "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_") {
		return "public, max-age=31536000, immutable"
	}
	return "no-cache"
}
