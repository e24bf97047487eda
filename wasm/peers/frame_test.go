package peers

import (
	"testing"

	"github.com/stretchr/testify/require"

	"sprout/core/parallel"
)

func TestJobsAreReadAsWritten(t *testing.T) {
	jobs := []*parallel.Job{
		{
			Kind:  parallel.Gradient,
			Nodes: []parallel.Node{{First: 0, Count: 2}, {First: 2, Count: 1}},
			Batch: &parallel.Batch{Rows: 3, Width: 16, Scale: 0.125, Ints: [][]int32{{1, -2, 3}, {4, 5, 6}}, Floats: [][]float32{{1, 0, 0.5}}},
		},
		{Kind: "generate", Options: []byte(`{"seed":7}`), Nodes: []parallel.Node{}, Batch: &parallel.Batch{Ints: [][]int32{{}}, Floats: [][]float32{}}},
		{Kind: "ping", Nodes: []parallel.Node{}},
	}
	var r jobReader
	var buf []byte
	for _, j := range append(jobs, jobs...) { // memory is used again
		buf = appendJob(begin(buf), j)
		h := finish(buf, jobFrame, 10)
		require.Equal(t, h, parseHead(buf))
		require.Equal(t, len(buf), headBytes+h.body)
		require.Zero(t, h.floatsAt()%4)
		require.Equal(t, h.floatsAt()+40, h.size())
		require.Equal(t, j, r.read(buf[headBytes:]))
		require.Empty(t, r.rest)
		require.Panics(t, func() { new(jobReader).read(buf[headBytes : len(buf)-1]) })
	}
}

// Reading the same kind of job again takes no memory.
func TestReadingAgainAllocatesNothing(t *testing.T) {
	buf := appendJob(begin(nil), &parallel.Job{
		Kind: parallel.Gradient, Nodes: []parallel.Node{{Count: 2}},
		Batch: &parallel.Batch{Rows: 2, Ints: [][]int32{{1, 2}}, Floats: [][]float32{{3, 4}}},
	})
	var r jobReader
	require.Zero(t, testing.AllocsPerRun(10, func() { r.read(buf[headBytes:]) }))
}
