//go:build !js

package checkpoint_test

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"sprout/core/checkpoint"
	"sprout/core/checkpoint/storetest"
)

func TestFolder(t *testing.T) {
	paths := map[checkpoint.Store]string{}
	change := func(t *testing.T, s checkpoint.Store, name string, do func([]byte)) {
		path := filepath.Join(paths[s], name)
		b, err := os.ReadFile(path)
		require.NoError(t, err)
		do(b)
		require.NoError(t, os.WriteFile(path, b, 0o644))
	}
	storetest.Run(t, storetest.Harness{
		Open: func(t *testing.T, f checkpoint.Fault) checkpoint.Store {
			path := filepath.Join(t.TempDir(), "not", "yet", "there")
			s := checkpoint.NewFolder(path, f)
			paths[s] = path
			return s
		},
		Reopen: func(_ *testing.T, s checkpoint.Store) checkpoint.Store {
			again := checkpoint.NewFolder(paths[s], nil)
			paths[again] = paths[s]
			return again
		},
		Pieces: func(t *testing.T, s checkpoint.Store) int {
			n := 0
			err := filepath.WalkDir(paths[s], func(_ string, e fs.DirEntry, err error) error {
				if err == nil && !e.IsDir() {
					n++
				}
				return nil
			})
			require.NoError(t, err)
			return n
		},
		FlipTensor: func(t *testing.T, s checkpoint.Store, id, name string) {
			change(t, s, "checkpoints/"+id+".safetensors", func(b []byte) { flipTensor(t, b, name) })
		},
		FlipRecord: func(t *testing.T, s checkpoint.Store, id string) {
			change(t, s, "checkpoints/"+id+".safetensors", func(b []byte) { flipRecord(t, b) })
		},
		FlipDataset: func(t *testing.T, s checkpoint.Store, id string) {
			change(t, s, "datasets/"+id+".dataset", func(b []byte) { b[len(b)-1] ^= 1 })
		},
		FlipLabel: func(t *testing.T, s checkpoint.Store, id string) {
			change(t, s, "labels.json", func(b []byte) { b[bytes.Index(b, []byte(`"`+id+`":{"data":{"`))+len(id)+13] ^= 1 })
		},
	})
}

// What lies in the folder is a .safetensors file that any program can read, and
// a file that somebody puts there is found under its own name.
func TestFolderHoldsPlainFiles(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	s := checkpoint.NewFolder(dir, nil)
	require.NoError(t, s.Put(ctx, storetest.Sample("a1", 1)))
	b, err := os.ReadFile(filepath.Join(dir, "checkpoints", "a1.safetensors"))
	require.NoError(t, err)
	c, err := checkpoint.Read(bytes.NewReader(b), int64(len(b)))
	require.NoError(t, err)
	require.Equal(t, "a1", c.Meta.ID)

	require.NoError(t, os.WriteFile(filepath.Join(dir, "checkpoints", "copy.safetensors"), b, 0o644))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "checkpoints", "Notes.txt"), b, 0o644))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "checkpoints", "short.safetensors"), b[:50], 0o644))
	metas, err := s.List(ctx)
	require.NoError(t, err)
	var ids []string
	for _, m := range metas {
		ids = append(ids, m.ID+":"+m.Kind)
	}
	require.Equal(t, "copy:auto a1:auto short:damaged", strings.Join(ids, " "))
	_, err = s.Get(ctx, "short", checkpoint.Record)
	p := storetest.Code(t, err, "checkpoint_corrupt")
	require.Equal(t, "safetensors_header_length", p.Args["piece"])
	_, err = s.Sweep(ctx)
	require.NoError(t, err)
	require.FileExists(t, filepath.Join(dir, "checkpoints", "Notes.txt"))
}
