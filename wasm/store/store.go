//go:build js && wasm

package store

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"syscall/js"

	"github.com/hack-pad/go-indexeddb/idb"

	"sprout/core/checkpoint"
	"sprout/core/tensor"
)

// Store is a checkpoint.Store on IndexedDB.
type Store struct {
	mu      sync.Mutex // one act at a time, so that Sweep never meets a Put
	db      *idb.Database
	options Options
	fault   checkpoint.Fault
	closed  bool
}

var _ checkpoint.Store = (*Store)(nil)

// Open opens the database, making it on the first visit. Its problems:
// "storage_missing", "storage_blocked", "storage_version".
func Open(ctx context.Context, o Options) (*Store, error) {
	o.fill()
	db, err := open(ctx, o)
	if err != nil {
		return nil, err
	}
	return &Store{db: db, options: o, fault: o.Fault}, nil
}

// Close lets go of the database.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	return s.explain(context.Background(), s.db.Close(), 0)
}

// record is the row that describes a checkpoint.
type record struct {
	Meta    checkpoint.Meta `json:"meta"`
	Blob    string          `json:"blob"`
	Texts   []piece         `json:"texts"` // tokenizer, state, history
	Tensors []piece         `json:"tensors"`
}

// piece is a part of a checkpoint with rows of its own.
type piece struct {
	Name  string       `json:"name"`
	Shape tensor.Shape `json:"shape,omitempty"`
	extent
}

const (
	tokenizer = "tokenizer"
	state     = "state"
	history   = "history"
)

func encodeJSON(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return b.Bytes(), err
}

// Put implements checkpoint.Store.
func (s *Store) Put(ctx context.Context, c *checkpoint.Checkpoint) error {
	mustID("Put", c.Meta.ID)
	if err := checkpoint.CheckFinite(c.Tensors); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()

	c.Meta.Bytes = c.Bytes()
	rec := record{Meta: c.Meta, Blob: c.Meta.ID + "." + checkpoint.NewID()}
	var slots []slot
	lay := func(name string, b []byte) piece {
		at, more := cut(name, b, len(slots), s.options.RowBytes)
		slots = append(slots, more...)
		return piece{Name: name, extent: at}
	}
	for _, text := range []struct {
		name  string
		bytes []byte
	}{{tokenizer, c.Tokenizer}, {state, c.State}, {history, c.History}} {
		rec.Texts = append(rec.Texts, lay(text.name, text.bytes))
	}
	for _, t := range c.Tensors {
		if t.Shape.Len() != len(t.Data) {
			panic(fmt.Sprintf("store: Put: %s has shape %v and %d elements", t.Name, t.Shape, len(t.Data)))
		}
		p := lay(t.Name, checkpoint.Bytes(t.Data))
		p.Shape = t.Shape
		rec.Tensors = append(rec.Tensors, p)
	}
	row, err := encodeJSON(rec)
	if err != nil {
		return checkpoint.Failed(err)
	}
	return s.save(ctx, checkpoints, c.Meta.ID, c.Meta.ID, rec.Blob, row, slots, c.Meta.Bytes)
}

// save writes a blob and then, in one transaction, the record that names it
// instead of the one before. Blobs of the same record begin with family.
func (s *Store) save(ctx context.Context, store, key, family, blob string, row []byte, slots []slot, need int64) error {
	err := s.writeRows(ctx, blob, slots, need)
	if err == nil {
		err = s.write(ctx, need, func(tx *idb.Transaction) error {
			if err := s.put(tx, store, key, encodeRow(row)); err != nil {
				return err
			}
			if err := erase(tx, tensors, between(family+".", blob+"/")); err != nil {
				return err
			}
			return erase(tx, tensors, between(blob+"0", family+"/"))
		}, store, tensors)
	}
	if err != nil {
		s.discard(blob)
	}
	return err
}

// Get implements checkpoint.Store.
func (s *Store) Get(ctx context.Context, id string, part checkpoint.Part) (*checkpoint.Checkpoint, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	rec, err := s.record(ctx, id)
	if err != nil {
		return nil, err
	}
	bad := func(piece string) error { return checkpoint.Corrupt(id, rec.Meta.Name, piece) }
	c := &checkpoint.Checkpoint{Meta: rec.Meta}
	var slots []slot
	for _, p := range rec.Texts {
		b := make([]byte, p.Bytes)
		slots = append(slots, p.slots(p.Name, b)...)
		switch {
		case p.Bytes == 0:
		case p.Name == tokenizer:
			c.Tokenizer = b
		case p.Name == state:
			c.State = b
		case p.Name == history:
			c.History = b
		}
	}
	for _, p := range rec.Tensors {
		t := checkpoint.Tensor{Name: p.Name, Shape: p.Shape}
		if part < checkpoint.Weights || part < checkpoint.Everything && t.IsMoment() {
			continue
		}
		if t.Shape == nil {
			t.Shape = tensor.Shape{}
		}
		t.Data = make([]float32, t.Shape.Len())
		if t.Bytes() != p.Bytes {
			return nil, bad(p.Name)
		}
		slots = append(slots, p.slots(p.Name, checkpoint.Bytes(t.Data))...)
		c.Tensors = append(c.Tensors, t)
	}
	if err := s.readRows(ctx, rec.Blob, slots, bad); err != nil {
		return nil, err
	}
	return c, nil
}

// record reads the row of one checkpoint.
func (s *Store) record(ctx context.Context, id string) (record, error) {
	var rec record
	if !checkpoint.ValidID(id) {
		return rec, checkpoint.NotFound(id)
	}
	row, err := s.row(ctx, checkpoints, id)
	if err != nil {
		return rec, err
	}
	if row.IsUndefined() {
		return rec, checkpoint.NotFound(id)
	}
	if !decodeJSON(row, &rec) {
		return rec, checkpoint.Corrupt(id, id, "record")
	}
	return rec, nil
}

// row reads one row, undefined where there is none.
func (s *Store) row(ctx context.Context, store, key string) (js.Value, error) {
	var request *idb.Request
	err := s.read(ctx, func(tx *idb.Transaction) (err error) {
		request, err = get(tx, store, key)
		return err
	}, store)
	if err != nil {
		return js.Undefined(), err
	}
	row, err := request.Result()
	return row, s.explain(ctx, err, 0)
}

func decodeJSON(row js.Value, to any) bool {
	b, ok := decodeAll(row)
	return ok && json.Unmarshal(b, to) == nil
}

// List implements checkpoint.Store.
func (s *Store) List(ctx context.Context) ([]checkpoint.Meta, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.list(ctx)
}

func (s *Store) list(ctx context.Context) ([]checkpoint.Meta, error) {
	var metas []checkpoint.Meta
	err := s.read(ctx, func(tx *idb.Transaction) error {
		return scan(ctx, tx, checkpoints, func(id string, row js.Value) {
			var rec record
			if !decodeJSON(row, &rec) {
				rec.Meta = checkpoint.Meta{ID: id, Name: id, Kind: checkpoint.Damaged}
			}
			metas = append(metas, rec.Meta)
		})
	}, checkpoints)
	checkpoint.SortNewestFirst(metas)
	return metas, err
}

// Rename implements checkpoint.Store.
func (s *Store) Rename(ctx context.Context, id, name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	rec, err := s.record(ctx, id)
	if err != nil {
		return err
	}
	rec.Meta.Name = name
	row, err := encodeJSON(rec)
	if err != nil {
		return checkpoint.Failed(err)
	}
	return s.write(ctx, int64(len(row)), func(tx *idb.Transaction) error {
		return s.put(tx, checkpoints, id, encodeRow(row))
	}, checkpoints)
}

// Delete implements checkpoint.Store.
func (s *Store) Delete(ctx context.Context, id string) error {
	mustID("Delete", id)
	return s.drop(ctx, checkpoints, id, id)
}

func (s *Store) drop(ctx context.Context, store, key, family string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.write(ctx, 0, func(tx *idb.Transaction) error {
		if err := erase(tx, store, js.ValueOf(key)); err != nil {
			return err
		}
		return erase(tx, tensors, between(family+".", family+"/"))
	}, store, tensors)
}

func mustID(what, id string) {
	if !checkpoint.ValidID(id) {
		panic(fmt.Sprintf("store: %s: %q is no valid ID", what, id))
	}
}
