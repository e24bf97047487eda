// Package folder keeps what journeys make in files: a folder for each seed, and in
// it a checkpoint and a row of figures for each step.
package folder

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"sprout/core/checkpoint"
	"sprout/journey"
)

// Folder is a shelf of journeys.
type Folder string

func (f Folder) path(seed uint64, key, ending string) string {
	return filepath.Join(string(f), fmt.Sprintf("seed-%d", seed), key+ending)
}

const (
	rowFile   = ".json"
	modelFile = ".safetensors"
)

// Take implements journey.Shelf.
func (f Folder) Take(seed uint64, key string) (*journey.Kept, error) {
	data, err := os.ReadFile(f.path(seed, key, rowFile))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	k := &journey.Kept{}
	if err := json.Unmarshal(data, &k.Row); err != nil {
		return nil, fmt.Errorf("%s: %w", f.path(seed, key, rowFile), err)
	}
	model, err := os.ReadFile(f.path(seed, key, modelFile))
	if err != nil {
		return nil, err
	}
	k.Model, err = checkpoint.Read(bytes.NewReader(model), int64(len(model)))
	return k, err
}

// Keep implements journey.Shelf.
func (f Folder) Keep(seed uint64, k *journey.Kept) error {
	file, err := checkpoint.NewFile(k.Model, checkpoint.Format{})
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if _, err := file.WriteTo(&b); err != nil {
		return err
	}
	return f.Put(seed, k.Row, b.Bytes())
}

// Put keeps a step whose checkpoint is a file already. The row is written last:
// without it there is nothing.
func (f Folder) Put(seed uint64, row journey.Row, model []byte) error {
	at := f.path(seed, row.Key, rowFile)
	if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
		return err
	}
	if err := os.Remove(at); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := os.WriteFile(f.path(seed, row.Key, modelFile), model, 0o644); err != nil {
		return err
	}
	text, err := json.MarshalIndent(row, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(at, append(text, '\n'), 0o644)
}
