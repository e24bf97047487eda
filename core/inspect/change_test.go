package inspect

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"sprout/core/backend/ref"
	"sprout/core/nn"
	"sprout/core/tensor"
)

// taught is a model with an adapter that changes something.
func taught(t *testing.T, cfg nn.AdapterConfig) (*nn.Params, *nn.Adapter) {
	t.Helper()
	p := bold(t, ref.New[float32]())
	a, err := nn.NewAdapter(p, cfg)
	require.NoError(t, err)
	t.Cleanup(a.Close)
	require.NoError(t, a.Init(3))
	rng := tensor.NewRNG(9)
	require.NoError(t, a.Load(func(name string) []float32 {
		data := make([]float32, a.At(name).Len())
		for i := range data {
			data[i] = float32(rng.Normal())
		}
		return data
	}))
	return p, a
}

// What is drawn of an adapter is (α/r)·BA, of rank r, and its singular values
// are those of gonum's decomposition of the very matrix.
func TestDeltaOfAnAdapter(t *testing.T) {
	p, a := taught(t, nn.AdapterConfig{Rank: 3, Alpha: 6, Targets: []string{"q_proj", "down_proj"}})
	all, err := Changes(WithAdapter(a))
	require.NoError(t, err)
	require.Len(t, all, 4)
	for _, c := range all {
		d, err := DeltaOf(WithAdapter(a), c.Name)
		require.NoError(t, err)
		require.Equal(t, c, d.Change)
		A, B, err := a.Factors(c.Name)
		require.NoError(t, err)
		out, in := c.Shape[0], c.Shape[1]
		var want mat.Dense
		want.Mul(wide(B, out, 3), wide(A, 3, in))
		want.Scale(2, &want)
		for i, x := range want.RawMatrix().Data {
			require.InDelta(t, x, d.Values[i], 1e-9)
		}
		require.InEpsilon(t, mat.Norm(&want, 2), c.Size, 1e-9)
		require.InEpsilon(t, mat.Norm(wide(byHand{t, p}.data(c.Name), out, in), 2), c.Size/c.Relative, 1e-9)
		var svd mat.SVD
		require.True(t, svd.Factorize(&want, mat.SVDNone))
		require.Len(t, d.Singular, min(out, in))
		for i, s := range svd.Values(nil) {
			if i < 3 {
				require.InEpsilon(t, s, d.Singular[i], 1e-9)
			} else {
				require.Zero(t, d.Singular[i], "no more than r directions")
			}
		}
	}
	d, err := DeltaOf(WithAdapter(a), nn.InLayer(0, nn.KProj))
	require.NoError(t, err)
	require.Nil(t, d, "a matrix without an adapter")
}

// DoRA's change has more directions than its rank: it turns every row.
func TestDeltaOfDoRA(t *testing.T) {
	_, a := taught(t, nn.AdapterConfig{Rank: 2, Alpha: 2, Targets: []string{"o_proj"}, DoRA: true})
	d, err := DeltaOf(WithAdapter(a), nn.InLayer(1, nn.OProj))
	require.NoError(t, err)
	require.Positive(t, d.Singular[2])
}

// Between two models only what was changed counts.
func TestBetween(t *testing.T) {
	p := bold(t, ref.New[float32]())
	before, after := map[string][]float32{}, map[string][]float32{}
	require.NoError(t, p.Dump(func(name string, _ tensor.Shape, data []float32) {
		before[name] = data
		after[name] = append([]float32(nil), data...)
	}))
	name := nn.InLayer(1, nn.UpProj)
	for i := range after[name] {
		after[name][i] *= 1.5
	}
	all, err := Changes(Between(small, func(n string) []float32 { return before[n] }, func(n string) []float32 { return after[n] }))
	require.NoError(t, err)
	require.Len(t, all, 1+7*small.Layers, "matrices, no norms")
	for _, c := range all {
		if c.Name == name {
			require.InDelta(t, 0.5, c.Relative, 1e-6)
		} else {
			require.Zero(t, c.Relative)
		}
	}
}

func TestExtremes(t *testing.T) {
	cells, h, w, block := Extremes(3, 4, []float64{
		1, -2, 0, 3,
		0, 1, -4, 0,
		5, 0, 0, -6,
	}, 2)
	require.Equal(t, []float32{-2, -4, 5, -6}, cells)
	require.Equal(t, []int{2, 2, 2}, []int{h, w, block})
	cells, h, w, block = Extremes(1, 3, []float64{1, -2, 3}, 3)
	require.Equal(t, []float32{1, -2, 3}, cells)
	require.Equal(t, []int{1, 3, 1}, []int{h, w, block})
}

// The map's axes and shares are those of gonum's principal components.
func TestEmbeddings(t *testing.T) {
	p := bold(t, ref.New[float32]())
	m, err := Embeddings(p)
	require.NoError(t, err)
	x := wide(byHand{t, p}.data(nn.Embed), small.Vocab, small.Channels)
	var pc stat.PC
	require.True(t, pc.PrincipalComponents(x, nil))
	vars := pc.VarsTo(nil)
	total := 0.0
	for _, v := range vars {
		total += v
	}
	var axes mat.Dense
	pc.VectorsTo(&axes)
	for k, at := range [][]float64{m.X, m.Y} {
		require.InEpsilon(t, vars[k]/total, m.Explained[k], 1e-9)
		require.InEpsilon(t, vars[k], stat.Variance(at, nil), 1e-9)
		axis := mat.Col(nil, k, &axes)
		sign := 0.0
		for v := range small.Vocab {
			along := dot(axis, mat.Row(nil, v, x)) - dot(axis, mat.Row(nil, 0, x))
			if sign == 0 && v > 0 {
				sign = math.Copysign(1, along*(at[v]-at[0]))
			}
			require.InDelta(t, sign*along, at[v]-at[0], 1e-9)
		}
	}
}

func TestNearest(t *testing.T) {
	be := ref.New[float32]()
	p := bold(t, be)
	w := p.At(nn.Embed)
	data := byHand{t, p}.data(nn.Embed)
	copy(data[5*small.Channels:], data[2*small.Channels:3*small.Channels]) // 5 is twice 2
	for c := range small.Channels {
		data[5*small.Channels+c] *= 2
		data[8*small.Channels+c] = -data[2*small.Channels+c]
	}
	require.NoError(t, be.Write(w, data))
	near, err := Nearest(p, 2, 100)
	require.NoError(t, err)
	require.Len(t, near, small.Vocab-1)
	require.Equal(t, int32(5), near[0].ID)
	require.InDelta(t, 1, near[0].Cosine, 1e-9)
	require.Equal(t, int32(8), near[len(near)-1].ID)
	require.InDelta(t, -1, near[len(near)-1].Cosine, 1e-9)
	near, err = Nearest(p, 2, 3)
	require.NoError(t, err)
	require.Len(t, near, 3)
}

func wide(data []float32, rows, cols int) *mat.Dense {
	out := mat.NewDense(rows, cols, nil)
	for i, x := range data {
		out.RawMatrix().Data[i] = float64(x)
	}
	return out
}
