package session

import (
	"context"
	"time"

	"sprout/core/checkpoint"
	"sprout/core/problem"
	"sprout/wasm/protocol"
)

func init() {
	problem.Register(map[string]string{
		"bad_command":         "the page sent a command that the engine cannot read",
		"unknown_command":     "the page sent a command of another version: type",
		"panic":               "a mistake inside the engine ended a command: stage, step, message",
		"tokenizer_not_found": "no tokenizer of this id in the tab: tokenizer",
		"storage_read_only":   "another tab is writing; this one may only read",
		"no_run":              "there is no run in progress",
		"run_busy":            "a run is in progress; stop it first",
		"not_resumable":       "the checkpoint has no optimiser state, so its run cannot go on: name",
		"checkpoint_vocab":    "tokenizer and model of a file do not belong together: tokenizer, model",
		"checkpoint_needed":   "an adapter needs the model that should be deleted: name (of the adapter)",
		"question_too_long":   "a question leaves no room for an answer: tokens, context",
		"writes_nothing":      "a model that scores answers was asked to write: name",
		"not_encodable":       "a number that is none could not be told to the page: kind (of the message)",
		"demo_missing":        "the ready-made model could not be read: reason",
	})
}

// storage is the session's view of the store. Where the browser offers none,
// checkpoints are kept in memory: everything works, until the tab is closed.
type storage struct {
	open  func(context.Context) (checkpoint.Store, error)
	store checkpoint.Store
	info  protocol.StorageInfo
}

func (st *storage) list() ([]checkpoint.Meta, error) {
	return st.store.List(context.Background())
}

// begin opens the store once; later calls only update who may write.
func (st *storage) begin(writer bool) {
	ctx := context.Background()
	if st.store == nil {
		store, err := st.open(ctx)
		if err != nil {
			st.info.Problem = toProtocol(err)
			store = checkpoint.NewMemory(0, nil)
		}
		st.store, st.info.Available = store, err == nil
	}
	became := writer && !st.info.Writable
	st.info.Writable = writer && st.info.Available
	if became && st.info.Available {
		// Nothing may be half written now: this is the only writer.
		if _, err := st.store.Sweep(ctx); err != nil {
			st.info.Problem = toProtocol(err)
		}
	}
	st.measure()
}

// measure refreshes quota and use.
func (st *storage) measure() {
	if !st.info.Available {
		return
	}
	if u, err := st.store.Usage(context.Background()); err == nil {
		st.info.Usage, st.info.Quota, st.info.Persisted = u.Used, u.Quota, u.Persisted
	}
}

func (s *Session) storageInfo(protocol.GetStorage, []byte) (any, []byte, error) {
	s.storage.measure()
	return s.storage.info, nil, nil
}

// write runs one write on the store. A read-only tab refuses; what goes wrong
// stays in the storage info until a write succeeds.
func (s *Session) write(f func(context.Context, checkpoint.Store) error) error {
	st := &s.storage
	if st.info.Available && !st.info.Writable {
		return problem.New("storage_read_only", nil, "Another tab of this page is writing, so nothing is saved from here. Close the other tab, or download what you want to keep.")
	}
	err := f(context.Background(), st.store)
	if !st.info.Available {
		return err
	}
	st.info.Problem = toProtocol(err)
	st.measure()
	s.emit("storage", protocol.StorageEvent{StorageInfo: st.info})
	return err
}

// saving is write for what a command does by the way: a failure is reported
// and the command goes on.
func (s *Session) saving(f func(context.Context, checkpoint.Store) error) {
	if err := s.write(f); err != nil {
		s.emit("problem", protocol.ProblemEvent{Problem: *toProtocol(err)})
	}
}

func unixMilli() int64 { return time.Now().UnixMilli() }
