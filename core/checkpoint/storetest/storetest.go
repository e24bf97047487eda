// Package storetest holds every implementation of checkpoint.Store to the same
// promises, on whatever machine its tests run.
package storetest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"sprout/core/checkpoint"
	"sprout/core/problem"
	"sprout/core/tensor"
)

// Harness opens stores of one kind and reaches behind their backs.
type Harness struct {
	// Open makes an empty store that calls fault before each step of a write.
	Open func(t *testing.T, fault checkpoint.Fault) checkpoint.Store
	// Reopen opens the same contents again, as after a restart, without a fault.
	Reopen func(t *testing.T, s checkpoint.Store) checkpoint.Store
	// Pieces counts everything stored, orphans too.
	Pieces func(t *testing.T, s checkpoint.Store) int
	// FlipTensor flips a bit in the stored bytes of a checkpoint's tensor.
	FlipTensor func(t *testing.T, s checkpoint.Store, id, tensor string)
	// FlipRecord damages what describes a checkpoint.
	FlipRecord func(t *testing.T, s checkpoint.Store, id string)
	// FlipDataset flips a bit in a dataset's bytes.
	FlipDataset func(t *testing.T, s checkpoint.Store, id string)
	// FlipLabel flips a bit in a label's data.
	FlipLabel func(t *testing.T, s checkpoint.Store, id string)
}

// Sample makes a small checkpoint with values that are easily lost: -0,
// denormals, numbers beyond 2^53 and two scripts. n varies its contents.
func Sample(id string, n int) *checkpoint.Checkpoint {
	w := []float32{float32(n), float32(math.Copysign(0, -1)), 1e-45, -1e-40, math.MaxFloat32, 0.1}
	tensors := []checkpoint.Tensor{
		{Name: "model.embed_tokens.weight", Shape: tensor.Shape{3, 2}, Data: w},
		{Name: "model.norm.weight", Shape: tensor.Shape{2}, Data: []float32{1, float32(n)}},
	}
	for _, prefix := range []string{checkpoint.FirstMoment, checkpoint.SecondMoment} {
		for i := range 2 {
			t := tensors[i]
			data := make([]float32, len(t.Data))
			for j := range data {
				data[j] = float32(n*j) / 7
			}
			tensors = append(tensors, checkpoint.Tensor{Name: prefix + t.Name, Shape: t.Shape, Data: data})
		}
	}
	return &checkpoint.Checkpoint{
		Meta: checkpoint.Meta{
			ID: id, Name: fmt.Sprintf("第 %d <&>", n), Kind: checkpoint.Auto, Stage: "pretrain", Preset: "seed", Run: "run-" + id,
			Step: n, Steps: 100, Created: int64(1000 + n), Seed: math.MaxUint64, Parameters: 8, Resumable: true,
			Config: json.RawMessage(`{"hidden_size":2}`), HeldOutLoss: 1.5, Measures: map[string]float64{"honest": 0.5},
			Dataset: checkpoint.DatasetRef{ID: "d", Name: "town", Fingerprint: "f"},
		},
		Tensors:   tensors,
		Tokenizer: []byte(`{"model":{"vocab":{"Ġ小":0}}}`),
		State:     json.RawMessage(fmt.Sprintf(`{"rng":"18446744073709551615","step":%d}`, n)),
		History:   json.RawMessage(`{"metrics":[]}`),
	}
}

// Run runs the suite.
func Run(t *testing.T, h Harness) {
	for _, c := range []struct {
		name string
		run  func(*testing.T, Harness)
	}{
		{"Empty", empty},
		{"RoundTrip", roundTrip},
		{"Parts", parts},
		{"List", list},
		{"Replace", replace},
		{"Rename", rename},
		{"Delete", deleteOne},
		{"NotFinite", notFinite},
		{"Canceled", canceled},
		{"Closed", closed},
		{"Settings", settings},
		{"Runs", runs},
		{"Datasets", datasets},
		{"Labels", labels},
		{"FailedWrites", failedWrites},
		{"CrashedWrites", crashedWrites},
		{"Full", full},
		{"DamagedTensor", damagedTensor},
		{"DamagedRecord", damagedRecord},
		{"DamagedDataset", damagedDataset},
		{"DamagedLabel", damagedLabel},
	} {
		t.Run(c.name, func(t *testing.T) { c.run(t, h) })
	}
}

var ctx = context.Background()

// Code requires err to be the problem of this code and returns it.
func Code(t *testing.T, err error, code string) *problem.Problem {
	t.Helper()
	var p *problem.Problem
	require.True(t, errors.As(err, &p), "no problem: %v", err)
	require.Equal(t, code, p.Code, p.Error())
	require.Contains(t, problem.Codes, code)
	return p
}

func put(t *testing.T, s checkpoint.Store, c *checkpoint.Checkpoint) {
	t.Helper()
	require.NoError(t, s.Put(ctx, c))
}

// same reads a checkpoint back and compares it to the bit.
func same(t *testing.T, s checkpoint.Store, want *checkpoint.Checkpoint) {
	t.Helper()
	got, err := s.Get(ctx, want.Meta.ID, checkpoint.Everything)
	require.NoError(t, err)
	require.Len(t, got.Tensors, len(want.Tensors))
	for i, w := range want.Tensors {
		require.Equal(t, w.Name, got.Tensors[i].Name)
		require.True(t, w.Shape.Equal(got.Tensors[i].Shape))
		require.Equal(t, checkpoint.Bytes(w.Data), checkpoint.Bytes(got.Tensors[i].Data), w.Name)
	}
	require.Equal(t, want.Tokenizer, got.Tokenizer)
	require.Equal(t, want.State, got.State)
	require.Equal(t, want.History, got.History)
	sameMeta(t, want.Meta, got.Meta)
}

func sameMeta(t *testing.T, want, got checkpoint.Meta) {
	t.Helper()
	require.Positive(t, got.Bytes)
	want.Bytes, got.Bytes = 0, 0 // each store counts what it takes
	require.Equal(t, want, got)
}

func empty(t *testing.T, h Harness) {
	s := h.Open(t, nil)
	metas, err := s.List(ctx)
	require.NoError(t, err)
	require.Empty(t, metas)
	for _, id := range []string{"none", "", "../none", "No"} {
		_, err = s.Get(ctx, id, checkpoint.Weights)
		require.Equal(t, id, Code(t, err, "checkpoint_not_found").Args["id"])
	}
	Code(t, s.Rename(ctx, "none", "x"), "checkpoint_not_found")
	n, err := s.Sweep(ctx)
	require.NoError(t, err)
	require.Zero(t, n)
	_, err = s.Usage(ctx)
	require.NoError(t, err)
}

func roundTrip(t *testing.T, h Harness) {
	s := h.Open(t, nil)
	c := Sample("a1", 1)
	put(t, s, c)
	require.Positive(t, c.Meta.Bytes)
	same(t, s, c)
	s = h.Reopen(t, s)
	same(t, s, c)
	n, err := s.Sweep(ctx)
	require.NoError(t, err)
	require.Zero(t, n, "nothing of a good checkpoint is swept")
	same(t, s, c)

	bare := &checkpoint.Checkpoint{Meta: checkpoint.Meta{ID: "bare", Created: 1}, Tensors: []checkpoint.Tensor{
		{Name: "scalar", Shape: tensor.Shape{}, Data: []float32{2}},
		{Name: "empty", Shape: tensor.Shape{0, 3}, Data: []float32{}},
	}}
	bare.Meta.Parameters = 1
	put(t, s, bare)
	same(t, s, bare)
}

func parts(t *testing.T, h Harness) {
	s := h.Open(t, nil)
	c := Sample("a1", 1)
	put(t, s, c)
	for part, tensors := range map[checkpoint.Part]int{checkpoint.Record: 0, checkpoint.Weights: 2, checkpoint.Everything: 6} {
		got, err := s.Get(ctx, "a1", part)
		require.NoError(t, err)
		require.Len(t, got.Tensors, tensors)
		require.Equal(t, c.Tokenizer, got.Tokenizer)
		require.Equal(t, c.History, got.History)
		require.True(t, got.Meta.Resumable, "what is stored, not what was read")
	}
}

func list(t *testing.T, h Harness) {
	s := h.Open(t, nil)
	for i, id := range []string{"b", "c", "a"} {
		put(t, s, Sample(id, i))
	}
	tie := Sample("d", 2)
	put(t, s, tie)
	metas, err := h.Reopen(t, s).List(ctx)
	require.NoError(t, err)
	var ids []string
	for _, m := range metas {
		ids = append(ids, m.ID)
	}
	require.Equal(t, []string{"d", "a", "c", "b"}, ids)
	sameMeta(t, tie.Meta, metas[0])
}

func replace(t *testing.T, h Harness) {
	s := h.Open(t, nil)
	put(t, s, Sample("a1", 1))
	before := h.Pieces(t, s)
	second := Sample("a1", 2)
	put(t, s, second)
	same(t, s, second)
	require.Equal(t, before, h.Pieces(t, s), "the old one is gone")
}

func rename(t *testing.T, h Harness) {
	s := h.Open(t, nil)
	c := Sample("a1", 1)
	put(t, s, c)
	put(t, s, Sample("b1", 2))
	require.NoError(t, s.Rename(ctx, "a1", `名 "x" 🌱`))
	c.Meta.Name = `名 "x" 🌱`
	same(t, s, c)
	same(t, h.Reopen(t, s), c)
	same(t, s, Sample("b1", 2))
}

func deleteOne(t *testing.T, h Harness) {
	s := h.Open(t, nil)
	none := h.Pieces(t, s)
	put(t, s, Sample("a1", 1))
	one := h.Pieces(t, s)
	put(t, s, Sample("b1", 2))
	require.NoError(t, s.Delete(ctx, "b1"))
	require.NoError(t, s.Delete(ctx, "b1"), "again is no error")
	require.Equal(t, one, h.Pieces(t, s))
	_, err := s.Get(ctx, "b1", checkpoint.Record)
	Code(t, err, "checkpoint_not_found")
	same(t, s, Sample("a1", 1))
	require.NoError(t, s.Delete(ctx, "a1"))
	require.Equal(t, none, h.Pieces(t, s))
}

func notFinite(t *testing.T, h Harness) {
	s := h.Open(t, nil)
	good := Sample("a1", 1)
	put(t, s, good)
	before := h.Pieces(t, s)
	bad := Sample("a1", 2)
	bad.Tensors[1].Data[1] = float32(math.NaN())
	require.Equal(t, "model.norm.weight", Code(t, s.Put(ctx, bad), "checkpoint_not_finite").Args["tensor"])
	same(t, s, good)
	require.Equal(t, before, h.Pieces(t, s))
}

func canceled(t *testing.T, h Harness) {
	s := h.Open(t, nil)
	gone, cancel := context.WithCancel(ctx)
	cancel()
	require.ErrorIs(t, s.Put(gone, Sample("a1", 1)), context.Canceled)
	_, err := s.List(gone)
	require.ErrorIs(t, err, context.Canceled)
	metas, err := s.List(ctx)
	require.NoError(t, err)
	require.Empty(t, metas)
}

func closed(t *testing.T, h Harness) {
	s := h.Open(t, nil)
	c := Sample("a1", 1)
	put(t, s, c)
	again := h.Reopen(t, s)
	require.NoError(t, again.Close())
	require.NoError(t, again.Close())
	Code(t, again.Put(ctx, c), "storage_closed")
	_, err := again.List(ctx)
	Code(t, err, "storage_closed")
	same(t, h.Reopen(t, s), c)
}
