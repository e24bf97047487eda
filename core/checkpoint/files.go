package checkpoint

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"sort"
	"strings"
	"sync"

	"sprout/core/problem"
)

// Fault is called before each step of a write with the step's name. An error
// makes the write fail there; a panic leaves things as a crash would. Tests use
// it to show what a full disk or a lost tab does.
type Fault func(step string) error

// At runs the hook; a nil Fault lets everything pass.
func (f Fault) At(step string) error {
	if f == nil {
		return nil
	}
	return f(step)
}

// disk is the little that fileStore needs of a place for files. Names are slash
// separated. Errors for absent files satisfy errors.Is(err, fs.ErrNotExist).
type disk interface {
	// write replaces a file as one act, with size bytes in all.
	write(name string, size int64, emit func(io.Writer) error) error
	open(name string) (r io.ReaderAt, size int64, err error)
	release(r io.ReaderAt) error
	list(dir string) ([]string, error) // names without the folder
	remove(name string) error
	sweep() (int, error) // removes unfinished writes
	usage() (Usage, error)
}

// fileStore is a Store of files:
//
//	checkpoints/<id>.safetensors  what NewFile writes; usable by itself
//	datasets/<id>.dataset         8 bytes: length of the JSON; JSON of Dataset; data
//	runs/<run>.json               [{"step": n, "part": …}, …]
//	labels.json                   {id: {"data": …, "crc32c": …}}
//	settings.json                 {key: value}
type fileStore struct {
	mu     sync.Mutex
	disk   disk
	closed bool
}

const (
	checkpointDir = "checkpoints"
	checkpointExt = ".safetensors"
	datasetDir    = "datasets"
	datasetExt    = ".dataset"
	runDir        = "runs"
	runExt        = ".json"
	labelsFile    = "labels.json"
	settingsFile  = "settings.json"
)

func checkpointFile(id string) string { return checkpointDir + "/" + id + checkpointExt }
func datasetFile(id string) string    { return datasetDir + "/" + id + datasetExt }
func runFile(run string) string       { return runDir + "/" + run + runExt }

// enter takes the lock unless the store is closed or the work was called off.
func (s *fileStore) enter(ctx context.Context) (leave func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil, Closed()
	}
	return s.mu.Unlock, nil
}

func mustID(what, id string) {
	if !ValidID(id) {
		panic(fmt.Sprintf("checkpoint: %s: %q is no valid ID", what, id))
	}
}

func (s *fileStore) Put(ctx context.Context, c *Checkpoint) error {
	mustID("Put", c.Meta.ID)
	leave, err := s.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	return s.put(c)
}

func (s *fileStore) put(c *Checkpoint) error {
	c.Meta.Bytes = c.Bytes()
	f, err := NewFile(c, Format{})
	if err != nil {
		return err
	}
	return s.disk.write(checkpointFile(c.Meta.ID), f.Size(), func(w io.Writer) error {
		_, err := f.WriteTo(w)
		return err
	})
}

func (s *fileStore) Get(ctx context.Context, id string, part Part) (*Checkpoint, error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	return s.get(id, part)
}

func (s *fileStore) get(id string, part Part) (*Checkpoint, error) {
	if !ValidID(id) {
		return nil, NotFound(id)
	}
	r, size, err := s.disk.open(checkpointFile(id))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, NotFound(id)
	}
	if err != nil {
		return nil, failed(err)
	}
	defer func() { _ = s.disk.release(r) }()
	c, err := read(r, size, part)
	if err != nil {
		if p := problem.From(err); strings.HasPrefix(p.Code, "safetensors_") {
			return nil, problem.Wrap(err, "checkpoint_corrupt", problem.Args{"id": id, "name": id, "piece": p.Code},
				"The checkpoint %s is damaged. Use another checkpoint.", id)
		}
		return nil, err
	}
	c.Meta.ID = id // a file that was renamed by hand goes by its new name
	c.Meta.Bytes = size
	return c, nil
}

func (s *fileStore) List(ctx context.Context) ([]Meta, error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	ids, err := s.names(checkpointDir, checkpointExt)
	if err != nil {
		return nil, err
	}
	metas := make([]Meta, 0, len(ids))
	for _, id := range ids {
		c, err := s.get(id, Record)
		if err != nil {
			metas = append(metas, Meta{ID: id, Name: id, Kind: Damaged})
			continue
		}
		metas = append(metas, c.Meta)
	}
	SortNewestFirst(metas)
	return metas, nil
}

// names lists what a folder holds, without the ending, in order.
func (s *fileStore) names(dir, ext string) ([]string, error) {
	files, err := s.disk.list(dir)
	if err != nil {
		return nil, failed(err)
	}
	var names []string
	for _, f := range files {
		if name, ok := strings.CutSuffix(f, ext); ok && ValidID(name) {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	return names, nil
}

func (s *fileStore) Rename(ctx context.Context, id, name string) error {
	leave, err := s.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	c, err := s.get(id, Everything)
	if err != nil {
		return err
	}
	c.Meta.Name = name
	return s.put(c)
}

func (s *fileStore) Delete(ctx context.Context, id string) error {
	mustID("Delete", id)
	return s.drop(ctx, checkpointFile(id))
}

func (s *fileStore) drop(ctx context.Context, file string) error {
	leave, err := s.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	return failed(s.disk.remove(file))
}

func (s *fileStore) Sweep(ctx context.Context) (int, error) {
	metas, err := s.List(ctx)
	if err != nil {
		return 0, err
	}
	leave, err := s.enter(ctx)
	if err != nil {
		return 0, err
	}
	defer leave()
	n, err := s.disk.sweep()
	if err != nil {
		return n, failed(err)
	}
	used := map[string]bool{}
	for _, m := range metas {
		used[m.Run] = true
		if m.Kind == Damaged { // its run is not known: keep them all
			return n, nil
		}
	}
	runs, err := s.names(runDir, runExt)
	for _, run := range runs {
		if !used[run] {
			if err := s.disk.remove(runFile(run)); err != nil {
				return n, failed(err)
			}
			n++
		}
	}
	return n, err
}

func (s *fileStore) Usage(ctx context.Context) (Usage, error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return Usage{}, err
	}
	defer leave()
	u, err := s.disk.usage()
	return u, failed(err)
}

func (s *fileStore) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	return nil
}

// failed gives an error of the disk a code, unless it has one.
func failed(err error) error {
	var p *problem.Problem
	if err == nil || errors.As(err, &p) || errors.Is(err, context.Canceled) {
		return err
	}
	return Failed(err)
}

func (s *fileStore) readJSON(file string, to any) error {
	r, size, err := s.disk.open(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return failed(err)
	}
	defer func() { _ = s.disk.release(r) }()
	b, err := io.ReadAll(io.NewSectionReader(r, 0, size))
	if err == nil {
		err = json.Unmarshal(b, to)
	}
	return failed(err)
}

func (s *fileStore) writeBytes(file string, parts ...[]byte) error {
	size := int64(0)
	for _, p := range parts {
		size += int64(len(p))
	}
	return s.disk.write(file, size, func(w io.Writer) error {
		for _, p := range parts {
			if _, err := io.Copy(w, bytes.NewReader(p)); err != nil {
				return err
			}
		}
		return nil
	})
}
