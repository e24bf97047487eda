//go:build js && wasm

package store

import (
	"context"
	"fmt"
	"syscall/js"

	"github.com/hack-pad/go-indexeddb/idb"

	"sprout/core/checkpoint"
)

var (
	uint8Array = js.Global().Get("Uint8Array")
	object     = js.Global().Get("Object")
)

// encodeRow copies bytes to JavaScript, with their checksum.
func encodeRow(b []byte) js.Value {
	array := uint8Array.New(len(b))
	js.CopyBytesToJS(array, b)
	row := object.New()
	row.Set("bytes", array)
	row.Set("crc", checkpoint.Checksum(b))
	return row
}

// rowBytes returns the bytes of a row, still in JavaScript, and its checksum;
// ok is false for anything that is no row.
func rowBytes(row js.Value) (array js.Value, crc float64, ok bool) {
	if row.Type() != js.TypeObject {
		return js.Value{}, 0, false
	}
	array, sum := row.Get("bytes"), row.Get("crc")
	if array.Type() != js.TypeObject || !array.InstanceOf(uint8Array) || sum.Type() != js.TypeNumber {
		return js.Value{}, 0, false
	}
	return array, sum.Float(), true
}

// decodeRow copies a row into b, which must have its very length, and verifies
// the checksum.
func decodeRow(row js.Value, b []byte) bool {
	array, crc, ok := rowBytes(row)
	if !ok || array.Length() != len(b) {
		return false
	}
	js.CopyBytesToGo(b, array)
	return crc == float64(checkpoint.Checksum(b))
}

// decodeAll is decodeRow for a row whose length is not known.
func decodeAll(row js.Value) ([]byte, bool) {
	array, _, ok := rowBytes(row)
	if !ok {
		return nil, false
	}
	b := make([]byte, array.Length())
	return b, decodeRow(row, b)
}

// extent says where a piece's bytes lie inside its blob.
type extent struct {
	First int   `json:"first"` // number of its first row
	Rows  int   `json:"rows"`
	Row   int   `json:"row"` // bytes of each row but the last
	Bytes int64 `json:"bytes"`
}

// slot is one row: its number inside the blob and its place in memory.
type slot struct {
	number int
	bytes  []byte
	piece  string
}

func rowKey(blob string, number int) string { return fmt.Sprintf("%s/%06d", blob, number) }

// wholeBlob is the range of all rows of a blob: '0' follows '/'.
func wholeBlob(blob string) js.Value { return between(blob+"/", blob+"0") }

// cut lays bytes out in rows of at most rowBytes, from number first on.
func cut(piece string, b []byte, first, rowBytes int) (extent, []slot) {
	at := extent{First: first, Row: rowBytes, Bytes: int64(len(b))}
	var slots []slot
	for len(b) > 0 {
		n := min(len(b), rowBytes)
		slots = append(slots, slot{first + at.Rows, b[:n], piece})
		b = b[n:]
		at.Rows++
	}
	return at, slots
}

// slots lays memory out in the rows in which the extent was stored, whatever
// the limit of a row is today.
func (e extent) slots(piece string, b []byte) []slot {
	_, slots := cut(piece, b, e.First, e.Row)
	return slots
}

// batches groups slots so that each group is small enough for one transaction.
func (s *Store) batches(slots []slot) [][]slot {
	var groups [][]slot
	begin, size := 0, 0
	for i, sl := range slots {
		if size > 0 && size+len(sl.bytes) > s.options.BatchBytes {
			groups = append(groups, slots[begin:i])
			begin, size = i, 0
		}
		size += len(sl.bytes)
	}
	if begin < len(slots) {
		groups = append(groups, slots[begin:])
	}
	return groups
}

// writeRows stores slots: each batch is copied out of Go's memory first, then
// goes into one short transaction. Durability is relaxed; the strict
// transaction of the record, which comes later in the same log, covers them.
func (s *Store) writeRows(ctx context.Context, blob string, slots []slot, need int64) error {
	for _, batch := range s.batches(slots) {
		rows := make([]js.Value, len(batch))
		for i, sl := range batch {
			rows[i] = encodeRow(sl.bytes)
		}
		err := s.change(ctx, idb.DurabilityRelaxed, need, func(tx *idb.Transaction) error {
			for i, sl := range batch {
				if err := s.put(tx, tensors, rowKey(blob, sl.number), rows[i]); err != nil {
					return err
				}
			}
			return nil
		}, tensors)
		if err != nil {
			return err
		}
	}
	return nil
}

// readRows fills the slots' memory. bad makes the problem of a row that is
// missing or damaged.
func (s *Store) readRows(ctx context.Context, blob string, slots []slot, bad func(piece string) error) error {
	for _, batch := range s.batches(slots) {
		requests := make([]*idb.Request, len(batch))
		err := s.read(ctx, func(tx *idb.Transaction) (err error) {
			for i, sl := range batch {
				if requests[i], err = get(tx, tensors, rowKey(blob, sl.number)); err != nil {
					return err
				}
			}
			return nil
		}, tensors)
		if err != nil {
			return err
		}
		for i, sl := range batch {
			row, err := requests[i].Result()
			if err != nil {
				return s.explain(ctx, err, 0)
			}
			if !decodeRow(row, sl.bytes) {
				return bad(sl.piece)
			}
		}
	}
	return nil
}

// discard removes the rows of a blob that will never get a record.
func (s *Store) discard(blob string) {
	_ = s.change(context.Background(), idb.DurabilityRelaxed, 0, func(tx *idb.Transaction) error {
		return erase(tx, tensors, wholeBlob(blob))
	}, tensors) // where this fails, Sweep does it at the next start
}
