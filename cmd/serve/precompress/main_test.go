package main

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func write(t *testing.T, name, text string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o755))
	require.NoError(t, os.WriteFile(name, []byte(text), 0o600))
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(name)
	require.NoError(t, err)
	return data
}

func TestSite(t *testing.T) {
	dir, cache := t.TempDir(), t.TempDir()
	text := strings.Repeat("a leaf and a root\n", 500)
	script := filepath.Join(dir, "assets", "main.js")
	write(t, script, text)
	write(t, filepath.Join(dir, "small.js"), "1")
	write(t, filepath.Join(dir, "picture.png"), text)
	write(t, filepath.Join(dir, "gone.css.br"), "stale")
	write(t, filepath.Join(dir, "small.js.gz"), "stale")

	require.NoError(t, site(dir, cache))

	unpacked, err := io.ReadAll(brotli.NewReader(bytes.NewReader(read(t, script+".br"))))
	require.NoError(t, err)
	assert.Equal(t, text, string(unpacked))
	z, err := gzip.NewReader(bytes.NewReader(read(t, script+".gz")))
	require.NoError(t, err)
	unpacked, err = io.ReadAll(z)
	require.NoError(t, err)
	assert.Equal(t, text, string(unpacked))

	for _, name := range []string{"small.js.br", "small.js.gz", "picture.png.br", "gone.css.br"} {
		assert.NoFileExists(t, filepath.Join(dir, name))
	}
	left, err := filepath.Glob(filepath.Join(dir, "*", ".*"))
	require.NoError(t, err)
	assert.Empty(t, left, "no temporary file stays")

	first := read(t, script+".gz")
	require.NoError(t, site(dir, ""))
	assert.Equal(t, first, read(t, script+".gz"), "the same bytes without the cache")
}

func TestCacheIsByContent(t *testing.T) {
	dir, cache := t.TempDir(), t.TempDir()
	name := filepath.Join(dir, "index.html")
	write(t, name, strings.Repeat("one ", 1000))
	require.NoError(t, site(dir, cache))
	write(t, name, strings.Repeat("two ", 1000))
	require.NoError(t, site(dir, cache))
	unpacked, err := io.ReadAll(brotli.NewReader(bytes.NewReader(read(t, name+".br"))))
	require.NoError(t, err)
	assert.Equal(t, strings.Repeat("two ", 1000), string(unpacked))
}

func TestWhatDoesNotShrinkStaysAlone(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "noise.txt")
	noise := make([]byte, 4096)
	x := uint32(1)
	for i := range noise {
		x ^= x << 13
		x ^= x >> 17
		x ^= x << 5
		noise[i] = byte(x)
	}
	write(t, name, string(noise))
	write(t, name+".br", "stale")
	require.NoError(t, site(dir, ""))
	assert.NoFileExists(t, name+".br")
}
