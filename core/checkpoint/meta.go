package checkpoint

import (
	"encoding/json"
	"maps"
)

// Kinds of checkpoint.
const (
	Auto     = "auto"     // saved by the run every so many steps; pruned by Prune
	Manual   = "manual"   // saved because somebody asked
	Final    = "final"    // the end of a run
	Imported = "imported" // read from a file
	Demo     = "demo"     // ships with the site
	Ready    = "ready"    // made for a class and loaded by the learner, not grown here
	Damaged  = "damaged"  // listed so that it can be seen and deleted; its ID is all that is known
)

// Companions of a run.
const (
	Rewarder = "reward"  // scores the answers
	Teacher  = "teacher" // is imitated
)

// Meta says what a checkpoint is. It is small, and all that a list needs.
type Meta struct {
	ID       string `json:"id"` // NewID: unique, sorts by time of creation
	Name     string `json:"name"`
	Kind     string `json:"kind"`
	Stage    string `json:"stage"`
	Preset   string `json:"preset"`
	Run      string `json:"run,omitempty"`    // the run that saved it
	Parent   string `json:"parent,omitempty"` // the checkpoint that the run grew from
	Step     int    `json:"step"`
	Steps    int    `json:"steps"`   // of the whole run
	Created  int64  `json:"created"` // Unix ms
	Seed     uint64 `json:"seed"`
	Vocab    int    `json:"vocab,omitempty"`
	Backend  string `json:"backend,omitempty"`  // e.g. "simd": same bits are promised on the same one
	Producer string `json:"producer,omitempty"` // version of the program

	Config  json.RawMessage `json:"config,omitempty"` // of the model, as core/nn writes it
	Dataset DatasetRef      `json:"dataset,omitzero"`
	// Lessons are conversations or preferences that the run learned from beside
	// its text, where they are a file of their own.
	Lessons DatasetRef `json:"lessons,omitzero"`
	// Companions are other checkpoints that the run needs to go on, by what they
	// do in it, such as Rewarder and Teacher.
	Companions map[string]Ancestor `json:"companions,omitempty"`
	// Adapter: the tensors are those of an adapter, and Config that of the model
	// under it. nil: they are a whole model.
	Adapter *AdapterRef `json:"adapter,omitempty"`

	Parameters  int     `json:"parameters"`
	Bytes       int64   `json:"bytes"`                   // tensors, tokenizer, state and history; set by Put
	HeldOutLoss float64 `json:"held_out_loss,omitempty"` // nats per token; 0 when not measured
	BitsPerByte float64 `json:"bits_per_byte,omitempty"` // 0 when not measured
	// Measures are what its stage alone has to tell, as measured last.
	Measures map[string]float64 `json:"measures,omitempty"`
	// Best names the measure that is highest in the best checkpoint of the run; empty:
	// the held-out loss is lowest in it.
	Best string `json:"best,omitempty"`

	// Resumable: moments, state and data cursor are inside.
	Resumable bool `json:"resumable"`
	// Diverged: later on a loss was no longer a number and the run went back to this
	// step, so with the same settings it would do so again.
	Diverged bool `json:"diverged,omitempty"`

	// Ancestors, nearest first. They travel with the checkpoint, so that its
	// history can be told after a parent was deleted, and on another machine.
	Ancestors []Ancestor `json:"ancestors,omitempty"`
}

// DatasetRef names the data of a run and how to know it again.
type DatasetRef struct {
	ID          string `json:"id,omitempty"`
	Name        string `json:"name,omitempty"`
	Fingerprint string `json:"fingerprint,omitempty"` // of the exact training bytes
	// Continuous: one text without ends of documents in it, so that a text by the
	// model need not begin after one.
	Continuous bool `json:"continuous,omitempty"`
}

// AdapterRef says what an adapter is and which model it belongs to.
type AdapterRef struct {
	Config json.RawMessage `json:"config"` // adapter_config.json, as core/nn writes it
	Base   string          `json:"base"`   // fingerprint of the weights under it
}

// Ancestor is the part of a Meta that its descendants remember.
type Ancestor struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Stage string `json:"stage"`
	Step  int    `json:"step"`
}

func (m Meta) clone() Meta {
	m.Config = append(json.RawMessage(nil), m.Config...)
	m.Ancestors = append([]Ancestor(nil), m.Ancestors...)
	m.Companions = maps.Clone(m.Companions)
	m.Measures = maps.Clone(m.Measures)
	if m.Adapter != nil {
		a := *m.Adapter
		a.Config = append(json.RawMessage(nil), a.Config...)
		m.Adapter = &a
	}
	return m
}
