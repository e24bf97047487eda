package journey

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"

	"sprout/core/checkpoint"
	"sprout/core/text"
	"sprout/stages"
)

// leg is a step that is being made.
type leg struct {
	*walker
	step  Step
	setup stages.Setup
	on    *stages.Machine // that was chosen for the run
	run   stages.Run
	model *checkpoint.Checkpoint // the last one
	last  int                    // step that was made
	row   Row
}

// walk trains, measures and saves.
func (l *leg) walk() (*Kept, error) {
	w, s := l.walker, l.step
	stage, err := stages.Find(s.Stage)
	if err != nil {
		return nil, err
	}
	l.row = Row{Key: s.Key, Stage: s.Stage, Preset: w.Preset.Name, Seed: w.Seed, From: w.from(s), Metrics: map[string]float64{}}
	if l.row.Settings, err = w.Preset.settings(s, stage); err != nil {
		return nil, err
	}
	began := w.now()
	if err := w.learnTokens(); err != nil {
		return nil, err
	}
	if err := l.start(stage); err != nil {
		return nil, err
	}
	if err := l.train(); err != nil {
		return nil, err
	}
	l.row.Seconds = w.seconds + w.now() - began
	w.seconds = 0
	info := l.run.Info()
	l.row.Steps, l.row.Parameters, l.row.Workers = info.Steps, info.Parameters, info.Workers
	if taken, err := l.run.Memory(); err == nil {
		l.row.Metrics["memory_mb"] = float64(taken) / 1e6
	}
	if l.model, err = l.run.Save(checkpoint.Final); err != nil {
		return nil, err
	}
	if s.Key != s.Stage {
		l.model.Meta.Name += " · " + s.Key
	}
	l.row.Checkpoint, l.row.Backend = l.model.Meta.ID, l.model.Meta.Backend

	began = w.now()
	if err := w.tell("measure", 0); err != nil {
		return nil, err
	}
	if err := l.measure(); err != nil {
		return nil, err
	}
	l.row.drop()
	l.row.MeasureSeconds = w.now() - began
	return &Kept{Row: l.row, Model: l.model}, nil
}

// start prepares the run.
func (l *leg) start(stage stages.Stage) error {
	w := l.walker
	l.setup = w.Setup
	l.setup.Seed, l.setup.Tokenizer, l.setup.Params = w.Seed, w.tok, w.Preset.params(l.step)
	l.setup.Run = checkpoint.NewID()
	l.setup.Progress = func(what string, done float64) error {
		if w.Setup.Progress != nil {
			if err := w.Setup.Progress(what, done); err != nil {
				return err
			}
		}
		return w.tell("prepare", done)
	}
	if len(l.step.needs()) == 0 {
		l.setup.Preset = w.Preset.Model
	}
	for key, to := range map[string]**checkpoint.Checkpoint{
		l.step.Parent: &l.setup.Parent, l.step.Reward: &l.setup.Reward, l.step.Teacher: &l.setup.Teacher,
	} {
		if key != "" {
			*to = w.made[key].Model
		}
	}
	if err := w.tell("prepare", 0); err != nil {
		return err
	}
	if l.step.Judge != "" || l.step.People {
		given, err := l.label(l.step.Parent, l.step.Judge)
		if err != nil {
			return err
		}
		l.setup.Pairs = given.pairs
	}
	if choose := w.Setup.Choose; choose != nil {
		l.setup.Choose = func(b stages.Blueprint) (stages.Machine, error) {
			m, err := choose(b)
			l.on = &m
			return m, err
		}
	}
	var err error
	l.run, err = stage.Start(l.setup)
	return err
}

// train makes all steps.
func (l *leg) train() error {
	steps, done := float64(l.run.Info().Steps), 0.0
	if err := l.tell("train", 0); err != nil {
		return err
	}
	for !l.run.Done() {
		r, err := l.run.Step()
		if err != nil {
			return err
		}
		if r.Part == nil { // else the step is not complete
			l.last = r.Metrics.Step
			l.at.Last, done = &r.Metrics, float64(r.Metrics.Step)/steps
		}
		if err := l.tell("train", done); err != nil {
			return err
		}
	}
	return nil
}

// measure has the run evaluate itself, with all its workers, and adds what the
// step asks for.
func (l *leg) measure() error {
	e, err := l.run.Evaluate()
	if err != nil {
		return err
	}
	maps.Copy(l.row.Metrics, e.Measures)
	l.row.Metrics["heldout_loss"] = e.Loss
	if e.BitsPerByte > 0 {
		l.row.Metrics["heldout_bpb"] = e.BitsPerByte
	}
	for _, n := range e.NGrams {
		if n.Order == 3 {
			l.row.Metrics["trigram_bpb"] = n.BitsPerByte
		}
	}
	if e.Recall >= 0 {
		l.row.Metrics["fact_recall"] = e.Recall
	}
	if l.step.measure == nil {
		return nil
	}
	return l.step.measure(l)
}

func (l *leg) close() {
	if l.run != nil {
		l.run.Close()
		l.run = nil
	}
}

// learnTokens learns the tokenizer, once.
func (w *walker) learnTokens() (err error) {
	if w.tok != nil {
		return nil
	}
	told := w.now()
	tell := func(done float64) error {
		if now := w.now(); now-told > 0.05 {
			told = now
			return w.tell("tokenizer", done)
		}
		return nil
	}
	_, size, _ := text.Size(w.corpus.Train)
	w.tok, err = text.TrainBPE(w.corpus.Train, text.BPEOptions{
		Merges:  w.Preset.Merges,
		OnRead:  func(read int) error { return tell(float64(read) / float64(size+1) / 2) },
		OnMerge: func(m text.LearnedMerge) error { return tell(0.5 + float64(m.Rank+1)/float64(2*w.Preset.Merges)) },
	})
	return err
}

// fingerprint is short for a corpus.
func fingerprint(c *text.Corpus) string {
	h := sha256.New()
	for _, part := range [][]text.Doc{c.Train, c.HeldOut} {
		for _, d := range part {
			h.Write(d.Text)
			h.Write([]byte{0})
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}
