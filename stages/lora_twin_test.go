package stages

import (
	_ "embed"
	"encoding/binary"
	"encoding/json"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"sprout/core/autograd"
	"sprout/core/backend"
	"sprout/core/nn"
	"sprout/core/optim"
	"sprout/core/parallel"
	"sprout/core/tensor"
)

// What testdata/golden/lora.py has written.
var (
	//go:embed testdata/golden/lora.json
	loraTwinJSON []byte
	//go:embed testdata/golden/lora.bin
	loraTwinBin []byte
)

type loraTwin struct {
	nn.AdapterConfig
	LR   float64 `json:"lr"`
	Clip float64 `json:"clip"`
	Runs []struct {
		DoRA      bool          `json:"use_dora"`
		Losses    []float64     `json:"losses"`
		GradNorms []float64     `json:"grad_norms"`
		Gradients []goldenPlace `json:"gradients"`
		Trained   []goldenPlace `json:"trained"`
	} `json:"runs"`
}

// goldenPlace is where a tensor lies in lora.bin.
type goldenPlace struct {
	Name   string `json:"name"`
	Shape  []int  `json:"shape"`
	Offset int    `json:"offset"`
}

func (g goldenPlace) read() []float32 {
	out := make([]float32, tensor.Shape(g.Shape).Len())
	for i := range out {
		out[i] = math.Float32frombits(binary.LittleEndian.Uint32(loraTwinBin[4*(g.Offset+i):]))
	}
	return out
}

func findPlace(t *testing.T, places []goldenPlace, name string) []float32 {
	t.Helper()
	for _, g := range places {
		if g.Name == name {
			return g.read()
		}
	}
	t.Fatalf("the golden file has no tensor %s", name)
	return nil
}

// startAsTwin gives the adapter the values that the twin starts from.
func startAsTwin(t *testing.T, a *nn.Adapter) {
	t.Helper()
	require.NoError(t, a.Init(0)) // B and magnitudes
	stream := uint64(300)
	for i, q := range a.List {
		if !q.Matrix() || i%2 == 1 { // A and B take turns
			continue
		}
		data := make([]float32, q.Shape.Len())
		for j := range data {
			data[j] = float32((float64(twinBits(uint64(j), stream)>>40)/(1<<23) - 1) / 2)
		}
		require.NoError(t, a.Backend().Write(q.In(a.Slab), data))
		stream++
	}
}

// Twenty steps of an adapter on the twin's frozen model: gradients of the first
// step, losses, norms, the adapter that comes out, and the model as it was.
func TestAdaptersMatchPyTorch(t *testing.T) {
	var w loraTwin
	require.NoError(t, json.Unmarshal(loraTwinJSON, &w))
	model := readTwin(t)
	for _, run := range w.Runs {
		t.Run(map[bool]string{false: "LoRA", true: "DoRA"}[run.DoRA], func(t *testing.T) {
			onEngines(t, func(t *testing.T, be backend.Backend) {
				p, err := nn.NewParams(be, model.cfg)
				require.NoError(t, err)
				model.load(t, p)
				frozen := make([]float32, p.Slab.Len())
				require.NoError(t, be.Read(frozen, p.Slab))
				cfg := w.AdapterConfig
				cfg.DoRA = run.DoRA
				a, err := nn.NewAdapter(p, cfg)
				require.NoError(t, err)
				startAsTwin(t, a)

				p.Adapter = a
				r := trained(p)
				T := model.cfg.Context
				r.Record = func(t *autograd.Tape, rows, _ int) parallel.Graph {
					s := newSequences(t, rows, T)
					logits := p.Forward(t, s.in, nn.Options{}).Logits
					return parallel.Graph{
						Ints: []tensor.Tensor{s.tokens, s.targets}, Floats: []tensor.Tensor{s.mask},
						Sums:  []tensor.Tensor{nextTokenLoss(t, logits, s.targets.Reshape(rows*T), s.mask.Reshape(rows*T))},
						Ready: func(plan *autograd.Plan) error { return s.ready(be, plan) },
					}
				}
				group, err := parallel.NewGroup(r, model.Batch, parallel.Crew{})
				require.NoError(t, err)
				defer group.Close()
				adam, err := optim.New(be, a.Slab, group.Grad, cfg.MatrixRange(model.cfg), optim.Config{Beta1: 0.9, Beta2: 0.99, Clip: w.Clip})
				require.NoError(t, err)
				defer adam.Close()

				require.Len(t, run.Losses, 20)
				for step, want := range run.Losses {
					var b parallel.Batch
					model.fill(step, &b)
					sums, err := group.Compute(&b)
					require.NoError(t, err)
					if step == 0 {
						require.NoError(t, a.DumpFrom(group.Grad, func(name string, _ tensor.Shape, got []float32) {
							want := findPlace(t, run.Gradients, name)
							size := 0.0
							for _, x := range want {
								size += float64(x) * float64(x)
							}
							if size == 0 { // A, because B is zero
								require.Equal(t, want, got, name)
								return
							}
							require.Less(t, distance(got, want), 2e-5, "gradient of %s", name)
						}))
					}
					require.InEpsilon(t, want, sums[0]*float64(b.Scale), 1e-4, "loss of step %d", step)
					norm, err := adam.Measure()
					require.NoError(t, err)
					require.InEpsilon(t, run.GradNorms[step], norm, 1e-3, "gradient norm of step %d", step)
					require.NoError(t, adam.Update(step, w.LR))
				}
				require.NoError(t, a.Dump(func(name string, _ tensor.Shape, got []float32) {
					require.Less(t, distance(got, findPlace(t, run.Trained, name)), 1e-3, name)
				}))
				after := make([]float32, p.Slab.Len())
				require.NoError(t, be.Read(after, p.Slab))
				require.Equal(t, frozen, after, "the model is frozen")
			})
		})
	}
}
