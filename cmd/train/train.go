package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"sprout/core/backend"
	"sprout/core/backend/simd"
	"sprout/core/checkpoint"
	"sprout/core/problem"
	"sprout/core/text"
	"sprout/core/world"
	"sprout/stages"
)

// trainer is one run of the command.
type trainer struct {
	*options
	stdout, log io.Writer
	run         stages.Run
	bar         *bar
	calibrating bool             // the run was trying numbers of workers
	store       checkpoint.Store // nil: nothing is kept on the way
}

// prepare reads the data, makes the tokenizer and starts the stage.
func (t *trainer) prepare() error {
	stage, err := stages.Find(t.stage)
	if err != nil {
		return err
	}
	began := time.Now()
	t.bar = &bar{w: t.log, quiet: t.plain}
	setup := stages.Setup{
		NewBackend: func() (backend.Backend, error) { return simd.New(), nil },
		Workers:    t.workers, Preset: t.preset, Seed: t.seed, Params: t.params,
		Langs: t.langs(), Run: "run-" + checkpoint.NewID(),
		Now: func() float64 { return float64(time.Since(began).Nanoseconds()) / 1e6 },
		Progress: func(what string, done float64) error {
			t.bar.show(done, what)
			return nil
		},
		OnLost: func(p *problem.Problem) {
			t.bar.clear()
			fmt.Fprintln(t.log, p.Error())
		},
	}
	if t.reproduce {
		setup.Run, setup.Now = "run", nil
	}
	if err := t.readData(&setup); err != nil {
		return err
	}
	if t.conversations != "" {
		if setup.Conversations, err = t.readFile(t.conversations); err != nil {
			return err
		}
	}
	if t.pairs != "" {
		if setup.Pairs, err = t.readPairs(t.pairs); err != nil {
			return err
		}
	}
	for _, c := range []struct {
		path string
		to   **checkpoint.Checkpoint
	}{{t.parent, &setup.Parent}, {t.teacher, &setup.Teacher}, {t.resume, &setup.Resume}} {
		if c.path == "" {
			continue
		}
		ck, err := readCheckpoint(c.path)
		if err != nil {
			return err
		}
		*c.to = ck
		if setup.Tokenizer, err = text.ParseJSON(ck.Tokenizer); err != nil {
			return err
		}
	}
	if t.reward != "" {
		if setup.Reward, err = readCheckpoint(t.reward); err != nil {
			return err
		}
	}
	if setup.Tokenizer == nil {
		if setup.Tokenizer, err = t.makeTokenizer(setup.Corpus); err != nil {
			return err
		}
	}
	if t.out != "" && !t.toFile() {
		t.store = checkpoint.NewFolder(t.out, nil)
	}
	if t.run, err = stage.Start(setup); err != nil {
		return err
	}
	t.bar.clear()
	t.introduce(setup)
	return nil
}

// toFile reports whether -out names one file and no folder.
func (t *trainer) toFile() bool { return strings.HasSuffix(t.out, ".safetensors") }

func (t *trainer) readData(s *stages.Setup) error {
	if t.town != "" {
		s.Town = world.New(world.Config{Seed: t.seed, Size: world.Size(t.town)})
		s.Corpus = stages.TownCorpus(s.Town, s.Langs...)
		// The page makes the same town from this id.
		s.Dataset = checkpoint.DatasetRef{ID: fmt.Sprintf("town:%s:%s:%d", t.town, t.lang, t.seed), Name: s.Corpus.Name}
		return nil
	}
	var err error
	if s.Corpus, err = t.readFile(t.data); err != nil {
		return err
	}
	s.Dataset = checkpoint.DatasetRef{Name: s.Corpus.Name}
	return nil
}

// readFile reads a text or a file of conversations.
func (t *trainer) readFile(path string) (*text.Corpus, error) {
	file, size, err := open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	c, err := text.Read(filepath.Base(path), file, size, text.ReadOptions{})
	if err != nil {
		return nil, err
	}
	t.note(c.Notes)
	return c, nil
}

// readPairs reads a file of preferences. One without any gives an empty list.
func (t *trainer) readPairs(path string) ([]stages.Pair, error) {
	file, size, err := open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	records, notes, err := text.ReadRecords(filepath.Base(path), file, size, text.ReadOptions{})
	if err != nil {
		return nil, err
	}
	t.note(notes)
	return stages.PairsOf(records), nil
}

func open(path string) (*os.File, int64, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, 0, err
	}
	info, err := file.Stat()
	if err != nil {
		file.Close()
		return nil, 0, err
	}
	return file, info.Size(), nil
}

func (t *trainer) note(notes []*problem.Problem) {
	for _, n := range notes {
		fmt.Fprintln(t.log, "note:", n.Text)
	}
}

func (t *trainer) makeTokenizer(c *text.Corpus) (*text.Tokenizer, error) {
	switch text.Kind(t.tokenizer) {
	case text.BPE:
		return text.TrainBPE(c.Train, text.BPEOptions{Merges: t.merges, OnMerge: func(m text.LearnedMerge) error {
			t.bar.show(float64(m.Rank+1)/float64(t.merges), "tokenizer")
			return nil
		}})
	case text.Char:
		return text.TrainChar(c.All(), text.CharOptions{}), nil
	case text.Byte:
		return text.NewByte(), nil
	}
	return nil, fmt.Errorf("-tokenizer is bpe, char or byte, not %q", t.tokenizer)
}

func readCheckpoint(path string) (*checkpoint.Checkpoint, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return checkpoint.Read(bytes.NewReader(b), int64(len(b)))
}

func (t *trainer) introduce(s stages.Setup) {
	i := t.run.Info()
	for _, note := range i.Notes {
		fmt.Fprintln(t.log, "note:", note.Text)
	}
	_, size, _ := text.Size(s.Corpus.Train)
	fmt.Fprintf(t.log, "%s, preset %s: %d parameters, vocabulary %d (%s), %.1f MB of text, step %d of %d, %.0f MB of memory\n",
		i.Stage, i.Preset, i.Parameters, i.Config.Vocab, s.Tokenizer.Kind(), float64(size)/1e6, i.Step, i.Steps, float64(i.Bytes)/1e6)
	fmt.Fprintf(t.log, "loss of knowing nothing %.3f", i.LnV)
	for _, n := range i.NGrams {
		fmt.Fprintf(t.log, ", %d-gram %.3f (%.3f bits per byte)", n.Order, n.Loss, n.BitsPerByte)
	}
	fmt.Fprintln(t.log)
}

// train steps to the end, or until ctx is called off, and saves.
func (t *trainer) train(ctx context.Context) error {
	var stopped error
	for !t.run.Done() {
		if ctx.Err() != nil {
			stopped = errors.New("interrupted; go on with -resume")
			break
		}
		r, err := t.run.Step()
		if err != nil {
			stopped = err
			break
		}
		if p := r.Part; p != nil {
			t.bar.show(p.Done, p.What)
			continue
		}
		if err := t.report(r); err != nil {
			return err
		}
		if r.SaveDue && !t.run.Done() {
			if err := t.keep(checkpoint.Auto); err != nil {
				return err
			}
		}
	}
	t.bar.clear()
	kind := checkpoint.Final
	if stopped != nil {
		kind = checkpoint.Manual
	}
	if err := t.keep(kind); err != nil {
		return errors.Join(stopped, err)
	}
	if stopped != nil {
		return stopped
	}
	e, err := t.run.Evaluate()
	if err != nil {
		return err
	}
	fmt.Fprintf(t.log, "held-out loss %.4f, %.4f bits per byte over %d tokens", e.Loss, e.BitsPerByte, e.Tokens)
	for _, n := range e.NGrams {
		fmt.Fprintf(t.log, "; %d-gram %.4f, %.4f", n.Order, n.Loss, n.BitsPerByte)
	}
	if e.Recall >= 0 {
		fmt.Fprintf(t.log, "; facts recalled %.2f", e.Recall)
	}
	t.tellMeasures(e.Measures)
	fmt.Fprintln(t.log)
	return nil
}

// report prints a step's metrics.
func (t *trainer) report(r stages.Report) error {
	m := r.Metrics
	if t.jsonLines {
		line, err := json.Marshal(m)
		if err != nil {
			return err
		}
		fmt.Fprintf(t.stdout, "%s\n", line)
	}
	t.tellWorkers()
	steps := t.run.Info().Steps
	if m.HeldOutLoss != nil {
		t.bar.clear()
		fmt.Fprintf(t.log, "step %d: train %.4f, held out %.4f, %.3f bits per byte", m.Step, m.TrainLoss, *m.HeldOutLoss, *m.BitsPerByte)
		if m.Recall != nil {
			fmt.Fprintf(t.log, ", facts %.2f", *m.Recall)
		}
		t.tellMeasures(m.Measures)
		fmt.Fprintf(t.log, ", %.0f tokens/s\n", m.TokensPerSec)
	}
	if r.Sample != nil && !t.plain {
		t.bar.clear()
		if r.Sample.Prompt != "" {
			fmt.Fprintf(t.log, "  %q\n", r.Sample.Prompt)
		}
		fmt.Fprintf(t.log, "  %q\n", r.Sample.Text)
	}
	t.bar.show(float64(m.Step)/float64(steps),
		fmt.Sprintf("%d/%d loss %.3f, %.0f tokens/s, %.0f s left", m.Step, steps, m.TrainLoss, m.TokensPerSec, m.SecondsLeft))
	return nil
}

// tellMeasures prints what only this stage has to tell.
func (t *trainer) tellMeasures(measures map[string]float64) {
	for _, key := range slices.Sorted(maps.Keys(measures)) {
		fmt.Fprintf(t.log, ", %s %.3f", key, measures[key])
	}
}

// tellWorkers says what the first steps have found.
func (t *trainer) tellWorkers() {
	i := t.run.Info()
	if t.calibrating && !i.Calibrating {
		t.bar.clear()
		fmt.Fprintf(t.log, "going on with %d workers", i.Workers)
		for _, c := range i.Calibration {
			fmt.Fprintf(t.log, "; %d make %.2f steps/s", c.Workers, c.StepsPerSec)
		}
		fmt.Fprintln(t.log)
	}
	t.calibrating = i.Calibrating
}

// keep saves a checkpoint: in the folder, or the last one in the file.
func (t *trainer) keep(kind string) error {
	if t.out == "" || t.toFile() && kind == checkpoint.Auto {
		return nil
	}
	c, err := t.run.Save(kind)
	if err != nil {
		return err
	}
	if t.name != "" && kind != checkpoint.Auto {
		c.Meta.Name = t.name
	}
	if t.toFile() {
		return t.writeFile(c)
	}
	ctx := context.Background()
	if err := t.store.Put(ctx, c); err != nil {
		return err
	}
	metas, err := t.store.List(ctx)
	if err != nil {
		return err
	}
	for _, m := range checkpoint.Prune(metas, c.Meta.Run, checkpoint.DefaultKeep) {
		if err := t.store.Delete(ctx, m.ID); err != nil {
			return err
		}
	}
	if kind != checkpoint.Auto {
		fmt.Fprintf(t.log, "saved %s\n", filepath.Join(t.out, "checkpoints", c.Meta.ID+".safetensors"))
	}
	return nil
}

func (t *trainer) writeFile(c *checkpoint.Checkpoint) error {
	if t.reproduce {
		c.Meta.ID, c.Meta.Created = "sprout-"+strings.ToLower(c.Meta.Preset), 0
	}
	file, err := checkpoint.NewFile(c, checkpoint.Format{Half: t.weights})
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(t.out), 0o755); err != nil {
		return err
	}
	var b bytes.Buffer
	if _, err := file.WriteTo(&b); err != nil {
		return err
	}
	if err := os.WriteFile(t.out, b.Bytes(), 0o644); err != nil {
		return err
	}
	fmt.Fprintf(t.log, "saved %s, %d bytes\n", t.out, b.Len())
	return nil
}
