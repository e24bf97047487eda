package checkpoint

import (
	"bufio"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// Folder is a Store of files in a folder, which it makes when it writes first.
// Its checkpoints are ordinary .safetensors files.
type Folder struct{ fileStore }

// NewFolder opens a store; fault may be nil.
func NewFolder(path string, fault Fault) *Folder {
	return &Folder{fileStore{disk: &folderDisk{path, fault}}}
}

type folderDisk struct {
	path  string
	fault Fault
}

const unfinished = ".unfinished"

func (d *folderDisk) at(name string) string { return filepath.Join(d.path, filepath.FromSlash(name)) }

// write fills a file beside the old one, forces it to the disk and only then
// puts it in the old one's place, which file systems do as one act.
func (d *folderDisk) write(name string, size int64, emit func(io.Writer) error) error {
	to := d.at(name)
	err := d.fault.At("create")
	if err == nil {
		err = os.MkdirAll(filepath.Dir(to), 0o755)
	}
	if err != nil {
		return d.failed(err, size)
	}
	f, err := os.CreateTemp(filepath.Dir(to), "*"+unfinished)
	if err != nil {
		return d.failed(err, size)
	}
	if err = d.fill(f, emit); err == nil {
		if err = d.fault.At("rename"); err == nil {
			err = os.Rename(f.Name(), to)
		}
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return d.failed(err, size)
	}
	syncFolder(filepath.Dir(to))
	return nil
}

func (d *folderDisk) fill(f *os.File, emit func(io.Writer) error) error {
	steps := []struct {
		name string
		do   func() error
	}{
		{"write", func() error {
			w := bufio.NewWriterSize(f, 1<<20)
			if err := emit(w); err != nil {
				return err
			}
			return w.Flush()
		}},
		{"mode", func() error { return f.Chmod(0o644) }},
		{"sync", f.Sync},
	}
	for _, s := range steps {
		err := d.fault.At(s.name)
		if err == nil {
			err = s.do()
		}
		if err != nil {
			_ = f.Close()
			return err
		}
	}
	return f.Close()
}

// syncFolder makes the new name last through a power cut where folders can be
// synced; elsewhere the file system does what it does.
func syncFolder(path string) {
	if f, err := os.Open(path); err == nil {
		_ = f.Sync()
		_ = f.Close()
	}
}

func (d *folderDisk) failed(err error, need int64) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		u, _ := d.usage()
		return Full(err, need, u.Used, 0)
	}
	return failed(err)
}

func (d *folderDisk) open(name string) (io.ReaderAt, int64, error) {
	f, err := os.Open(d.at(name))
	if err != nil {
		return nil, 0, err
	}
	info, err := f.Stat()
	if err != nil {
		_ = f.Close()
		return nil, 0, err
	}
	return f, info.Size(), nil
}

func (d *folderDisk) release(r io.ReaderAt) error { return r.(*os.File).Close() }

func (d *folderDisk) list(dir string) ([]string, error) {
	entries, err := os.ReadDir(d.at(dir))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var names []string
	for _, e := range entries {
		if !e.IsDir() {
			names = append(names, e.Name())
		}
	}
	return names, err
}

func (d *folderDisk) remove(name string) error {
	err := os.Remove(d.at(name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

func (d *folderDisk) sweep() (int, error) {
	n := 0
	err := d.walk(func(path string, _ fs.DirEntry) error {
		if !strings.HasSuffix(path, unfinished) {
			return nil
		}
		n++
		return os.Remove(path)
	})
	return n, err
}

func (d *folderDisk) usage() (Usage, error) {
	var u Usage
	err := d.walk(func(_ string, e fs.DirEntry) error {
		info, err := e.Info()
		if err == nil {
			u.Used += info.Size()
		}
		return err
	})
	return u, err
}

// walk visits the files of the store's own folders, and no other.
func (d *folderDisk) walk(visit func(path string, e fs.DirEntry) error) error {
	for _, dir := range []string{".", checkpointDir, datasetDir, runDir} {
		entries, err := os.ReadDir(d.at(dir))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		for _, e := range entries {
			if e.IsDir() {
				continue
			}
			if err := visit(filepath.Join(d.at(dir), e.Name()), e); err != nil {
				return err
			}
		}
	}
	return nil
}
