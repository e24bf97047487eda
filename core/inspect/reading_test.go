package inspect

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"sprout/core/backend"
	"sprout/core/backend/ref"
	"sprout/core/backend/simd"
	"sprout/core/nn"
)

var small = nn.Config{
	Vocab: 13, Layers: 2, Heads: 4, KVHeads: 2, Channels: 16, Hidden: 24, Context: 32,
	RopeTheta: 10000, NormEps: 1e-5,
}

// bold is a model whose weights are large, so that attention is far from even.
func bold(t *testing.T, be backend.Backend) *nn.Params {
	t.Helper()
	p, err := nn.NewParams(be, small)
	require.NoError(t, err)
	t.Cleanup(p.Close)
	require.NoError(t, p.Init(1))
	scaled(t, be, p, 15)
	return p
}

func scaled(t *testing.T, be backend.Backend, p *nn.Params, by float32) {
	t.Helper()
	for _, q := range p.List {
		if !q.Matrix() {
			continue
		}
		data := make([]float32, q.Shape.Len())
		require.NoError(t, be.Read(data, q.In(p.Slab)))
		for i := range data {
			data[i] *= by
		}
		require.NoError(t, be.Write(q.In(p.Slab), data))
	}
}

var text = []int32{2, 7, 1, 12, 7, 0, 3}

// The attention that is shown is the one that the model computed with: every row
// is a distribution over the past, and with the model's own values it gives, by
// the output projection and the MLP, in double precision, what the layer's lens
// shows.
func TestAttentionGivesTheNextLayer(t *testing.T) {
	for name, be := range map[string]backend.Backend{"ref": ref.New[float32](), "simd": simd.New()} {
		t.Run(name, func(t *testing.T) {
			p := bold(t, be)
			r, err := Read(p, text, Wanted{Attention: true, Lens: true})
			require.NoError(t, err)
			w := byHand{t, p}
			T, H, D := len(text), small.Heads, small.HeadDim()
			x := w.rows(nn.Embed, text)
			for l := range small.Layers {
				h := w.norm(x, nn.InLayer(l, nn.AttentionNorm))
				v := w.times(h, nn.InLayer(l, nn.VProj))
				mixed := make([][]float64, T)
				for i := range mixed {
					mixed[i] = make([]float64, H*D)
					for head := range H {
						a := r.Attention[l][head]
						sum := 0.0
						for j := range T {
							share := float64(a[i*T+j])
							if j > i {
								require.Zero(t, share, "the future")
							}
							sum += share
							for d := range D {
								mixed[i][head*D+d] += share * v[j][head*small.KVHeads/H*D+d]
							}
						}
						require.InDelta(t, 1, sum, 1e-5)
					}
				}
				x = plus(x, w.times(mixed, nn.InLayer(l, nn.OProj)))
				h = w.norm(x, nn.InLayer(l, nn.MLPNorm))
				gate, up := w.times(h, nn.InLayer(l, nn.GateProj)), w.times(h, nn.InLayer(l, nn.UpProj))
				for i, row := range gate {
					for j, g := range row {
						up[i][j] *= g / (1 + math.Exp(-g))
					}
				}
				x = plus(x, w.times(up, nn.InLayer(l, nn.DownProj)))

				logits := w.times(w.norm(x, nn.FinalNorm), nn.Embed)
				for i, row := range logits {
					g := r.Lens[l+1][i]
					share, entropy := softmax(row)
					require.InDelta(t, share[g.Top], g.P, 2e-3)
					for _, s := range share {
						require.LessOrEqual(t, s, g.P+2e-3)
					}
					require.InDelta(t, entropy, g.Entropy, 5e-3)
					if i+1 < T {
						require.InDelta(t, share[text[i+1]], g.Next, 2e-3)
					}
				}
			}
		})
	}
}

// The lens of the last layer is the model's own output, and losses are those of
// its logits.
func TestLastLensIsTheModel(t *testing.T) {
	p := bold(t, simd.New())
	r, err := Read(p, text, Wanted{Lens: true})
	require.NoError(t, err)
	require.Nil(t, r.Attention)
	require.Len(t, r.Lens, small.Layers+1)
	require.True(t, math.IsNaN(r.Losses[0]), "nothing comes before")
	for i, g := range r.Lens[small.Layers] {
		row := make([]float64, small.Vocab)
		for v, x := range r.Logits[i] {
			row[v] = float64(x)
			require.LessOrEqual(t, x, r.Logits[i][g.Top])
		}
		share, entropy := softmax(row)
		require.InDelta(t, share[g.Top], g.P, 1e-9)
		require.InDelta(t, entropy, g.Entropy, 1e-9)
		if i+1 == len(text) {
			require.True(t, math.IsNaN(g.Next))
			continue
		}
		require.InDelta(t, share[text[i+1]], g.Next, 1e-9)
		require.InDelta(t, -math.Log(share[text[i+1]]), r.Losses[i+1], 1e-9)
	}
	require.NotEqual(t, r.Lens[0], r.Lens[1])

	// A single token is a text, too.
	r, err = Read(p, text[:1], Wanted{Attention: true, Lens: true})
	require.NoError(t, err)
	require.InDelta(t, 1, r.Attention[1][3][0], 1e-6)
}

// A model that is broken is named so, instead of being drawn.
func TestNotFinite(t *testing.T) {
	be := simd.New()
	p := bold(t, be)
	scaled(t, be, p, float32(math.Inf(1)))
	_, err := Read(p, text, Wanted{})
	require.ErrorContains(t, err, "not a number")
}

// byHand computes with a model's weights in double precision.
type byHand struct {
	t *testing.T
	p *nn.Params
}

func (w byHand) data(name string) []float32 {
	x := w.p.At(name)
	data := make([]float32, x.Len())
	require.NoError(w.t, w.p.Backend().Read(data, x))
	return data
}

func (w byHand) rows(name string, ids []int32) [][]float64 {
	data, C := w.data(name), w.p.At(name).Shape[1]
	out := make([][]float64, len(ids))
	for i, id := range ids {
		for _, x := range data[int(id)*C : (int(id)+1)*C] {
			out[i] = append(out[i], float64(x))
		}
	}
	return out
}

func (w byHand) times(x [][]float64, name string) [][]float64 {
	data, in := w.data(name), len(x[0])
	out := make([][]float64, len(x))
	for i, row := range x {
		out[i] = make([]float64, len(data)/in)
		for o := range out[i] {
			for k, v := range row {
				out[i][o] += v * float64(data[o*in+k])
			}
		}
	}
	return out
}

func (w byHand) norm(x [][]float64, name string) [][]float64 {
	weight := w.data(name)
	out := make([][]float64, len(x))
	for i, row := range x {
		mean := dot(row, row) / float64(len(row))
		for c, v := range row {
			out[i] = append(out[i], v/math.Sqrt(mean+small.NormEps)*float64(weight[c]))
		}
	}
	return out
}

func plus(a, b [][]float64) [][]float64 {
	for i, row := range a {
		for j := range row {
			row[j] += b[i][j]
		}
	}
	return a
}

func softmax(row []float64) (share []float64, entropy float64) {
	sum := 0.0
	for _, x := range row {
		sum += math.Exp(x)
	}
	for _, x := range row {
		s := math.Exp(x) / sum
		share = append(share, s)
		if s > 0 {
			entropy -= s * math.Log(s)
		}
	}
	return share, entropy
}
