package checkpoint_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"sprout/core/checkpoint"
	"sprout/core/checkpoint/storetest"
)

// flip changes a stored file: bit 0 of a tensor's last byte, found through the
// header as any reader of the format would, or the text old into new.
func flipTensor(t *testing.T, file []byte, name string) {
	n := binary.LittleEndian.Uint64(file)
	var header map[string]struct {
		Offsets [2]int `json:"data_offsets"`
	}
	require.NoError(t, json.Unmarshal(file[8:8+n], &header))
	file[8+int(n)+header[name].Offsets[1]-1] ^= 1
}

func flipRecord(t *testing.T, file []byte) {
	i := bytes.Index(file, []byte(`\"seed\":`))
	require.Positive(t, i)
	file[i+len(`\"seed\":`)] ^= 1
}

func TestMemory(t *testing.T) {
	change := func(t *testing.T, s checkpoint.Store, name string, do func([]byte)) {
		do(s.(*checkpoint.Memory).File(name))
	}
	storetest.Run(t, storetest.Harness{
		Open: func(_ *testing.T, f checkpoint.Fault) checkpoint.Store { return checkpoint.NewMemory(0, f) },
		Reopen: func(_ *testing.T, s checkpoint.Store) checkpoint.Store {
			return s.(*checkpoint.Memory).Reopen()
		},
		Pieces: func(_ *testing.T, s checkpoint.Store) int { return s.(*checkpoint.Memory).Files() },
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

// A quota that is really reached: the second save fails with the sizes, the
// first stays, and room made by deleting serves again.
func TestMemoryQuota(t *testing.T) {
	ctx := context.Background()
	probe := checkpoint.NewMemory(0, nil)
	require.NoError(t, probe.Put(ctx, storetest.Sample("a1", 1)))
	u, err := probe.Usage(ctx)
	require.NoError(t, err)

	s := checkpoint.NewMemory(u.Used+100, nil)
	require.NoError(t, s.Put(ctx, storetest.Sample("a1", 1)))
	p := storetest.Code(t, s.Put(ctx, storetest.Sample("b1", 1)), "storage_full")
	require.EqualValues(t, u.Used, p.Args["used"])
	require.EqualValues(t, u.Used+100, p.Args["quota"])
	require.Positive(t, p.Args["need"])
	_, err = s.Get(ctx, "a1", checkpoint.Everything)
	require.NoError(t, err)
	require.NoError(t, s.Delete(ctx, "a1"))
	require.NoError(t, s.Put(ctx, storetest.Sample("b1", 1)))
}

func TestAutosave(t *testing.T) {
	ctx := context.Background()
	save := func(s checkpoint.Store, step int, loss float64) ([]checkpoint.Meta, error) {
		c := storetest.Sample(fmt.Sprintf("s%d", step), step)
		c.Meta.Run, c.Meta.HeldOutLoss = "r", loss
		return checkpoint.Autosave(ctx, s, c, checkpoint.DefaultKeep)
	}
	steps := func(s checkpoint.Store) (list []int) {
		metas, err := s.List(ctx)
		require.NoError(t, err)
		for _, m := range metas {
			list = append(list, m.Step)
		}
		return list
	}
	roomy := checkpoint.NewMemory(0, nil)
	for i, loss := range []float64{3, 1, 2, 2.5, 2.2} {
		_, err := save(roomy, i+1, loss)
		require.NoError(t, err)
	}
	require.Equal(t, []int{5, 4, 2}, steps(roomy), "the newest two and the best")
	u, err := roomy.Usage(ctx)
	require.NoError(t, err)

	// Room for two: the third save takes the place of the first.
	tight := checkpoint.NewMemory(u.Used*5/6, nil)
	for i, loss := range []float64{1, 2, 3} {
		_, err := save(tight, i+1, loss)
		require.NoError(t, err)
	}
	require.Equal(t, []int{3, 2}, steps(tight))

	// Room for one: nothing can be dropped, and the last good one stays.
	tiny := checkpoint.NewMemory(u.Used/2, nil)
	_, err = save(tiny, 1, 1)
	require.NoError(t, err)
	_, err = save(tiny, 2, 1)
	storetest.Code(t, err, "storage_full")
	require.Equal(t, []int{1}, steps(tiny))
}
