package checkpoint

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"sprout/core/tensor"
)

// small is a checkpoint with the values that are easiest to lose.
func small() *Checkpoint {
	rng := rand.New(rand.NewPCG(1, 2))
	fill := func(n int) []float32 {
		d := make([]float32, n)
		for i := range d {
			d[i] = float32(rng.NormFloat64())
		}
		return d
	}
	c := &Checkpoint{
		Meta: Meta{
			ID: "0abc", Name: "小镇 <1>", Kind: Manual, Stage: "pretrain", Preset: "seed", Run: "r1",
			Parent: "0aaa", Step: 7, Steps: 100, Created: 1_700_000_000_123, Seed: math.MaxUint64, Vocab: 5,
			Config:     json.RawMessage(`{"hidden_size":3}`),
			Dataset:    DatasetRef{ID: "d", Name: "town & co", Fingerprint: "fp"},
			Parameters: 19, HeldOutLoss: 1.9, Resumable: true,
			Ancestors: []Ancestor{{ID: "0aaa", Name: "first", Stage: "pretrain", Step: 3}},
		},
		Tensors: []Tensor{
			{"model.embed_tokens.weight", tensor.Shape{5, 3}, fill(15)},
			{"model.norm.weight", tensor.Shape{3}, []float32{float32(math.Copysign(0, -1)), 1e-45, math.MaxFloat32}},
			{"scalar", tensor.Shape{}, []float32{-1e-40}},
		},
		Tokenizer: []byte(`{"model":{"vocab":{"\u0120<a>":0}}}`),
		State:     json.RawMessage(`{"rng":"18446744073709551615","step":7}`),
		History:   json.RawMessage(`{"metrics":[{"step":1}]}`),
	}
	for _, prefix := range []string{FirstMoment, SecondMoment} {
		for _, t := range c.Weights() {
			c.Tensors = append(c.Tensors, Tensor{prefix + t.Name, t.Shape, fill(len(t.Data))})
		}
	}
	return c
}

func encode(t *testing.T, c *Checkpoint, f Format) []byte {
	t.Helper()
	file, err := NewFile(c, f)
	require.NoError(t, err)
	var b bytes.Buffer
	n, err := file.WriteTo(&b)
	require.NoError(t, err)
	require.EqualValues(t, b.Len(), n)
	require.EqualValues(t, b.Len(), file.Size())
	return b.Bytes()
}

func decode(b []byte) (*Checkpoint, error) { return Read(bytes.NewReader(b), int64(len(b))) }

func bitsOf(c *Checkpoint) map[string][]byte {
	m := map[string][]byte{}
	for _, t := range c.Tensors {
		m[t.Name] = Bytes(t.Data)
	}
	return m
}

func TestRoundTripIsExact(t *testing.T) {
	c := small()
	b := encode(t, c, Format{})
	got, err := decode(b)
	require.NoError(t, err)
	require.Equal(t, c, got)
	require.Equal(t, bitsOf(c), bitsOf(got), "Equal takes -0 for 0; the bits must not change either")
	require.Equal(t, b, encode(t, got, Format{}), "writing again gives the same file")
}

// The layout, taken apart without this package: what Python's struct and json
// would see.
func TestFileLayout(t *testing.T) {
	c := small()
	b := encode(t, c, Format{})
	n := binary.LittleEndian.Uint64(b)
	require.Zero(t, (8+n)%8, "tensors begin aligned")
	var header map[string]struct {
		DType   string `json:"dtype"`
		Shape   []int  `json:"shape"`
		Offsets [2]int `json:"data_offsets"`
	}
	require.NoError(t, json.Unmarshal(b[8:8+n], &header))
	require.Len(t, header, 1+len(c.Tensors))
	at := 0
	for _, want := range c.Tensors {
		h := header[want.Name]
		require.Equal(t, "F32", h.DType)
		require.NotNil(t, h.Shape)
		require.Equal(t, at, h.Offsets[0])
		for i, x := range want.Data {
			got := binary.LittleEndian.Uint32(b[8+int(n)+at+4*i:])
			require.Equal(t, math.Float32bits(x), got)
		}
		at = h.Offsets[1]
	}
	require.Len(t, b, 8+int(n)+at)

	var meta struct {
		Strings map[string]string `json:"__metadata__"`
	}
	require.NoError(t, json.Unmarshal(b[8:8+n], &meta))
	require.Equal(t, "pt", meta.Strings["format"])
	require.Equal(t, string(c.Tokenizer), meta.Strings["tokenizer.json"])
	require.Equal(t, string(c.Meta.Config), meta.Strings["config.json"])
	require.NotContains(t, meta.Strings["sprout.meta"], "hidden_size")
}

func TestWeightsOnly(t *testing.T) {
	c := small()
	got, err := decode(encode(t, c, Format{WeightsOnly: true}))
	require.NoError(t, err)
	require.Equal(t, c.Weights(), got.Tensors)
	require.Nil(t, got.State)
	require.False(t, got.Meta.Resumable)
	require.True(t, c.Meta.Resumable, "the original is not touched")
}

func TestHalf(t *testing.T) {
	c := small()
	c.Tensors[1].Data[2] = 65504
	b := encode(t, c, Format{Half: true})
	got, err := decode(b)
	require.NoError(t, err)
	require.Len(t, got.Tensors, 3)
	for i, w := range c.Weights() {
		for j, x := range w.Data {
			require.InDelta(t, x, got.Tensors[i].Data[j], 1e-7+math.Abs(float64(x))/2048, w.Name)
		}
	}
	require.Equal(t, b, encode(t, got, Format{Half: true}), "halves survive another round")

	c.Tensors[1].Data[2] = 65520 // rounds to infinity
	_, err = NewFile(c, Format{Half: true})
	requireCode(t, err, "checkpoint_half_range", map[string]any{"tensor": "model.norm.weight", "index": 2})
}

// Every binary16 widens and comes back; every float32 between two neighbours
// goes to the nearer one, ties to the even.
func TestHalfRounding(t *testing.T) {
	same := func(want uint16, x float32) {
		if got := toHalf(x); got != want {
			t.Fatalf("toHalf(%v) = %#04x, want %#04x", x, got, want)
		}
	}
	for h := range 1 << 16 {
		h := uint16(h)
		x := fromHalf(h)
		if x != x {
			require.NotZero(t, toHalf(x)&0x3ff)
			continue
		}
		same(h, x)
		if h&0x7fff >= 0x7bff { // largest finite and infinity
			continue
		}
		next := fromHalf(h + 1)
		middle := (x + next) / 2 // exact in float32
		even := h
		if h&1 == 1 {
			even = h + 1
		}
		same(even, middle)
		same(h, math.Nextafter32(middle, x))
		same(h+1, math.Nextafter32(middle, next))
	}
}
