// Command journey takes a model through all stages on the built page in
// headless Chromium, from nothing, writes what was measured to
// build/journey.json and prints it as a table.
//
//	go run ./e2e/journey -preset quick -seed 1 -seeds 3
//	go run ./e2e/journey -preset tiny -only pretrain,sft -set sft.steps=4
//	go run ./e2e/journey -seed 2 -keep ck
//
// It drives the page as a person's script would, through globalThis.sprout; the
// page's own workers compute and its own storage keeps the checkpoints. Each seed
// has a browser of its own, and the figures are written after each. What -keep
// leaves in a folder, cmd/train -journey -out goes on from.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"sprout/cmd/serve/static"
	"sprout/e2e/journey/walk"
	"sprout/journey"
	"sprout/journey/folder"
)

func main() {
	var o walk.Options
	set := settings{}
	flag.StringVar(&o.Preset, "preset", "quick", "quick, or tiny to see that everything runs")
	flag.Uint64Var(&o.Seed, "seed", 1, "chooses the town, the weights and all that is drawn")
	seeds := flag.Int("seeds", 1, "so many journeys, from this seed on; figures are medians")
	only := flag.String("only", "", "make only these steps, separated by commas, and those that they need")
	flag.Var(set, "set", "a setting, step.setting=number; may be repeated")
	flag.IntVar(&o.Workers, "workers", 0, "how many workers compute; 0: as many as are fastest")
	out := flag.String("out", filepath.Join("build", "journey.json"), "where the figures are written")
	keep := flag.String("keep", "", "a folder for the checkpoints (default: none are kept)")
	flag.Parse()
	o.Only = strings.FieldsFunc(*only, func(r rune) bool { return r == ',' || r == ' ' })
	o.Set = set
	if err := run(o, *seeds, *out, folder.Folder(*keep)); err != nil {
		fmt.Fprintln(os.Stderr, "journey:", err)
		os.Exit(1)
	}
}

// settings collects -set; several may stand in one, separated by spaces.
type settings map[string]float64

func (s settings) String() string { return "" }

func (s settings) Set(arg string) error {
	for pair := range strings.FieldsSeq(arg) {
		key, value, ok := strings.Cut(pair, "=")
		v, err := strconv.ParseFloat(value, 64)
		if !ok || err != nil {
			return errors.New("want step.setting=number")
		}
		s[key] = v
	}
	return nil
}

func run(o walk.Options, seeds int, out string, keep folder.Folder) error {
	site := filepath.Join("cmd", "serve", "site")
	if _, err := os.Stat(filepath.Join(site, "index.html")); err != nil {
		return errors.New(`the page is not built; run "make build" first`)
	}
	server := httptest.NewServer(static.New(os.DirFS(site)))
	defer server.Close()
	o.Progress = func(line string) { fmt.Fprintln(os.Stderr, line) }
	if keep != "" {
		o.Keep = keep.Put
	}
	var all journey.Report
	for range max(1, seeds) {
		r, err := walk.Page(server.URL, o)
		if err != nil {
			return err
		}
		sum := journey.NewReport(o.Preset, append(all.Runs, r.Runs...))
		sum.Where, sum.Cores = r.Where, r.Cores
		all = sum
		if err := write(out, all); err != nil {
			return err
		}
		o.Seed++
	}
	return all.Print(os.Stdout)
}

func write(path string, r journey.Report) error {
	data, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, append(data, '\n'), 0o644)
}
