//go:build js && wasm

package store

import (
	"context"
	"strings"
	"syscall/js"

	"github.com/hack-pad/go-indexeddb/idb"
)

// living says what the records still need.
type living struct {
	blobs    map[string]bool // named by a record
	families map[string]bool // of damaged records, whose blobs are not known
	runs     map[string]bool // that a checkpoint belongs to
	anyRun   bool            // a record is damaged: its run is not known
}

// Sweep implements checkpoint.Store. Rows of a record that is damaged stay
// until the record is deleted.
func (s *Store) Sweep(ctx context.Context) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	alive, err := s.living(ctx)
	if err != nil {
		return 0, err
	}
	rows, err := s.keys(ctx, tensors, func(key string) bool {
		blob, _, _ := strings.Cut(key, "/")
		family, _, _ := strings.Cut(blob, ".")
		return !alive.blobs[blob] && !alive.families[family]
	})
	if err != nil {
		return 0, err
	}
	parts, err := s.keys(ctx, runs, func(key string) bool {
		run, _, _ := strings.Cut(key, "/")
		return !alive.runs[run] && !alive.anyRun
	})
	if err != nil || len(rows)+len(parts) == 0 {
		return 0, err
	}
	return len(rows) + len(parts), s.write(ctx, 0, func(tx *idb.Transaction) error {
		for _, key := range rows {
			if err := erase(tx, tensors, key); err != nil {
				return err
			}
		}
		for _, key := range parts {
			if err := erase(tx, runs, key); err != nil {
				return err
			}
		}
		return nil
	}, tensors, runs)
}

func (s *Store) living(ctx context.Context) (living, error) {
	alive := living{blobs: map[string]bool{}, families: map[string]bool{}, runs: map[string]bool{}}
	err := s.read(ctx, func(tx *idb.Transaction) error {
		err := scan(ctx, tx, checkpoints, func(id string, row js.Value) {
			var rec record
			if !decodeJSON(row, &rec) {
				alive.families[id], alive.anyRun = true, true
				return
			}
			alive.blobs[rec.Blob], alive.runs[rec.Meta.Run] = true, true
		})
		if err != nil {
			return err
		}
		return scan(ctx, tx, datasets, func(id string, row js.Value) {
			var d datasetRow
			if !decodeJSON(row, &d) {
				alive.families[datasetFamily(id)] = true
				return
			}
			alive.blobs[d.Blob] = true
		})
	}, checkpoints, datasets)
	return alive, err
}

// keys lists the keys of a store that pick chooses.
func (s *Store) keys(ctx context.Context, store string, pick func(key string) bool) ([]js.Value, error) {
	var request *idb.ArrayRequest
	err := s.read(ctx, func(tx *idb.Transaction) error {
		o, err := tx.ObjectStore(store)
		if err == nil {
			request, err = o.GetAllKeys()
		}
		return err
	}, store)
	if err != nil {
		return nil, err
	}
	all, err := request.Result()
	var keys []js.Value
	for _, key := range all {
		if key.Type() == js.TypeString && pick(key.String()) {
			keys = append(keys, key)
		}
	}
	return keys, s.explain(ctx, err, 0)
}
