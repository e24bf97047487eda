package journey

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"sprout/core/backend"
	"sprout/core/checkpoint"
	"sprout/core/problem"
	"sprout/core/text"
	"sprout/core/world"
	"sprout/stages"
)

// Options of a journey.
type Options struct {
	Preset Preset
	Seed   uint64
	// Only names the steps to make; none means all. What they need and nobody has
	// kept is made as well.
	Only []string
	// From names the step from which on everything is made anew, whatever was
	// kept.
	From string
	// Set are settings over the preset's, as step.setting.
	Set map[string]float64
	// Setup is what every run starts from; the rest of it is the journey's.
	Setup stages.Setup
	// Shelf keeps what was made; nil: memory only.
	Shelf Shelf
	// Failed is told of a GPU that failed at a step of a stage, which is made anew by
	// workers, and all that come after it. nil: nobody is told.
	Failed func(e *backend.DeviceError, step int)
	// Tell is told how it goes; an error ends the journey. nil: nobody is told.
	Tell func(Event) error
}

// Shelf keeps the steps of a journey.
type Shelf interface {
	// Take gives what was kept of a step, nil where there is nothing.
	Take(seed uint64, key string) (*Kept, error)
	Keep(seed uint64, k *Kept) error
}

// Kept is a step that was made.
type Kept struct {
	Row   Row
	Model *checkpoint.Checkpoint
}

// walker is a journey in progress.
type walker struct {
	Options
	order   []Step
	town    *world.Town
	corpus  *text.Corpus
	tok     *text.Tokenizer
	print   string // of the data
	made    map[string]*Kept
	fresh   map[string]bool // made now, not taken from the shelf
	rows    map[string]Row
	at      Event
	said    map[string]*answered // by the step whose model answered
	labels  map[string]*labels   // by the judge's step, that of people under no name
	seconds float64              // of making the town, until the first step is told of it
	ended   error                // what Tell said
}

// Run makes a journey from one seed. What goes wrong in a step is in its row, and
// steps that do not depend on it are made; an error is trouble of the journey as
// a whole. Problems "journey_…".
func Run(o Options) (Passage, error) {
	w := &walker{
		Options: o, order: steps,
		made: map[string]*Kept{}, said: map[string]*answered{}, labels: map[string]*labels{}, fresh: map[string]bool{}, rows: map[string]Row{},
	}
	for _, key := range slices.Concat(o.Only, []string{o.From}) {
		if key != "" && !slices.Contains(Keys(), key) {
			list := strings.Join(Keys(), ", ")
			return Passage{}, problem.New("journey_step", problem.Args{"step": key, "steps": list},
				"The journey has no step %q; the steps are %s.", key, list)
		}
	}
	var err error
	if w.Preset, err = w.Preset.with(o.Set); err != nil {
		return Passage{}, err
	}
	if err := w.settle(); err != nil {
		return Passage{}, err
	}
	out := Passage{Seed: o.Seed, Preset: w.Preset.Name}
	for i, s := range w.order {
		if !w.chosen(s) {
			continue
		}
		w.at = Event{Seed: o.Seed, Key: s.Key, Number: i + 1, Of: len(w.order)}
		if err := w.make(s); err != nil {
			return out, err
		}
	}
	for _, s := range w.order {
		if row, ok := w.rows[s.Key]; ok {
			out.Rows = append(out.Rows, row)
		}
	}
	return out, nil
}

// chosen reports whether a step belongs to this journey.
func (w *walker) chosen(s Step) bool {
	return len(w.Only) == 0 || slices.Contains(w.Only, s.Key)
}

// anew reports whether a step is made whatever lies on the shelf.
func (w *walker) anew(s Step) bool {
	if slices.Contains(w.Only, s.Key) {
		return true
	}
	return w.From != "" && slices.Index(Keys(), s.Key) >= slices.Index(Keys(), w.From)
}

// make makes a step, and before it those that it needs.
func (w *walker) make(s Step) error {
	if _, ok := w.rows[s.Key]; ok {
		return nil
	}
	here := w.at
	for _, need := range s.after() {
		i := slices.Index(Keys(), need)
		w.at.Key, w.at.Number = need, i+1
		if err := w.make(w.order[i]); err != nil {
			return err
		}
	}
	w.at = here
	for _, need := range s.needs() {
		if w.made[need] == nil {
			return w.failed(s, Row{}, problem.New("journey_needs", problem.Args{"step": s.Key, "needs": need},
				"The step %s was not made, since it needs %s.", s.Key, need))
		}
	}
	kept, err := w.kept(s)
	if err != nil {
		return err
	}
	if kept != nil {
		w.made[s.Key], w.rows[s.Key] = kept, kept.Row
		w.at.Row = &kept.Row
		return w.tell("kept", 1)
	}
	l, kept, err := w.walked(s)
	if e, ok := errors.AsType[*backend.DeviceError](err); ok && w.Setup.Choose != nil {
		w.Setup.Choose = nil
		if w.Failed != nil {
			w.Failed(e, l.last)
		}
		l, kept, err = w.walked(s)
	}
	if err == nil && w.Shelf != nil {
		err = w.Shelf.Keep(w.Seed, kept)
	}
	if err != nil {
		if w.ended != nil {
			return w.ended
		}
		return w.failed(s, l.row, err)
	}
	kept.Model = light(kept.Model)
	w.made[s.Key], w.rows[s.Key], w.fresh[s.Key] = kept, kept.Row, true
	w.at.Row = &kept.Row
	return w.tell("made", 1)
}

// walked makes a step; the leg, which is closed, tells how far it came.
func (w *walker) walked(s Step) (*leg, *Kept, error) {
	l := &leg{walker: w, step: s}
	defer l.close()
	kept, err := l.walk()
	return l, kept, err
}

// light is a checkpoint without what only resuming needs.
func light(c *checkpoint.Checkpoint) *checkpoint.Checkpoint {
	out := *c
	out.Tensors, out.State, out.History = c.Weights(), nil, nil
	out.Meta.Resumable = false
	return &out
}

// failed notes what went wrong with a step.
func (w *walker) failed(s Step, row Row, why error) error {
	p := problem.From(why)
	row.Key, row.Stage, row.Preset, row.Seed = s.Key, s.Stage, w.Preset.Name, w.Seed
	row.Error, row.Code = p.Error(), p.Code
	w.rows[s.Key] = row
	w.at.Row = &row
	return w.tell("failed", 1)
}

// kept takes a step from the shelf if it is what would be made now.
func (w *walker) kept(s Step) (*Kept, error) {
	if w.Shelf == nil || w.anew(s) {
		return nil, nil
	}
	for _, need := range s.after() {
		if w.fresh[need] {
			return nil, nil
		}
	}
	kept, err := w.Shelf.Take(w.Seed, s.Key)
	if err != nil || kept == nil || kept.Row.Error != "" {
		return nil, err
	}
	stage, err := stages.Find(s.Stage)
	if err != nil {
		return nil, err
	}
	settings, err := w.Preset.settings(s, stage)
	if err != nil {
		return nil, err
	}
	same := maps.Equal(settings, kept.Row.Settings) && slices.Equal(w.from(s), kept.Row.From) &&
		kept.Row.Preset == w.Preset.Name && kept.Row.Seed == w.Seed
	if !same {
		return nil, nil
	}
	return kept, w.use(kept)
}

// from are the data and the checkpoints that a step is made from.
func (w *walker) from(s Step) []string {
	out := []string{w.print}
	for _, need := range s.needs() {
		out = append(out, w.made[need].Model.Meta.ID)
	}
	return out
}

// use takes the tokenizer from the first model.
func (w *walker) use(k *Kept) (err error) {
	k.Model = light(k.Model)
	if w.tok == nil {
		w.tok, err = text.ParseJSON(k.Model.Tokenizer)
	}
	return err
}

func (w *walker) tell(doing string, done float64) error {
	if w.Tell == nil {
		return nil
	}
	w.at.Doing, w.at.Done = doing, done
	err := w.Tell(w.at)
	w.at.Row, w.at.Last = nil, nil
	if err != nil {
		w.ended = err
	}
	return err
}

func (w *walker) now() float64 {
	if w.Setup.Now == nil {
		return 0
	}
	return w.Setup.Now() / 1000
}

// settle makes the town and writes it down.
func (w *walker) settle() error {
	w.at = Event{Seed: w.Seed, Key: w.order[0].Key, Number: 1, Of: len(w.order)}
	if err := w.tell("town", 0); err != nil {
		return err
	}
	began := w.now()
	p := w.Preset
	w.town = world.New(world.Config{Seed: w.Seed, Size: p.Town})
	w.corpus = stages.TownCorpus(w.town, p.Langs...)
	w.print = fingerprint(w.corpus)
	lang := "both"
	if len(p.Langs) == 1 {
		lang = p.Langs[0].String()
	}
	s := &w.Setup
	s.Town, s.Corpus, s.Langs, s.Questions = w.town, w.corpus, p.Langs, p.Questions
	// The page makes the same town from this id.
	s.Dataset = checkpoint.DatasetRef{ID: fmt.Sprintf("town:%s:%s:%d", p.Town, lang, w.Seed), Name: w.corpus.Name}
	w.seconds = w.now() - began
	return nil
}
