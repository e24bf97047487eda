package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"

	"sprout/core/checkpoint"
	"sprout/journey"
)

// index is what the page reads first. It names every model that is there.
type index struct {
	Version int     `json:"version"`
	Seed    uint64  `json:"seed"`
	Preset  string  `json:"preset"`
	Models  []model `json:"models"` // in the order of the journey
}

type model struct {
	Key   string `json:"key"` // the step of the journey
	Stage string `json:"stage"`
	File  string `json:"file"`
	ID    string `json:"id"`
	Bytes int    `json:"bytes"`
	Steps int    `json:"steps"`
	// Needs are the keys of the models that it was made from.
	Needs []string `json:"needs,omitempty"`
	// Adapter says that it is nothing without the first of them.
	Adapter bool               `json:"adapter,omitempty"`
	Seconds float64            `json:"seconds"`
	Metrics map[string]float64 `json:"metrics,omitempty"`
}

// shelf writes every step as it is made, and the index after it, so that a
// baking that is ended early leaves a folder that can be used.
type shelf struct {
	dir   string
	index index
}

const indexFile = "index.json"

// newShelf empties the folder of what an earlier baking left.
func newShelf(dir string, seed uint64, preset string) (*shelf, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	old, err := filepath.Glob(filepath.Join(dir, "*.safetensors"))
	if err != nil {
		return nil, err
	}
	for _, name := range append(old, filepath.Join(dir, indexFile)) {
		if err := os.RemoveAll(name); err != nil {
			return nil, err
		}
	}
	return &shelf{dir, index{Version: 1, Seed: seed, Preset: preset, Models: []model{}}}, nil
}

// Take implements journey.Shelf: everything is made anew.
func (s *shelf) Take(uint64, string) (*journey.Kept, error) { return nil, nil }

// comparison is a student without a teacher, which the journey makes beside the
// one that has learned from it. Nobody goes on from there.
const comparison = "distill_alone"

// Keep implements journey.Shelf.
func (s *shelf) Keep(_ uint64, k *journey.Kept) error {
	if k.Row.Key == comparison {
		return nil
	}
	c := *k.Model
	c.Meta.Kind = checkpoint.Ready
	file, err := checkpoint.NewFile(&c, checkpoint.Format{Half: true})
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if _, err := file.WriteTo(&b); err != nil {
		return err
	}
	name := k.Row.Key + ".safetensors"
	if err := os.WriteFile(filepath.Join(s.dir, name), b.Bytes(), 0o644); err != nil {
		return err
	}
	m := model{
		Key: k.Row.Key, Stage: k.Row.Stage, File: name, ID: c.Meta.ID, Bytes: b.Len(), Steps: k.Row.Steps,
		Adapter: c.Meta.Adapter != nil, Seconds: k.Row.Seconds, Metrics: k.Row.Metrics,
	}
	for _, other := range s.index.Models {
		if slices.Contains(k.Row.From, other.ID) {
			m.Needs = append(m.Needs, other.Key)
		}
	}
	s.index.Models = append(s.index.Models, m)
	slices.SortStableFunc(s.index.Models, func(a, b model) int {
		return slices.Index(journey.Keys(), a.Key) - slices.Index(journey.Keys(), b.Key)
	})
	data, err := json.MarshalIndent(s.index, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(s.dir, indexFile), append(data, '\n'), 0o644)
}
