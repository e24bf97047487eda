//go:build js && wasm

package store

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"syscall/js"
	"testing"
	"time"

	"github.com/hack-pad/go-indexeddb/idb"
	"github.com/stretchr/testify/require"

	"sprout/core/checkpoint"
	"sprout/core/checkpoint/storetest"
	"sprout/core/tensor"
)

var (
	ctx     = context.Background()
	counter atomic.Int64
)

// fresh opens a database of its own for one test.
func fresh(t *testing.T, o Options) *Store {
	t.Helper()
	o.Name = fmt.Sprintf("test-%d", counter.Add(1))
	require.NoError(t, Remove(ctx, o.Name))
	s, err := Open(ctx, o)
	require.NoError(t, err)
	t.Cleanup(func() {
		_ = s.Close()
		_ = Remove(ctx, o.Name)
	})
	return s
}

func reopen(t *testing.T, s *Store) *Store {
	t.Helper()
	o := s.options
	o.Fault = nil
	again, err := Open(ctx, o)
	require.NoError(t, err)
	t.Cleanup(func() { _ = again.Close() })
	return again
}

// raw runs one write outside the store's own code.
func raw(t *testing.T, s *Store, store string, do func(*idb.ObjectStore) error) {
	t.Helper()
	tx, err := s.db.Transaction(idb.TransactionReadWrite, store)
	require.NoError(t, err)
	o, err := tx.ObjectStore(store)
	require.NoError(t, err)
	require.NoError(t, do(o))
	require.NoError(t, tx.Await(ctx))
}

// flip changes one bit of a row through JavaScript and leaves its checksum.
func flip(t *testing.T, s *Store, store, key string) {
	t.Helper()
	row, err := s.row(ctx, store, key)
	require.NoError(t, err)
	array := row.Get("bytes")
	array.SetIndex(0, array.Index(0).Int()^1)
	raw(t, s, store, func(o *idb.ObjectStore) error {
		_, err := o.PutKey(js.ValueOf(key), row)
		return err
	})
}

func tensorRow(t *testing.T, s *Store, id, name string) string {
	t.Helper()
	rec, err := s.record(ctx, id)
	require.NoError(t, err)
	for _, p := range rec.Tensors {
		if p.Name == name {
			return rowKey(rec.Blob, p.First+p.Rows-1)
		}
	}
	t.Fatalf("no tensor %s", name)
	return ""
}

func rows(t *testing.T, s *Store, store string) int {
	t.Helper()
	keys, err := s.keys(ctx, store, func(string) bool { return true })
	require.NoError(t, err)
	return len(keys)
}

func harness(o Options) storetest.Harness {
	return storetest.Harness{
		Open: func(t *testing.T, f checkpoint.Fault) checkpoint.Store {
			o := o
			o.Fault = f
			return fresh(t, o)
		},
		Reopen: func(t *testing.T, s checkpoint.Store) checkpoint.Store { return reopen(t, s.(*Store)) },
		Pieces: func(t *testing.T, s checkpoint.Store) int {
			n := 0
			for _, store := range objectStores {
				n += rows(t, s.(*Store), store)
			}
			return n
		},
		FlipTensor: func(t *testing.T, s checkpoint.Store, id, name string) {
			flip(t, s.(*Store), tensors, tensorRow(t, s.(*Store), id, name))
		},
		FlipRecord: func(t *testing.T, s checkpoint.Store, id string) { flip(t, s.(*Store), checkpoints, id) },
		FlipDataset: func(t *testing.T, s checkpoint.Store, id string) {
			var d datasetRow
			row, err := s.(*Store).row(ctx, datasets, id)
			require.NoError(t, err)
			require.True(t, decodeJSON(row, &d))
			flip(t, s.(*Store), tensors, rowKey(d.Blob, 0))
		},
		FlipLabel: func(t *testing.T, s checkpoint.Store, id string) { flip(t, s.(*Store), labels, id) },
	}
}

func TestConformance(t *testing.T) { storetest.Run(t, harness(Options{})) }

// Rows of 20 bytes and transactions of 100: pieces are cut, and a save takes
// several transactions, each of which is interrupted once.
func TestConformanceInSmallRows(t *testing.T) {
	storetest.Run(t, harness(Options{RowBytes: 20, BatchBytes: 100}))
}

func TestRowLimit(t *testing.T) {
	s := fresh(t, Options{RowBytes: 1000})
	c := storetest.Sample("a1", 1)
	c.Tensors = []checkpoint.Tensor{{Name: "w", Shape: tensor.Shape{999}, Data: make([]float32, 999)}}
	for i := range c.Tensors[0].Data {
		c.Tensors[0].Data[i] = float32(i)
	}
	require.NoError(t, s.Put(ctx, c))
	require.Equal(t, 4+3, rows(t, s, tensors), "3996 bytes in rows of 1000, and three texts")

	s.options.RowBytes = 50 // what is stored keeps its own cut
	got, err := s.Get(ctx, "a1", checkpoint.Everything)
	require.NoError(t, err)
	require.Equal(t, c.Tensors[0].Data, got.Tensors[0].Data)
}

func TestBadRows(t *testing.T) {
	for name, value := range map[string]any{
		"null":     nil,
		"number":   7,
		"empty":    map[string]any{},
		"no bytes": map[string]any{"bytes": "text", "crc": 1},
		"no crc":   map[string]any{"bytes": uint8Array.New(24)},
		"short":    map[string]any{"bytes": uint8Array.New(23), "crc": 0},
		"long":     map[string]any{"bytes": uint8Array.New(25), "crc": 0},
	} {
		t.Run(name, func(t *testing.T) {
			s := fresh(t, Options{})
			require.NoError(t, s.Put(ctx, storetest.Sample("a1", 1)))
			key := tensorRow(t, s, "a1", "model.embed_tokens.weight")
			raw(t, s, tensors, func(o *idb.ObjectStore) error {
				_, err := o.PutKey(js.ValueOf(key), js.ValueOf(value))
				return err
			})
			_, err := s.Get(ctx, "a1", checkpoint.Weights)
			require.Equal(t, "model.embed_tokens.weight", storetest.Code(t, err, "checkpoint_corrupt").Args["piece"])

			raw(t, s, checkpoints, func(o *idb.ObjectStore) error {
				_, err := o.PutKey(js.ValueOf("a1"), js.ValueOf(value))
				return err
			})
			metas, err := s.List(ctx)
			require.NoError(t, err)
			require.Equal(t, checkpoint.Damaged, metas[0].Kind)
			n, err := s.Sweep(ctx)
			require.NoError(t, err)
			require.Zero(t, n, "its rows may still be of use to somebody")
			require.NoError(t, s.Delete(ctx, "a1"))
			require.Zero(t, rows(t, s, tensors))
		})
	}
	t.Run("missing", func(t *testing.T) {
		s := fresh(t, Options{})
		require.NoError(t, s.Put(ctx, storetest.Sample("a1", 1)))
		key := tensorRow(t, s, "a1", "model.norm.weight")
		raw(t, s, tensors, func(o *idb.ObjectStore) error {
			_, err := o.Delete(js.ValueOf(key))
			return err
		})
		_, err := s.Get(ctx, "a1", checkpoint.Weights)
		require.Equal(t, "model.norm.weight", storetest.Code(t, err, "checkpoint_corrupt").Args["piece"])
	})
}

// The browser's own quota error, at every step, is told with the sizes.
func TestQuotaError(t *testing.T) {
	thrown := js.Error{Value: js.Global().Get("DOMException").New("no room", "QuotaExceededError")}
	for n := 1; ; n++ {
		step := 0
		s := fresh(t, Options{})
		require.NoError(t, s.Put(ctx, storetest.Sample("a1", 1)))
		s.fault = func(string) error {
			switch step++; {
			case step == n && n%2 == 0:
				return thrown
			case step == n:
				return idb.NewDOMException("QuotaExceededError")
			}
			return nil
		}
		err := s.Put(ctx, storetest.Sample("b1", 1))
		s.fault = nil
		if step < n {
			require.NoError(t, err)
			require.Greater(t, n, 5)
			return
		}
		p := storetest.Code(t, err, "storage_full")
		require.Positive(t, p.Args["need"])
		require.Positive(t, p.Args["quota"])
		metas, err := s.List(ctx)
		require.NoError(t, err)
		require.Len(t, metas, 1)
		_, err = s.Get(ctx, "a1", checkpoint.Everything)
		require.NoError(t, err)
	}
}

func TestManyAtOnce(t *testing.T) {
	s := fresh(t, Options{})
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			c := storetest.Sample(fmt.Sprintf("c%d", i), i)
			if err := s.Put(ctx, c); err != nil {
				panic(err)
			}
			if _, err := s.Sweep(ctx); err != nil {
				panic(err)
			}
			if _, err := s.Get(ctx, c.Meta.ID, checkpoint.Everything); err != nil {
				panic(err)
			}
		})
	}
	wg.Wait()
	metas, err := s.List(ctx)
	require.NoError(t, err)
	require.Len(t, metas, 8)
}

// Another tab with a newer page upgrades the database: this one lets go, and
// says so when it is asked to save.
func TestAnotherTabUpgrades(t *testing.T) {
	s := fresh(t, Options{})
	c := storetest.Sample("a1", 1)
	require.NoError(t, s.Put(ctx, c))
	newer := s.options
	newer.Version = schema + 1
	other, err := Open(ctx, newer)
	require.NoError(t, err, "the old tab does not block it")
	defer func() { _ = other.Close() }()
	storetest.Code(t, s.Put(ctx, c), "storage_closed")
	_, err = s.List(ctx)
	storetest.Code(t, err, "storage_closed")

	_, err = Open(ctx, s.options)
	storetest.Code(t, err, "storage_version")
	got, err := other.Get(ctx, "a1", checkpoint.Everything)
	require.NoError(t, err)
	require.Equal(t, c.Meta, got.Meta)
}

// A tab that does not let go: no endless wait, and the late answer is closed,
// so that it blocks nobody in turn.
func TestBlocked(t *testing.T) {
	name := fmt.Sprintf("test-%d", counter.Add(1))
	require.NoError(t, Remove(ctx, name))
	opened := make(chan js.Value, 1)
	request := js.Global().Get("indexedDB").Call("open", name, 1)
	f := js.FuncOf(func(js.Value, []js.Value) any {
		opened <- request.Get("result")
		return nil
	})
	defer f.Release()
	request.Set("onsuccess", f)
	stubborn := <-opened

	_, err := Open(ctx, Options{Name: name, Version: 2, Wait: 100 * time.Millisecond})
	storetest.Code(t, err, "storage_blocked")
	stubborn.Call("close")
	require.NoError(t, Remove(ctx, name))
}

func TestMissingOrForbidden(t *testing.T) {
	global := js.Global()
	own := global.Get("Object").Call("getOwnPropertyDescriptor", global, "indexedDB")
	define := func(descriptor map[string]any) {
		descriptor["configurable"] = true
		global.Get("Object").Call("defineProperty", global, "indexedDB", descriptor)
	}
	defer func() { global.Get("Object").Call("defineProperty", global, "indexedDB", own) }()

	define(map[string]any{"value": nil})
	_, err := Open(ctx, Options{})
	storetest.Code(t, err, "storage_missing")
	storetest.Code(t, Remove(ctx, "x"), "storage_missing")

	throws := global.Get("Function").New(`throw new DOMException("not here", "SecurityError")`)
	define(map[string]any{"get": throws})
	_, err = Open(ctx, Options{})
	storetest.Code(t, err, "storage_blocked")

	define(map[string]any{"value": map[string]any{"open": throws, "deleteDatabase": throws}})
	_, err = Open(ctx, Options{})
	p := storetest.Code(t, err, "storage_blocked")
	require.Contains(t, p.Args["reason"], "SecurityError")
}

// Without a secure context there is no navigator.storage.
func TestUsage(t *testing.T) {
	s := fresh(t, Options{})
	c := storetest.Sample("a1", 1)
	require.NoError(t, s.Put(ctx, c))
	u, err := s.Usage(ctx)
	require.NoError(t, err)
	require.Positive(t, u.Used)
	require.Greater(t, u.Quota, u.Used)

	navigator := js.Global().Get("navigator")
	js.Global().Get("Object").Call("defineProperty", navigator, "storage", map[string]any{"value": nil, "configurable": true})
	defer js.Global().Get("Reflect").Call("deleteProperty", navigator, "storage")
	u, err = s.Usage(ctx)
	require.NoError(t, err)
	require.Equal(t, checkpoint.Usage{Used: c.Meta.Bytes}, u)
}

func TestAwaitRejection(t *testing.T) {
	_, err := await(ctx, func() js.Value {
		return js.Global().Get("Promise").Call("reject", js.Global().Get("Error").New("no"))
	})
	require.ErrorContains(t, err, "no")
	_, err = await(ctx, func() js.Value { return js.Global().Get("Promise").Call("nothing") })
	require.Error(t, err)
	short, cancel := context.WithTimeout(ctx, 10*time.Millisecond)
	defer cancel()
	_, err = await(short, func() js.Value {
		return js.Global().Get("Promise").New(js.Global().Get("Function").New(""))
	})
	require.ErrorIs(t, err, context.DeadlineExceeded)
}

func TestHeartbeat(t *testing.T) {
	first := fresh(t, Options{})
	second := reopen(t, first)
	at := time.UnixMilli(1_000_000)
	beat := func(s *Store, owner string, d time.Duration) bool {
		held, err := s.Beat(ctx, owner, at.Add(d))
		require.NoError(t, err)
		return held
	}
	require.True(t, beat(first, "a", 0))
	require.False(t, beat(second, "b", time.Second))
	require.True(t, beat(first, "a", 4*time.Second))
	require.False(t, beat(second, "b", 9*time.Second))
	require.True(t, beat(second, "b", 10*time.Second), "a was silent")
	require.False(t, beat(first, "a", 11*time.Second), "and learns that it lost")
	require.False(t, beat(first, "a", 5*time.Second), "clocks may differ a little")
	require.True(t, beat(first, "a", -time.Hour), "a clock that was set back locks nobody out")
	require.NoError(t, second.Release(ctx, "b"), "not its own to give up")
	require.False(t, beat(second, "b", -time.Hour))
	require.NoError(t, first.Release(ctx, "a"))
	require.True(t, beat(second, "b", -time.Hour))

	var wins atomic.Int64
	require.NoError(t, second.Release(ctx, "b"))
	var wg sync.WaitGroup
	for i, s := range []*Store{first, second} {
		wg.Go(func() {
			if held, err := s.Beat(ctx, fmt.Sprint("tab", i), at); err == nil && held {
				wins.Add(1)
			}
		})
	}
	wg.Wait()
	require.EqualValues(t, 1, wins.Load(), "one of two tabs that ask at once")
}

// A cancelled write leaves nothing behind.
func TestCancelInside(t *testing.T) {
	s := fresh(t, Options{})
	gone, cancel := context.WithCancel(ctx)
	s.fault = func(step string) error {
		if step == "commit" {
			cancel()
		}
		return nil
	}
	err := s.Put(gone, storetest.Sample("a1", 1))
	require.True(t, errors.Is(err, context.Canceled), "%v", err)
	s.fault = nil
	metas, err := s.List(ctx)
	require.NoError(t, err)
	require.Empty(t, metas)
	require.Zero(t, rows(t, s, tensors))
}

func BenchmarkPutGet(b *testing.B) {
	const params = 803_000
	c := storetest.Sample("bench", 1)
	c.Tensors = nil
	rng := rand.New(rand.NewPCG(1, 1))
	for _, prefix := range []string{"", checkpoint.FirstMoment, checkpoint.SecondMoment} {
		data := make([]float32, params)
		for i := range data {
			data[i] = rng.Float32()
		}
		c.Tensors = append(c.Tensors, checkpoint.Tensor{Name: prefix + "w", Shape: tensor.Shape{params}, Data: data})
	}
	s, err := Open(ctx, Options{Name: "bench"})
	require.NoError(b, err)
	b.Run("Put", func(b *testing.B) {
		b.SetBytes(c.Bytes())
		for b.Loop() {
			require.NoError(b, s.Put(ctx, c))
		}
	})
	b.Run("Get", func(b *testing.B) {
		b.SetBytes(c.Bytes())
		for b.Loop() {
			_, err := s.Get(ctx, "bench", checkpoint.Everything)
			require.NoError(b, err)
		}
	})
	require.NoError(b, s.Close())
	require.NoError(b, Remove(ctx, "bench"))
}
