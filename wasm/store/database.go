//go:build js && wasm

package store

import (
	"context"
	"errors"
	"fmt"
	"syscall/js"
	"time"

	"github.com/hack-pad/go-indexeddb/idb"

	"sprout/core/checkpoint"
	"sprout/core/problem"
)

const (
	checkpoints = "checkpoints"
	datasets    = "datasets"
	tensors     = "tensors"
	runs        = "runs"
	settings    = "settings"
	labels      = "labels"
)

var objectStores = []string{checkpoints, datasets, tensors, runs, settings, labels}

// schema is the database's version. A new object store raises it.
const schema = 1

// Options of Open. The zero value is what the page uses.
type Options struct {
	Name       string           // of the database; "sprout" when empty
	RowBytes   int              // largest row; 32 MiB when 0
	BatchBytes int              // gathered for one transaction; 64 MiB when 0
	Wait       time.Duration    // for a database that another tab blocks; 5 s when 0
	Fault      checkpoint.Fault // called before each step of a write
	Version    int              // of the schema; the current one when 0
}

func (o *Options) fill() {
	if o.Name == "" {
		o.Name = "sprout"
	}
	if o.RowBytes == 0 {
		o.RowBytes = 32 << 20 // Chrome rejects values over 133 MB
	}
	if o.BatchBytes == 0 {
		o.BatchBytes = 64 << 20
	}
	if o.Wait == 0 {
		o.Wait = 5 * time.Second
	}
	if o.Version == 0 {
		o.Version = schema
	}
}

// factory finds IndexedDB. A getter may throw, and an exception inside
// js.Value.Get would end the program; inside Call it is a panic to recover.
func factory() (f *idb.Factory, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = blocked(fmt.Errorf("%v", r))
		}
	}()
	reflect := js.Global().Get("Reflect")
	for _, name := range []string{"indexedDB", "IDBRequest", "IDBKeyRange"} {
		if !reflect.Call("get", js.Global(), name).Truthy() {
			return nil, problem.New("storage_missing", nil,
				"This browser offers no IndexedDB, so checkpoints last only until the page is closed. Download what you want to keep.")
		}
	}
	return idb.WrapFactory(reflect.Call("get", js.Global(), "indexedDB"))
}

func blocked(err error) error {
	return problem.Wrap(err, "storage_blocked", problem.Args{"reason": err.Error()},
		"The browser does not let this page keep data (private window, settings, or another tab that holds the database). "+
			"Checkpoints last only until the page is closed; download what you want to keep.")
}

// open opens the database and makes its object stores.
func open(ctx context.Context, o Options) (*idb.Database, error) {
	f, err := factory()
	if err != nil {
		return nil, err
	}
	// The upgrade must run even if we no longer wait for it, or the database
	// would come to be without its object stores. It must not fail inside the
	// callback either.
	upgrade, release := context.WithCancel(context.Background())
	var upgradeErr error
	request, err := f.Open(upgrade, o.Name, uint(o.Version), func(db *idb.Database, _, _ uint) error {
		upgradeErr = createStores(db)
		return nil
	})
	if err != nil {
		release()
		return nil, blocked(describe(err))
	}
	wait, cancel := context.WithTimeout(ctx, o.Wait)
	defer cancel()
	db, err := request.Await(wait)
	if state, _ := request.ReadyState(); state != "done" {
		go func() { // when it opens after all, it must not block others
			defer release()
			if late, err := request.Await(context.Background()); err == nil {
				_ = late.Close()
			}
		}()
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, blocked(fmt.Errorf("no answer within %v; another tab may hold an older version", o.Wait))
	}
	release()
	if err == nil {
		err = upgradeErr
	}
	if named(err, "VersionError") {
		return nil, problem.Wrap(err, "storage_version", nil,
			"The saved data belong to a newer version of this page. Reload the page to get it.")
	}
	if err != nil {
		return nil, blocked(describe(err))
	}
	return db, nil
}

// named reports whether err is the DOMException of this name. go-indexeddb
// hands it on in two forms: its own, for failed requests, and as thrown.
func named(err error, name string) bool {
	if errors.Is(err, idb.NewDOMException(name)) {
		return true
	}
	thrown, ok := errors.AsType[js.Error](err)
	return ok && thrown.Type() == js.TypeObject && thrown.Get("name").String() == name
}

// describe adds the name of a thrown exception, which its message lacks.
func describe(err error) error {
	thrown, ok := errors.AsType[js.Error](err)
	if !ok || thrown.Type() != js.TypeObject {
		return err
	}
	return fmt.Errorf("%s: %w", thrown.Get("name").String(), err)
}

func createStores(db *idb.Database) error {
	names, err := db.ObjectStoreNames()
	if err != nil {
		return err
	}
	have := map[string]bool{}
	for _, n := range names {
		have[n] = true
	}
	for _, name := range objectStores {
		if have[name] {
			continue
		}
		if _, err := db.CreateObjectStore(name, idb.ObjectStoreOptions{}); err != nil {
			return err
		}
	}
	return nil
}

// Remove deletes a whole database.
func Remove(ctx context.Context, name string) error {
	f, err := factory()
	if err != nil {
		return err
	}
	request, err := f.DeleteDatabase(name)
	if err != nil {
		return blocked(err)
	}
	if err := request.Await(ctx); err != nil {
		return blocked(err)
	}
	return ctx.Err()
}

// transact runs body in one transaction and returns when the browser says that
// it is complete: a request's success means nothing before that. An error or a
// panic in body, or a cancelled context, rolls everything back. body must not
// wait for anything but requests of this transaction, or the browser commits.
func (s *Store) transact(ctx context.Context, o idb.TransactionOptions, body func(*idb.Transaction) error, stores ...string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if s.closed {
		return checkpoint.Closed()
	}
	tx, err := s.db.TransactionWithOptions(o, stores[0], stores[1:]...)
	if err != nil {
		return err
	}
	done := false
	defer func() {
		if !done {
			_ = tx.Abort() // an error here means that the browser was first
		}
	}()
	if err := body(tx); err != nil {
		return err
	}
	if err := awaitDone(ctx, tx); err != nil {
		return err
	}
	done = true
	return nil
}

// awaitDone returns when the transaction is complete or has failed, and rolls it
// back when ctx ends before. The library's Await is not given ctx: once that
// has ended it listens no longer, and only sometimes says so.
func awaitDone(ctx context.Context, tx *idb.Transaction) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	var rolledBack bool
	ran := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		rolledBack = tx.Abort() == nil // an error means that it was complete
		close(ran)
	})
	err := tx.Await(context.Background())
	if !stop() {
		if <-ran; rolledBack {
			return ctx.Err()
		}
	}
	return err
}

func (s *Store) read(ctx context.Context, body func(*idb.Transaction) error, stores ...string) error {
	return s.explain(ctx, s.transact(ctx, idb.TransactionOptions{Mode: idb.TransactionReadOnly}, body, stores...), 0)
}

// write makes a change that must last: durability is strict. need is the size
// of what is written, for the problem "storage_full".
func (s *Store) write(ctx context.Context, need int64, body func(*idb.Transaction) error, stores ...string) error {
	return s.change(ctx, idb.DurabilityStrict, need, body, stores...)
}

func (s *Store) change(ctx context.Context, d idb.TransactionDurability, need int64, body func(*idb.Transaction) error, stores ...string) error {
	err := s.fault.At("begin")
	if err == nil {
		o := idb.TransactionOptions{Mode: idb.TransactionReadWrite, Durability: d}
		err = s.transact(ctx, o, func(tx *idb.Transaction) error {
			if err := body(tx); err != nil {
				return err
			}
			return s.fault.At("commit")
		}, stores...)
	}
	return s.explain(ctx, err, need)
}

// explain gives an error of the database a code.
func (s *Store) explain(ctx context.Context, err error, need int64) error {
	var p *problem.Problem
	switch {
	case err == nil, errors.As(err, &p), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case named(err, "QuotaExceededError"):
		u, _ := estimate(ctx)
		return checkpoint.Full(err, need, u.Used, u.Quota)
	case named(err, "InvalidStateError"):
		return checkpoint.Closed()
	}
	return checkpoint.Failed(describe(err))
}

// put adds or replaces a row.
func (s *Store) put(tx *idb.Transaction, store, key string, row js.Value) error {
	if err := s.fault.At("put"); err != nil {
		return err
	}
	o, err := tx.ObjectStore(store)
	if err != nil {
		return err
	}
	_, err = o.PutKey(js.ValueOf(key), row)
	return err
}

// erase deletes the rows of one key, or of a range made by between.
func erase(tx *idb.Transaction, store string, keys js.Value) error {
	o, err := tx.ObjectStore(store)
	if err != nil {
		return err
	}
	_, err = o.Delete(keys)
	return err
}

// between is the range from low up to, not including, high.
func between(low, high string) js.Value {
	return js.Global().Get("IDBKeyRange").Call("bound", low, high, false, true)
}

// get asks for a row; its result can be read once the transaction is complete.
func get(tx *idb.Transaction, store, key string) (*idb.Request, error) {
	o, err := tx.ObjectStore(store)
	if err != nil {
		return nil, err
	}
	return o.Get(js.ValueOf(key))
}

// scan visits all rows of a store, or of a range, in the order of their keys.
func scan(ctx context.Context, tx *idb.Transaction, store string, visit func(key string, row js.Value)) error {
	o, err := tx.ObjectStore(store)
	if err != nil {
		return err
	}
	request, err := o.OpenCursor(idb.CursorNext)
	if err != nil {
		return err
	}
	return request.Iter(ctx, func(c *idb.CursorWithValue) error {
		key, err := c.Key()
		if err != nil {
			return err
		}
		value, err := c.Value()
		if err == nil && key.Type() == js.TypeString {
			visit(key.String(), value)
		}
		return err
	})
}
