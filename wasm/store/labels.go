//go:build js && wasm

package store

import (
	"context"
	"syscall/js"

	"github.com/hack-pad/go-indexeddb/idb"

	"sprout/core/checkpoint"
)

// PutLabels implements checkpoint.Store.
func (s *Store) PutLabels(ctx context.Context, list ...checkpoint.Label) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	need := int64(0)
	rows := make([]js.Value, len(list))
	for i, l := range list {
		mustID("PutLabels", l.ID)
		rows[i] = encodeRow(l.Data)
		need += int64(len(l.Data))
	}
	return s.write(ctx, need, func(tx *idb.Transaction) error {
		for i, l := range list {
			if err := s.put(tx, labels, l.ID, rows[i]); err != nil {
				return err
			}
		}
		return nil
	}, labels)
}

// Labels implements checkpoint.Store.
func (s *Store) Labels(ctx context.Context) ([]checkpoint.Label, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []checkpoint.Label
	err := s.read(ctx, func(tx *idb.Transaction) error {
		return scan(ctx, tx, labels, func(id string, row js.Value) {
			data, ok := decodeAll(row)
			if !ok {
				data = nil
			}
			list = append(list, checkpoint.Label{ID: id, Data: data})
		})
	}, labels)
	return list, err
}

// DropLabels implements checkpoint.Store.
func (s *Store) DropLabels(ctx context.Context, ids ...string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.write(ctx, 0, func(tx *idb.Transaction) error {
		for _, id := range ids {
			if err := erase(tx, labels, js.ValueOf(id)); err != nil {
				return err
			}
		}
		return nil
	}, labels)
}
