package storetest

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"sprout/core/checkpoint"
)

var errInjected = errors.New("injected")

// trip fails the n-th step from now (1 is the next), or never at 0.
type trip struct {
	left  int
	steps int
	fail  func() error
}

func (f *trip) at(string) error {
	f.steps++
	f.left--
	if f.left == 0 {
		return f.fail()
	}
	return nil
}

// writes are the acts that must happen completely or not at all.
var writes = map[string]func(s checkpoint.Store) error{
	"new":     func(s checkpoint.Store) error { return s.Put(ctx, Sample("b1", 2)) },
	"replace": func(s checkpoint.Store) error { return s.Put(ctx, Sample("a1", 3)) },
	"rename":  func(s checkpoint.Store) error { return s.Rename(ctx, "a1", "renamed") },
	"dataset": func(s checkpoint.Store) error {
		return s.PutDataset(ctx, checkpoint.Dataset{ID: "d1", Name: "new", Data: []byte("new")})
	},
	"labels": func(s checkpoint.Store) error {
		return s.PutLabels(ctx, opinion("l1", `"new"`), opinion("l2", `"new"`))
	},
	"unlabel": func(s checkpoint.Store) error { return s.DropLabels(ctx, "l1", "l2") },
}

var allWrites = []string{"new", "replace", "rename", "dataset", "labels", "unlabel"}

// interrupted runs each write once for every step at which it can break, with
// the break made by fail, and calls check with what is left and what was there.
func interrupted(t *testing.T, h Harness, names []string, fail func() error, check func(t *testing.T, s checkpoint.Store, err error, pieces int)) {
	for _, name := range names {
		write := writes[name]
		t.Run(name, func(t *testing.T) {
			for n := 1; ; n++ {
				f := &trip{fail: fail}
				s := h.Open(t, f.at)
				put(t, s, Sample("a1", 1))
				old := checkpoint.Dataset{ID: "d1", Name: "old", Data: []byte("old")}
				require.NoError(t, s.PutDataset(ctx, old))
				require.NoError(t, s.AppendRun(ctx, "run-a1", 0, []byte("1")))
				require.NoError(t, s.PutLabels(ctx, opinion("l1", `"old"`)))
				pieces := h.Pieces(t, s)
				f.left, f.steps = n, 0
				err := caught(func() error { return write(s) })
				if f.steps < n { // the write has fewer steps: all were tried
					require.NoError(t, err)
					require.Greater(t, n, 1, "the store never called its fault hook")
					return
				}
				check(t, s, err, pieces)
			}
		})
	}
}

var errCrash = errors.New("crash")

// caught turns the panic of a simulated crash into an error.
func caught(do func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			if r != errCrash { //nolint:errorlint // the very value that was thrown
				panic(r)
			}
			err = errCrash
		}
	}()
	return do()
}

// unchanged requires what interrupted had prepared, and nothing else.
func unchanged(t *testing.T, s checkpoint.Store) {
	t.Helper()
	same(t, s, Sample("a1", 1))
	metas, err := s.List(ctx)
	require.NoError(t, err)
	require.Len(t, metas, 1)
	d, err := s.Dataset(ctx, "d1")
	require.NoError(t, err)
	require.Equal(t, "old", string(d.Data))
	require.Equal(t, "old", d.Name)
	run, err := s.Run(ctx, "run-a1")
	require.NoError(t, err)
	require.Len(t, run, 1)
	all, err := s.Labels(ctx)
	require.NoError(t, err)
	require.Equal(t, []checkpoint.Label{opinion("l1", `"old"`)}, all)
}

func failedWrites(t *testing.T, h Harness) {
	interrupted(t, h, allWrites, func() error { return errInjected }, func(t *testing.T, s checkpoint.Store, err error, pieces int) {
		Code(t, err, "storage_failed")
		require.ErrorIs(t, err, errInjected)
		unchanged(t, s)
		require.Equal(t, pieces, h.Pieces(t, s), "a write that fails cleans up behind itself")
		put(t, s, Sample("b1", 2)) // and the store goes on working
		same(t, h.Reopen(t, s), Sample("b1", 2))
	})
}

func crashedWrites(t *testing.T, h Harness) {
	swept := 0
	interrupted(t, h, allWrites, func() error { panic(errCrash) }, func(t *testing.T, s checkpoint.Store, err error, pieces int) {
		require.ErrorIs(t, err, errCrash)
		s = h.Reopen(t, s)
		unchanged(t, s)
		orphans := h.Pieces(t, s) - pieces
		n, err := s.Sweep(ctx)
		require.NoError(t, err)
		require.Equal(t, orphans, n)
		swept += n
		require.Equal(t, pieces, h.Pieces(t, s))
		unchanged(t, s)
		put(t, s, Sample("b1", 2))
		same(t, s, Sample("b1", 2))
	})
	t.Logf("%d orphans swept", swept)
}

// full: the problem of a full disk passes through with its sizes.
func full(t *testing.T, h Harness) {
	interrupted(t, h, []string{"replace"}, func() error { return checkpoint.Full(errInjected, 10, 20, 25) }, func(t *testing.T, s checkpoint.Store, err error, pieces int) {
		p := Code(t, err, "storage_full")
		require.EqualValues(t, 10, p.Args["need"])
		unchanged(t, s)
		require.Equal(t, pieces, h.Pieces(t, s))
	})
}

func damagedTensor(t *testing.T, h Harness) {
	for _, name := range []string{"model.norm.weight", "optim.v.model.embed_tokens.weight"} {
		s := h.Open(t, nil)
		put(t, s, Sample("a1", 1))
		put(t, s, Sample("b1", 2))
		h.FlipTensor(t, s, "a1", name)
		s = h.Reopen(t, s)
		_, err := s.Get(ctx, "a1", checkpoint.Everything)
		p := Code(t, err, "checkpoint_corrupt")
		require.Equal(t, "a1", p.Args["id"])
		require.Equal(t, Sample("a1", 1).Meta.Name, p.Args["name"])
		require.Equal(t, name, p.Args["piece"])
		same(t, s, Sample("b1", 2))
		metas, err := s.List(ctx)
		require.NoError(t, err)
		require.Len(t, metas, 2)
		require.NoError(t, s.Delete(ctx, "a1"))
	}
}

func damagedRecord(t *testing.T, h Harness) {
	s := h.Open(t, nil)
	put(t, s, Sample("a1", 1))
	put(t, s, Sample("b1", 2))
	require.NoError(t, s.AppendRun(ctx, "run-a1", 0, []byte("1")))
	h.FlipRecord(t, s, "a1")
	s = h.Reopen(t, s)
	_, err := s.Get(ctx, "a1", checkpoint.Weights)
	require.Equal(t, "a1", Code(t, err, "checkpoint_corrupt").Args["id"])
	metas, err := s.List(ctx)
	require.NoError(t, err)
	require.Len(t, metas, 2)
	require.Equal(t, "b1", metas[0].ID)
	require.Equal(t, checkpoint.Meta{ID: "a1", Name: "a1", Kind: checkpoint.Damaged}, metas[1])
	_, err = s.Sweep(ctx)
	require.NoError(t, err)
	run, err := s.Run(ctx, "run-a1")
	require.NoError(t, err)
	require.Len(t, run, 1, "whose run it is cannot be known, so it stays")
	same(t, s, Sample("b1", 2))
	require.NoError(t, s.Delete(ctx, "a1"))
}

func damagedDataset(t *testing.T, h Harness) {
	s := h.Open(t, nil)
	require.NoError(t, s.PutDataset(ctx, checkpoint.Dataset{ID: "d1", Name: "x.txt", Data: []byte("some text")}))
	h.FlipDataset(t, s, "d1")
	s = h.Reopen(t, s)
	_, err := s.Dataset(ctx, "d1")
	p := Code(t, err, "dataset_corrupt")
	require.Equal(t, "x.txt", p.Args["name"])
}
