package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"time"

	"sprout/e2e/browser"
)

// sizes of what is shipped.
func (b *bench) sizes() error {
	engine, err := filepath.Glob(filepath.Join(b.site, "assets", "*.wasm.br"))
	if err != nil || len(engine) != 1 {
		return os.ErrNotExist
	}
	for _, f := range []struct {
		name, path string
		aim        float64
	}{
		{"engine, brotli", engine[0], 2e6},
		{"ready-made model", filepath.Join(b.site, "models", "seed.safetensors"), 500e3},
	} {
		info, err := os.Stat(f.path)
		if err != nil {
			return err
		}
		b.atMost(f.name, float64(info.Size()), f.aim, "bytes", "size of the file", nil)
	}
	return nil
}

// firstVisit times an empty profile from navigation to an engine that answers.
func (b *bench) firstVisit() error {
	var ms []float64
	for range 5 {
		err := b.page("", func(p *browser.Page) error {
			at, err := eval[float64](p, 30*time.Second, "return performance.getEntriesByName('sprout-ready')[0]?.startTime ?? performance.now()")
			ms = append(ms, at)
			return err
		})
		if err != nil {
			return err
		}
	}
	sort.Float64s(ms)
	b.atMost("first visit, page usable", ms[len(ms)/2], 2000, "ms", "median of 5 fresh profiles on localhost, from navigation to the engine's first answer", ms)

	return b.page("#/", func(p *browser.Page) error {
		at, err := eval[float64](p, 30*time.Second, `while (!document.querySelector('main')?.innerText.match(/tokens\/s/)) await new Promise(r => setTimeout(r, 50)); return performance.now()`)
		b.atMost("first visit, the model has written", at, 10_000, "ms", "from navigation until the ready-made model's first text is complete", nil)
		return err
	})
}

// tokenizer measures 512 merges in the page's one worker.
func (b *bench) tokenizer() error {
	for _, name := range []string{"shakespeare.txt", "classical-chinese.txt"} {
		text, err := os.ReadFile(filepath.Join(shared, "data", name))
		if err != nil {
			return err
		}
		err = b.page("#/tokenizer", func(p *browser.Page) error {
			rate, err := eval[float64](p, time.Minute, "await sprout.encode('a', {data: {name: "+browser.Quote(name)+", text: "+browser.Quote(string(text))+
				"}, tokenizer: {kind: 'bpe', merges: 512}}); return sprout.state().tokenizer.mb_per_second")
			b.atLeast("tokenizer, 512 merges on "+name, rate, 1, "MB/s", "as the page reports it", nil)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// demo remakes the ready-made model.
func (b *bench) demo() error {
	const path = "web/public/models/seed.safetensors"
	shipped, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	defer os.WriteFile(path, shipped, 0o644) //nolint:errcheck // the same bytes, where all is well
	cmd := exec.Command("make", "--no-print-directory", "demo")
	cmd.Stderr = os.Stderr
	if err := cmd.Run(); err != nil {
		return err
	}
	made, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	differs := 0.0
	if !bytes.Equal(shipped, made) {
		differs = 1
	}
	b.atMost("ready-made model, remade", differs, 0, "files that differ", "make demo, compared byte by byte", nil)
	return nil
}
