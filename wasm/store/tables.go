//go:build js && wasm

package store

import (
	"context"
	"encoding/json"
	"fmt"
	"syscall/js"

	"github.com/hack-pad/go-indexeddb/idb"

	"sprout/core/checkpoint"
)

// datasetRow is the record of a dataset.
type datasetRow struct {
	checkpoint.Dataset
	Blob   string `json:"blob"`
	Extent extent `json:"extent"`
}

// datasetFamily begins the blobs of a dataset; no ID of a checkpoint holds ':'.
func datasetFamily(id string) string { return "data:" + id }

// PutDataset implements checkpoint.Store.
func (s *Store) PutDataset(ctx context.Context, d checkpoint.Dataset) error {
	mustID("PutDataset", d.ID)
	s.mu.Lock()
	defer s.mu.Unlock()
	d.Bytes = int64(len(d.Data))
	family := datasetFamily(d.ID)
	row := datasetRow{Dataset: d, Blob: family + "." + checkpoint.NewID()}
	at, slots := cut("data", d.Data, 0, s.options.RowBytes)
	row.Extent = at
	b, err := encodeJSON(row)
	if err != nil {
		return checkpoint.Failed(err)
	}
	return s.save(ctx, datasets, d.ID, family, row.Blob, b, slots, d.Bytes)
}

// Dataset implements checkpoint.Store.
func (s *Store) Dataset(ctx context.Context, id string) (checkpoint.Dataset, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var d datasetRow
	if !checkpoint.ValidID(id) {
		return d.Dataset, checkpoint.DatasetNotFound(id)
	}
	row, err := s.row(ctx, datasets, id)
	if err != nil {
		return d.Dataset, err
	}
	if row.IsUndefined() {
		return d.Dataset, checkpoint.DatasetNotFound(id)
	}
	if !decodeJSON(row, &d) {
		return d.Dataset, checkpoint.DatasetCorrupt(id, id)
	}
	d.Data = make([]byte, d.Bytes)
	err = s.readRows(ctx, d.Blob, d.Extent.slots("data", d.Data), func(string) error { return checkpoint.DatasetCorrupt(id, d.Name) })
	return d.Dataset, err
}

// ListDatasets implements checkpoint.Store.
func (s *Store) ListDatasets(ctx context.Context) ([]checkpoint.Dataset, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []checkpoint.Dataset
	err := s.read(ctx, func(tx *idb.Transaction) error {
		return scan(ctx, tx, datasets, func(_ string, row js.Value) {
			var d datasetRow
			if decodeJSON(row, &d) {
				list = append(list, d.Dataset)
			}
		})
	}, datasets)
	checkpoint.SortOldestFirst(list)
	return list, err
}

// DropDataset implements checkpoint.Store.
func (s *Store) DropDataset(ctx context.Context, id string) error {
	mustID("DropDataset", id)
	return s.drop(ctx, datasets, id, datasetFamily(id))
}

func runKey(run string, step int) string { return fmt.Sprintf("%s/%012d", run, step) }

// AppendRun implements checkpoint.Store.
func (s *Store) AppendRun(ctx context.Context, run string, step int, part json.RawMessage) error {
	mustID("AppendRun", run)
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.write(ctx, int64(len(part)), func(tx *idb.Transaction) error {
		if err := erase(tx, runs, between(runKey(run, step), run+"0")); err != nil {
			return err
		}
		return s.put(tx, runs, runKey(run, step), encodeRow(part))
	}, runs)
}

// Run implements checkpoint.Store. A damaged part is left out: a gap in a
// curve is no reason to show none.
func (s *Store) Run(ctx context.Context, run string) ([]json.RawMessage, error) {
	if !checkpoint.ValidID(run) {
		return nil, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []json.RawMessage
	err := s.read(ctx, func(tx *idb.Transaction) error {
		o, err := tx.ObjectStore(runs)
		if err != nil {
			return err
		}
		keys, err := idb.NewKeyRangeBound(js.ValueOf(run+"/"), js.ValueOf(run+"0"), false, true)
		if err != nil {
			return err
		}
		request, err := o.OpenCursorRange(keys, idb.CursorNext)
		if err != nil {
			return err
		}
		return request.Iter(ctx, func(c *idb.CursorWithValue) error {
			row, err := c.Value()
			if b, ok := decodeAll(row); ok && err == nil {
				list = append(list, b)
			}
			return err
		})
	}, runs)
	return list, err
}

// PutSetting implements checkpoint.Store.
func (s *Store) PutSetting(ctx context.Context, key string, value json.RawMessage) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.write(ctx, int64(len(value)), func(tx *idb.Transaction) error {
		return s.put(tx, settings, key, encodeRow(value))
	}, settings)
}

// Setting implements checkpoint.Store. A damaged setting counts as never put.
func (s *Store) Setting(ctx context.Context, key string) (json.RawMessage, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	row, err := s.row(ctx, settings, key)
	if err != nil {
		return nil, err
	}
	b, ok := decodeAll(row)
	if !ok {
		return nil, nil
	}
	return b, nil
}
