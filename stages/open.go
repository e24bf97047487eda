package stages

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"

	"sprout/core/checkpoint"
	"sprout/core/nn"
	"sprout/core/problem"
	"sprout/core/text"
)

// runState is what a checkpoint says of its run beside the tensors. Batches,
// learning rates and samples are functions of the seed and the step, so no
// other cursor and no random state is needed.
type runState struct {
	Step    int                `json:"step"`
	Params  map[string]float64 `json:"params"`
	Seconds float64            `json:"seconds"` // of training so far
	Data    string             `json:"data"`    // fingerprint of the token streams
	// Reference is log π of what is learned from under the model that the run
	// began with, where a stage needs it.
	Reference [][2]float32 `json:"reference,omitempty"`
	// Texts are what a teacher has written for its student, as tokens.
	Texts [][]int32 `json:"texts,omitempty"`
	// Memory is that of a stage that learns from its own answers.
	Memory json.RawMessage `json:"memory,omitempty"`
	// Frozen are the models beside the trained one, whose weights are in the
	// checkpoint.
	Frozen []Companion `json:"frozen,omitempty"`
}

// opened is a setup that was found to be consistent.
type opened struct {
	Setup
	stage  Stage
	preset nn.Preset
	seed   uint64
	values map[string]float64 // every setting
	cfg    nn.Config
	data   *text.Dataset // nil without a corpus
	print  string        // fingerprint of the data
	base   string        // fingerprint of the model under an adapter
	state  runState
	past   History

	companions []Companion                       // frozen models beside the trained one
	origins    map[string]*checkpoint.Checkpoint // of their weights; nil where the run is resumed
}

// openRun settles a run's settings, encodes its data and finds its configuration:
// that of the checkpoint to resume, of the parent, or of the preset.
//
// more are token streams beside the corpus that the run depends on.
func openRun(stage Stage, s Setup, more ...[]int32) (*opened, error) {
	o, err := settle(stage, s)
	if err != nil {
		return nil, err
	}
	return o, o.open(more...)
}

// settle finds preset and settings, for a stage whose data depend on them.
func settle(stage Stage, s Setup) (*opened, error) {
	o := &opened{Setup: s, stage: stage, seed: s.Seed}
	if s.Tokenizer == nil || s.NewBackend == nil {
		panic("stages: a run needs a tokenizer and a backend")
	}
	if r := s.Resume; r != nil {
		if err := o.readState(r); err != nil {
			return nil, err
		}
	}
	if o.Preset == "" && s.Parent != nil {
		// An imported model may be of no preset: only defaults depend on it.
		o.Preset = cmp.Or(s.Parent.Meta.Preset, "sprout")
	}
	var err error
	if o.preset, err = nn.FindPreset(o.Preset); err != nil {
		return nil, err
	}
	params, given := stage.Params(o.preset), map[string]float64{}
	for _, p := range params { // a saved run may have settings that the stage has no more
		if v, saved := o.state.Params[p.Key]; saved {
			given[p.Key] = v
		}
	}
	if s, ok := stage.(widerOnce); ok && o.Resume != nil {
		for i := range params {
			s.older(&params[i])
		}
	}
	maps.Copy(given, s.Params)
	if o.values, err = settings(params, given); err != nil {
		return nil, err
	}
	return o, nil
}

// widerOnce is a stage whose settings had wider ranges once; older gives those back.
type widerOnce interface{ older(p *Param) }

// keepSettings is the problem "resume_setting" where a resumed run is given another
// value of a setting that its state depends on.
func (o *opened) keepSettings(keys ...string) error {
	for _, key := range keys {
		have, known := o.state.Params[key]
		if want := o.values[key]; o.Resume != nil && known && have != want {
			return problem.New("resume_setting", problem.Args{"key": key, "have": have, "want": want},
				"This run has answers that were made with %s = %g, and cannot go on with %g. Leave it as it is, or start a new run from these weights.", key, have, want)
		}
	}
	return nil
}

// open is the rest of openRun.
func (o *opened) open(more ...[]int32) error {
	if err := o.configure(); err != nil {
		return err
	}
	o.rest()
	if err := o.encode(); err != nil {
		return err
	}
	o.rest()
	o.print = fingerprint(o.data, more)
	if o.Resume != nil && o.state.Data != o.print {
		return problem.New("resume_data", nil,
			"This run was made with another text or tokenizer. Choose the same ones to go on, or start a new run from its weights.")
	}
	return nil
}

func (o *opened) readState(c *checkpoint.Checkpoint) error {
	if c.Meta.Stage != o.stage.Name() {
		return problem.New("resume_stage", problem.Args{"have": c.Meta.Stage, "want": o.stage.Name()},
			"The checkpoint belongs to the stage %s and cannot be resumed as %s. Resume it there, or start a new run with it as the parent.", c.Meta.Stage, o.stage.Name())
	}
	if !c.Meta.Resumable || len(c.Weights()) == len(c.Tensors) {
		return problem.New("resume_weights", nil,
			"The checkpoint holds weights only, so training cannot go on exactly from there. Start a new run from it.")
	}
	if err := json.Unmarshal(c.State, &o.state); err != nil {
		return problem.Wrap(err, "resume_state", nil, "What the checkpoint says about its run cannot be read.")
	}
	if len(c.History) > 0 {
		if err := json.Unmarshal(c.History, &o.past); err != nil {
			return problem.Wrap(err, "resume_state", nil, "The checkpoint's history cannot be read.")
		}
	}
	o.Preset, o.seed = c.Meta.Preset, c.Meta.Seed
	if o.Run == "" {
		o.Run = c.Meta.Run
	}
	return nil
}

// configure finds the model's shape.
func (o *opened) configure() error {
	if s, ok := o.stage.(taught); ok {
		return o.enrol(s)
	}
	from := o.Resume
	if from == nil {
		from = o.Parent
	}
	T, hasContext := o.values["context"]
	if from == nil {
		o.cfg = o.preset.For(o.Tokenizer.Vocab())
		if hasContext {
			o.cfg.Context = int(T)
		}
		return o.cfg.Validate()
	}
	var err error
	if o.cfg, err = nn.ParseConfig(from.Meta.Config); err != nil {
		return err
	}
	if o.cfg.Vocab != o.Tokenizer.Vocab() {
		return otherVocab(o.cfg, o.Tokenizer)
	}
	// Rotary positions need no weights: a longer context is a longer table.
	o.cfg.Context = max(o.cfg.Context, int(T))
	if s, ok := o.stage.(adapting); ok {
		return o.needsBase(s.adapter(o.values))
	}
	if o.Resume != nil {
		return from.Check(nn.Specs(o.cfg, headsOf(o.stage)...))
	}
	specs, err := Specs(from.Meta, o.cfg) // heads that the stage does not have are left out
	if err != nil {
		return err
	}
	return from.Check(specs)
}

func otherVocab(cfg nn.Config, tok *text.Tokenizer) error {
	return problem.New("parent_vocab", problem.Args{"have": cfg.Vocab, "want": tok.Vocab()},
		"The model knows %d tokens, but the tokenizer makes %d; use the model's own tokenizer.", cfg.Vocab, tok.Vocab())
}

// encode turns the corpus, where there is one, into tokens.
func (o *opened) encode() error {
	if o.Corpus == nil {
		return nil
	}
	_, trainBytes, _ := text.Size(o.Corpus.Train)
	_, heldOutBytes, _ := text.Size(o.Corpus.HeldOut)
	total := float64(trainBytes + heldOutBytes + 1)
	var onRead func(int) error
	if o.Progress != nil {
		onRead = func(read int) error { return o.Progress("encode", float64(read)/total) }
	}
	var err error
	o.data, err = text.NewDataset(o.Corpus, o.Tokenizer, onRead)
	return err
}

// fingerprint is short for all tokens that a run learns from.
func fingerprint(d *text.Dataset, more [][]int32) string {
	h := sha256.New()
	if d != nil {
		fmt.Fprintf(h, "%d\n", d.Vocab)
		var word [2]byte
		for _, stream := range [][]uint16{d.Train, d.HeldOut} {
			for _, id := range stream {
				binary.LittleEndian.PutUint16(word[:], id)
				h.Write(word[:])
			}
			h.Write([]byte("\n"))
		}
	}
	for _, stream := range more {
		var word [4]byte
		for _, id := range stream {
			binary.LittleEndian.PutUint32(word[:], uint32(id))
			h.Write(word[:])
		}
		h.Write([]byte("\n"))
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}
