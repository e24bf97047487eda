// Command precompress writes brotli and gzip variants beside the files of a
// built site. The same input gives the same bytes. Results are kept in a cache
// by content, since brotli at its best takes seconds per megabyte.
//
//	go run ./cmd/serve/precompress -cache build/precompressed cmd/serve/site
package main

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/andybalholm/brotli"
)

// compressible are the types that shrink; images, fonts in WOFF2 and weights
// do not.
var compressible = []string{
	".css", ".html", ".js", ".json", ".jsonl", ".map", ".md", ".mjs", ".svg", ".ttf", ".txt", ".wasm", ".webmanifest", ".xml",
}

// smallest is the size in bytes below which a variant saves no packet.
const smallest = 1024

type encoding struct {
	extension string
	compress  func([]byte) ([]byte, error)
}

var encodings = []encoding{{".br", withBrotli}, {".gz", withGzip}}

func main() {
	cache := flag.String("cache", "", "folder that keeps results by content")
	flag.Parse()
	if flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "usage: precompress [-cache folder] site")
		os.Exit(2)
	}
	if err := site(flag.Arg(0), *cache); err != nil {
		fmt.Fprintln(os.Stderr, "precompress:", err)
		os.Exit(1)
	}
}

// site brings the variants of all files below root up to date and removes
// those whose file is gone.
func site(root, cache string) error {
	var names []string
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() {
			names = append(names, name)
		}
		return err
	})
	if err != nil {
		return err
	}
	for _, name := range names {
		for _, e := range encodings {
			if base, ok := strings.CutSuffix(name, e.extension); ok && !slices.Contains(names, base) {
				if err := os.Remove(name); err != nil {
					return err
				}
			}
		}
	}
	var (
		group sync.WaitGroup
		slots = make(chan struct{}, runtime.GOMAXPROCS(0))
		mu    sync.Mutex
		first error
	)
	for _, name := range names {
		if !slices.Contains(compressible, filepath.Ext(name)) {
			continue
		}
		group.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			if err := file(name, cache); err != nil {
				mu.Lock()
				defer mu.Unlock()
				if first == nil {
					first = err
				}
			}
		})
	}
	group.Wait()
	return first
}

func file(name, cache string) error {
	data, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	for _, e := range encodings {
		variant, useful := name+e.extension, len(data) >= smallest
		if useful {
			packed, err := cached(data, e, cache)
			if err != nil {
				return err
			}
			if useful = len(packed) < len(data); useful {
				if err := replace(variant, packed); err != nil {
					return err
				}
			}
		}
		if !useful {
			if err := os.Remove(variant); err != nil && !os.IsNotExist(err) {
				return err
			}
		}
	}
	return nil
}

func cached(data []byte, e encoding, cache string) ([]byte, error) {
	if cache == "" {
		return e.compress(data)
	}
	sum := sha256.Sum256(data)
	kept := filepath.Join(cache, fmt.Sprintf("%x-%d%s", sum, window, e.extension))
	if packed, err := os.ReadFile(kept); err == nil {
		return packed, nil
	}
	packed, err := e.compress(data)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return nil, err
	}
	return packed, replace(kept, packed)
}

// replace writes a whole file or nothing, also beside a second process.
func replace(name string, data []byte) error {
	temp, err := os.CreateTemp(filepath.Dir(name), ".precompress-*")
	if err != nil {
		return err
	}
	defer os.Remove(temp.Name()) //nolint:errcheck // it is gone once it has been renamed
	if _, err := temp.Write(data); err != nil {
		temp.Close()
		return err
	}
	if err := temp.Chmod(0o644); err != nil {
		temp.Close()
		return err
	}
	if err := temp.Close(); err != nil {
		return err
	}
	return os.Rename(temp.Name(), name)
}

// window is the binary logarithm of how far back brotli looks, in bytes: the most
// that browsers read. The engine is longer than the usual 4 MB.
const window = 24

func withBrotli(data []byte) ([]byte, error) {
	var out bytes.Buffer
	w := brotli.NewWriterOptions(&out, brotli.WriterOptions{Quality: brotli.BestCompression, LGWin: window})
	return finish(&out, w, data)
}

func withGzip(data []byte) ([]byte, error) {
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.BestCompression) // no time in the header
	if err != nil {
		return nil, err
	}
	return finish(&out, w, data)
}

func finish(out *bytes.Buffer, w io.WriteCloser, data []byte) ([]byte, error) {
	if _, err := w.Write(data); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
