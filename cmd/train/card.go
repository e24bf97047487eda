package main

import (
	"encoding/json"
	"fmt"
	"io"
	"time"

	"sprout/core/backend"
	"sprout/core/backend/simd"
	"sprout/stages"
)

// grade prints the report card of a checkpoint, as a table or with -json as
// JSON.
func (o *options) grade(stdout, log io.Writer) error {
	t := &trainer{options: o, stdout: stdout, log: log, bar: &bar{w: log, quiet: o.plain}}
	var data stages.Setup
	if err := t.readData(&data); err != nil {
		return err
	}
	began := time.Now()
	r := stages.ReportOptions{
		Machine: stages.Machine{
			NewBackend: func() (backend.Backend, error) { return simd.New(), nil },
			Workers:    o.workers,
			Now:        func() float64 { return float64(time.Since(began).Nanoseconds()) / 1e6 },
		},
		Town: data.Town, Langs: data.Langs, Corpus: data.Corpus, Seed: o.seed, Quick: o.quick,
		Progress: func(what string, done float64) error {
			t.bar.show(done, what)
			return nil
		},
	}
	of, err := o.examinee(o.card)
	if err != nil {
		return err
	}
	for _, x := range []struct {
		path string
		to   **stages.Examinee
	}{{o.against, &r.Against}, {o.parent, &r.Reference}} {
		if x.path == "" {
			continue
		}
		e, err := o.examinee(x.path)
		if err != nil {
			return err
		}
		*x.to = &e
	}
	c, err := stages.ReportCard(of, r)
	t.bar.clear()
	if err != nil {
		return err
	}
	if !o.jsonLines {
		return c.WriteTable(stdout)
	}
	out, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(stdout, "%s\n", out)
	return err
}

// examinee reads a checkpoint, and of an adapter the model under it, too.
func (o *options) examinee(path string) (x stages.Examinee, err error) {
	if x.Checkpoint, err = readCheckpoint(path); err != nil || x.Checkpoint.Meta.Adapter == nil || o.parent == "" {
		return x, err
	}
	x.Base, err = readCheckpoint(o.parent)
	return x, err
}
