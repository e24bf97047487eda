package checkpoint

import (
	"context"
	"encoding/json"
)

// Part says how much of a checkpoint Get reads.
type Part int

const (
	Record     Part = iota // everything but the tensors
	Weights                // and the model's tensors: enough to sample and evaluate
	Everything             // and the moments: enough to resume
)

// Store keeps checkpoints, metric histories, datasets, labels and settings.
//
// A write happens completely or not at all: after an error, a crash or a lost
// tab the store still holds what it held before. Checksums are verified
// whenever bytes are read; the problem "checkpoint_corrupt" names what is
// damaged. The problem "storage_full" means that there was no room and that
// nothing was changed. All methods may be called from several goroutines.
type Store interface {
	Checkpoints
	Runs
	Datasets
	Labels
	Settings

	// Usage reports how much room is taken and left.
	Usage(ctx context.Context) (Usage, error)
	// Sweep removes what interrupted writes have left behind, and histories of
	// runs that no checkpoint belongs to any more. It is called once at start,
	// by the only writer, and returns how many pieces it removed.
	Sweep(ctx context.Context) (int, error)
	// Close releases the store; its other methods fail afterwards.
	Close() error
}

// Checkpoints is the part of a Store that holds checkpoints.
type Checkpoints interface {
	// Put saves c under c.Meta.ID, replacing an older one of the same ID, and
	// sets c.Meta.Bytes. The tensors must not change until it returns.
	Put(ctx context.Context, c *Checkpoint) error
	// Get reads the parts asked for; problem "checkpoint_not_found".
	Get(ctx context.Context, id string, part Part) (*Checkpoint, error)
	// List describes all checkpoints, newest first. A damaged one does not hide
	// the others.
	List(ctx context.Context) ([]Meta, error)
	// Rename changes the name that people see.
	Rename(ctx context.Context, id, name string) error
	// Delete removes a checkpoint. Deleting one that is not there is no error.
	Delete(ctx context.Context, id string) error
}

// Runs is the part of a Store that holds metric histories.
type Runs interface {
	// AppendRun adds a part of a run's history that begins at step. Parts at or
	// after that step are dropped first: a run resumed from step n overwrites
	// what was recorded after n by the run that was lost.
	AppendRun(ctx context.Context, run string, step int, part json.RawMessage) error
	// Run returns the parts in order of their steps; none is no error.
	Run(ctx context.Context, run string) ([]json.RawMessage, error)
}

// Datasets is the part of a Store that holds the learner's own texts, so that
// a run can be resumed after a reload.
type Datasets interface {
	// PutDataset saves or replaces a dataset.
	PutDataset(ctx context.Context, d Dataset) error
	// Dataset reads one with its data; problem "dataset_not_found".
	Dataset(ctx context.Context, id string) (Dataset, error)
	// ListDatasets describes all, without their data, oldest first.
	ListDatasets(ctx context.Context) ([]Dataset, error)
	// DropDataset removes one. Dropping one that is not there is no error.
	DropDataset(ctx context.Context, id string) error
}

// Labels is the part of a Store that holds what people and judges think of
// answers.
type Labels interface {
	// PutLabels adds or replaces labels, all of them or none.
	PutLabels(ctx context.Context, labels ...Label) error
	// Labels returns all in order of their IDs, which is that of their making. The
	// Data of a damaged one is nil: it does not hide the others.
	Labels(ctx context.Context) ([]Label, error)
	// DropLabels removes labels, all of them or none. Dropping one that is not
	// there is no error.
	DropLabels(ctx context.Context, ids ...string) error
}

// Settings is the part of a Store that holds small named values.
type Settings interface {
	PutSetting(ctx context.Context, key string, value json.RawMessage) error
	// Setting returns nil where the key was never put.
	Setting(ctx context.Context, key string) (json.RawMessage, error)
}

// Dataset is a text that the learner brought.
type Dataset struct {
	ID      string          `json:"id"`
	Name    string          `json:"name"`
	Created int64           `json:"created"`        // Unix ms
	Info    json.RawMessage `json:"info,omitempty"` // what its reader found out
	Bytes   int64           `json:"bytes"`          // of Data, set by PutDataset
	Data    []byte          `json:"-"`
}

// Label is one opinion; what its data mean is for those to know who put it.
type Label struct {
	ID   string // made by NewID
	Data json.RawMessage
}

// Usage of a store, in bytes. Quota 0 means that it is unknown.
type Usage struct {
	Used      int64
	Quota     int64
	Persisted bool // the browser has promised not to evict it
}
