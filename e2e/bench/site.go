package main

import (
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"time"

	"sprout/cmd/serve/static"
	"sprout/e2e/bench/lab"
	"sprout/e2e/browser"
)

// site is the built page.
var site = filepath.Join("cmd", "serve", "site")

// shipped are the sizes of the engine as the page loads it.
func shipped(_ lab.Lab, r *report) error {
	for _, f := range []struct{ name, pattern string }{{"engine", "*.wasm"}, {"engine, brotli", "*.wasm.br"}} {
		files, err := filepath.Glob(filepath.Join(site, "assets", f.pattern))
		if err != nil {
			return err
		}
		if len(files) != 1 {
			return fmt.Errorf("%d files %s in %s; run \"make build\" first", len(files), f.pattern, site)
		}
		info, err := os.Stat(files[0])
		if err != nil {
			return err
		}
		r.add(f.name, float64(info.Size()), "bytes", "")
	}
	return nil
}

// startUp opens the built page in fresh profiles and again.
func startUp(_ lab.Lab, r *report) error {
	server := httptest.NewServer(static.New(os.DirFS(site)))
	defer server.Close()
	var cold, warm []float64
	for range 3 {
		if err := visits(server.URL, &cold, &warm); err != nil {
			return err
		}
	}
	const how = "from navigation to the engine's first answer, on localhost; median of 3"
	r.add("start-up, cold", median(cold), "ms", how)
	r.add("start-up, warm", median(warm), "ms", how)
	return nil
}

func visits(origin string, cold, warm *[]float64) error {
	b, err := browser.Start(browser.Options{})
	if err != nil {
		return err
	}
	defer b.Close()
	p, err := b.NewPage()
	if err != nil {
		return err
	}
	defer p.Close()
	for i, times := range []*[]float64{cold, warm} {
		if i == 0 {
			err = p.Open(origin + "/")
		} else {
			err = p.Reload()
		}
		if err != nil {
			return err
		}
		if err := p.Wait(30*time.Second, "globalThis.sprout?.state().engine === 'ready'"); err != nil {
			return err
		}
		at, err := browser.Eval[float64](p, 10*time.Second, "performance.getEntriesByName('sprout-ready')[0]?.startTime ?? performance.now()")
		if err != nil {
			return err
		}
		*times = append(*times, at)
		time.Sleep(time.Second) // for the code cache to be written
	}
	return nil
}
