package session

import (
	"encoding/binary"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"sprout/core/checkpoint"
	"sprout/wasm/protocol"
)

// numbers reads the floats beside a reply.
func numbers(file []byte) []float64 {
	out := make([]float64, len(file)/4)
	for i := range out {
		out[i] = float64(math.Float32frombits(binary.LittleEndian.Uint32(file[4*i:])))
	}
	return out
}

// A model is looked into in the middle of its run: what it sees is what sampling
// at temperature 1 tells, and the run goes on to the same end.
func TestLookInsideTheLiveRun(t *testing.T) {
	p := newPage()
	s, start := ready(t, p, checkpoint.NewMemory(0, nil))
	start.Paused = true
	mustAsk[protocol.RunInfo](t, s, p, "run.start", start)
	for range 3 {
		mustAsk[protocol.RunState](t, s, p, "run.control", protocol.Control{Action: "step"})
	}
	look := protocol.Inspect{Checkpoint: live, Text: "The fox reads", Attention: true, Lens: true}
	r, file, bad := ask[protocol.Inspection](t, s, p, "inspect", look)
	require.Nil(t, bad)
	T := len(r.Tokens)
	require.Greater(t, T, 3)
	require.Zero(t, r.Cut)
	data := numbers(file)
	require.Len(t, data, T*r.Vocab+r.Layers*r.Heads*T*T)
	logits, attention := data[:T*r.Vocab], data[T*r.Vocab:]
	for row := range r.Layers * r.Heads * T {
		sum := 0.0
		for _, a := range attention[row*T : (row+1)*T] {
			sum += a
		}
		require.InDelta(t, 1, sum, 1e-5)
	}
	require.Nil(t, r.Tokens[0].Loss)
	require.Positive(t, *r.Tokens[1].Loss)
	require.Len(t, r.Lens, r.Layers+1)

	// The sampler's own probabilities of the next token.
	mustAsk[protocol.Sampled](t, s, p, "sample", protocol.Sample{Checkpoint: live, Prompt: look.Text, MaxTokens: 1, Temperature: 1})
	token := all[protocol.TokenEvent](p, "token")[0]
	last, sum := logits[(T-1)*r.Vocab:], 0.0
	for _, x := range last {
		sum += math.Exp(x)
	}
	for _, top := range token.Top {
		require.InDelta(t, top.P, math.Exp(last[top.Token.ID])/sum, 1e-6)
		require.True(t, slices.ContainsFunc(r.Names, func(n protocol.Token) bool { return n == top.Token }))
	}
	g := r.Lens[r.Layers][T-1]
	require.Equal(t, token.Top[0].Token.ID, g.Top)
	require.InDelta(t, token.Top[0].P, g.P, 1e-6)
	require.Nil(t, g.Next)

	// Too long a text is cut, and says so; a context of 16 tokens is the shorter.
	r = mustAsk[protocol.Inspection](t, s, p, "inspect", protocol.Inspect{Checkpoint: live, Text: strings.Repeat("fox ", 80)})
	require.Len(t, r.Tokens, 16)
	require.Positive(t, r.Cut)
	require.Empty(t, r.Lens)

	m, file, bad := ask[protocol.EmbeddingMap](t, s, p, "inspect.embeddings", protocol.GetEmbeddings{Checkpoint: live})
	require.Nil(t, bad)
	require.Len(t, file, 8*len(m.Tokens))
	require.Greater(t, m.Explained[0], m.Explained[1])
	require.Less(t, m.Explained[0]+m.Explained[1], 1.0)
	near := mustAsk[protocol.Neighbours](t, s, p, "inspect.neighbours", protocol.GetNeighbours{Checkpoint: live, Token: 40})
	require.Len(t, near.Neighbours, nearTokens)
	require.GreaterOrEqual(t, near.Neighbours[0].Cosine, near.Neighbours[1].Cosine)
	_, _, bad = ask2(t, s, p, "inspect.neighbours", protocol.GetNeighbours{Checkpoint: live, Token: 1 << 20})
	require.Equal(t, "token_unknown", bad.Code)
	_, _, bad = ask2(t, s, p, "inspect.changes", protocol.GetChanges{Checkpoint: live})
	require.Equal(t, "changes_unknown", bad.Code, "pretraining begins with nothing")

	mustAsk[protocol.RunState](t, s, p, "run.control", protocol.Control{Action: "resume"})
	p.wait(t, func() bool { return p.state() == done })
	whole := newPage()
	s, start = ready(t, whole, checkpoint.NewMemory(0, nil))
	mustAsk[protocol.RunInfo](t, s, whole, "run.start", start)
	whole.wait(t, func() bool { return whole.state() == done })
	require.Equal(t, losses(whole), losses(p), "nothing was disturbed")
}

// An adapter's change is its own product, and the weights below stay; fine-tuning
// changes them all. Both are told of the live run and of what was saved.
func TestChanges(t *testing.T) {
	p := newPage()
	s, start := ready(t, p, checkpoint.NewMemory(0, nil))
	mustAsk[protocol.RunInfo](t, s, p, "run.start", start)
	p.wait(t, func() bool { return p.state() == done })
	base := mustAsk[protocol.Checkpoints](t, s, p, "checkpoints.list", protocol.ListCheckpoints{}).Checkpoints[0]
	talk := strings.Repeat(`{"conversations":[{"role":"user","content":"Who bakes?"},{"role":"assistant","content":"A badger."}]}`+"\n", 20)
	d := mustAsk[protocol.Dataset](t, s, p, "dataset.upload", protocol.Upload{Name: "talk.jsonl"}, []byte(talk)...)

	for _, stage := range []string{"lora", "sft"} {
		p = newPage()
		s.host = p
		mustAsk[protocol.RunInfo](t, s, p, "run.start", protocol.StartRun{
			Stage: stage, Seed: 4, Dataset: d.ID, Parent: base.ID,
			Params: map[string]float64{"steps": 4, "batch": 4, "lr": 0.05, "warmup": 1, "eval_every": 4, "sample_every": 100},
		})
		p.wait(t, func() bool { return p.state() == done })
		saved := mustAsk[protocol.Checkpoints](t, s, p, "checkpoints.list", protocol.ListCheckpoints{}).Checkpoints[0].ID
		now, file, bad := ask[protocol.Changes](t, s, p, "inspect.changes", protocol.GetChanges{Checkpoint: live})
		require.Nil(t, bad)
		then, same, bad := ask[protocol.Changes](t, s, p, "inspect.changes", protocol.GetChanges{Checkpoint: saved})
		require.Nil(t, bad)
		require.Equal(t, now, then)
		require.Equal(t, file, same)
		require.Equal(t, base.Name, now.Against)

		pic, cells := now.Picture, numbers(file)
		n := pic.Height * pic.Width
		used := 0
		for _, v := range pic.Singular {
			if v > 0 {
				used++
			}
		}
		if stage == "sft" {
			require.Len(t, cells, n)
			require.Equal(t, "embed", now.Matrices[0].Kind)
			require.Zero(t, now.Rank)
			require.Greater(t, used, 16)
			continue
		}
		require.Positive(t, now.Rank)
		require.Equal(t, now.Rank, used, "as many directions as the rank")
		require.Equal(t, 1, pic.Block)
		require.Len(t, cells, n+now.Rank*(pic.Height+pic.Width))
		A, B := cells[n:n+now.Rank*pic.Width], cells[n+now.Rank*pic.Width:]
		for i := range pic.Height {
			for j := range pic.Width {
				product := 0.0
				for r := range now.Rank {
					product += now.Scale * B[i*now.Rank+r] * A[r*pic.Width+j]
				}
				require.InDelta(t, product, cells[i*pic.Width+j], 1e-6)
			}
		}
		other := now.Matrices[len(now.Matrices)-1]
		require.Equal(t, other.Name, mustAsk[protocol.Changes](t, s, p, "inspect.changes", protocol.GetChanges{Checkpoint: live, Matrix: other.Name}).Picture.Name)
	}
}
