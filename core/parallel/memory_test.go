package parallel

import (
	"encoding/binary"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"sprout/core/tensor"
)

// otherInstance says that it lives in another instance and has taken a KiB.
type otherInstance struct{ Peer }

func (p otherInstance) Next() (Result, error) {
	r, err := p.Peer.Next()
	if len(r.Data) == 16 {
		r.Data = binary.LittleEndian.AppendUint64([]byte("another!"), 1<<10)
	}
	return r, err
}

func TestMemoryCountsAnInstanceOnce(t *testing.T) {
	weights := make([]float32, 2*tensor.Align)
	c := crew(t, weights, 8, 3)
	c.Yield = func() {} // as the page has it
	spawn, apart := c.Spawn, 0
	g, err := NewGroup(classifier(t, weights), 8, c)
	require.NoError(t, err)
	defer g.Close()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	shared, err := g.Memory()
	require.NoError(t, err)
	runtime.ReadMemStats(&after)
	require.GreaterOrEqual(t, shared, int64(before.Sys))
	require.LessOrEqual(t, shared, int64(after.Sys), "goroutines live in one process")

	c.Spawn = func() (Peer, error) {
		p, err := spawn()
		if apart++; apart == 1 {
			return otherInstance{p}, err
		}
		return p, err
	}
	g, err = NewGroup(classifier(t, weights), 8, c)
	require.NoError(t, err)
	defer g.Close()
	runtime.ReadMemStats(&before)
	both, err := g.Memory()
	require.NoError(t, err)
	runtime.ReadMemStats(&after)
	require.GreaterOrEqual(t, both, int64(before.Sys)+1<<10)
	require.LessOrEqual(t, both, int64(after.Sys)+1<<10)
}
