package checkpoint

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"strings"
)

// Memory is a Store that forgets everything when the program ends: for tests,
// and for a page whose browser keeps nothing.
type Memory struct {
	fileStore
	files *memoryDisk
}

// NewMemory makes an empty store. A limit above 0 is its quota in bytes; fault
// may be nil.
func NewMemory(limit int64, fault Fault) *Memory {
	d := &memoryDisk{files: map[string][]byte{}, limit: limit, fault: fault}
	return &Memory{fileStore{disk: d}, d}
}

// Reopen returns a store over the same contents, as after a restart.
func (m *Memory) Reopen() *Memory { return &Memory{fileStore{disk: m.files}, m.files} }

type memoryDisk struct {
	files map[string][]byte
	limit int64
	fault Fault
}

func (d *memoryDisk) write(name string, size int64, emit func(io.Writer) error) error {
	u, _ := d.usage()
	if d.limit > 0 && u.Used+size > d.limit {
		return Full(fmt.Errorf("limit of %d bytes", d.limit), size, u.Used, d.limit)
	}
	if err := d.fault.At("write"); err != nil {
		return failed(err)
	}
	b := bytes.NewBuffer(make([]byte, 0, size))
	if err := emit(b); err != nil {
		return failed(err)
	}
	if err := d.fault.At("commit"); err != nil {
		return failed(err)
	}
	d.files[name] = b.Bytes()
	return nil
}

func (d *memoryDisk) open(name string) (io.ReaderAt, int64, error) {
	b, ok := d.files[name]
	if !ok {
		return nil, 0, fs.ErrNotExist
	}
	return bytes.NewReader(b), int64(len(b)), nil
}

func (d *memoryDisk) release(io.ReaderAt) error { return nil }

func (d *memoryDisk) list(dir string) ([]string, error) {
	var names []string
	for name := range d.files {
		if rest, ok := strings.CutPrefix(name, dir+"/"); ok {
			names = append(names, rest)
		}
	}
	return names, nil
}

func (d *memoryDisk) remove(name string) error {
	delete(d.files, name)
	return nil
}

func (d *memoryDisk) sweep() (int, error) { return 0, nil }

func (d *memoryDisk) usage() (Usage, error) {
	u := Usage{Quota: d.limit}
	for _, b := range d.files {
		u.Used += int64(len(b))
	}
	return u, nil
}
