package nn

import (
	"testing"

	"github.com/stretchr/testify/require"

	"sprout/core/autograd"
	"sprout/core/backend/ref"
	"sprout/core/problem"
	"sprout/core/tensor"
)

// A head lies behind the decoder's weights, which stay where they are.
func TestHeadsLieBehindTheDecoder(t *testing.T) {
	plain, n := small.Layout()
	with, longer := small.WithHeads(Score)
	require.Equal(t, plain, with[:len(plain)])
	require.Len(t, with, len(plain)+2)
	require.Equal(t, n, with[len(plain)].Off)
	require.Greater(t, longer, n)
	require.Zero(t, longer%tensor.Align)
	for _, p := range with[len(plain):] {
		require.GreaterOrEqual(t, p.Off, small.MatrixRange(), "it does not decay")
	}
	require.Len(t, Specs(small, Score), len(Specs(small))+2)
}

// A model without the head can be started from; the head is then 0, also where
// there was another before, and reads 0 from everything.
func TestHeadStartsAtZero(t *testing.T) {
	be := ref.New[float32]()
	base, err := NewParams(be, small)
	require.NoError(t, err)
	require.NoError(t, base.Init(3))
	weights := map[string][]float32{}
	require.NoError(t, base.Dump(func(name string, _ tensor.Shape, data []float32) { weights[name] = data }))

	p, err := NewParams(be, small, Score)
	require.NoError(t, err)
	w := p.At(Score.Weight())
	dirty := make([]float32, w.Len())
	for i := range dirty {
		dirty[i] = float32(i + 1)
	}
	read := func() []float32 {
		x := tensor.Tensor{Buf: p.Slab.Buf, Off: p.At(Embed).Off, Shape: tensor.Shape{3, small.Channels}}
		tape := autograd.NewTape()
		y := p.Read(tape, Score, x)
		require.Equal(t, tensor.Shape{3}, y.Shape)
		plan, err := tape.Compile(be, y)
		require.NoError(t, err)
		require.NoError(t, plan.Run())
		out := make([]float32, 3)
		require.NoError(t, be.Read(out, plan.At(y)))
		return out
	}
	for name, fill := range map[string]func() error{
		"init": func() error { return p.Init(3) },
		"load": func() error { return p.Load(func(name string) []float32 { return weights[name] }) },
	} {
		require.NoError(t, be.Write(w, dirty))
		require.NoError(t, be.Write(p.At(Embed), make([]float32, p.At(Embed).Len())))
		require.NoError(t, fill())
		require.Equal(t, []float32{0, 0, 0}, read(), name)
		require.NoError(t, p.Dump(func(n string, _ tensor.Shape, data []float32) {
			if want, ok := weights[n]; ok {
				require.Equal(t, want, data, "%s of %s", name, n)
			}
		}))
	}
	require.NoError(t, be.Write(w, dirty))
	require.NotEqual(t, []float32{0, 0, 0}, read())

	weights[Score.Weight()] = dirty[1:]
	err = p.Load(func(name string) []float32 { return weights[name] })
	require.Equal(t, "model_tensor", problem.From(err).Code)
}
