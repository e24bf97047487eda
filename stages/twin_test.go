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
	"sprout/core/backend/ref"
	"sprout/core/backend/simd"
	"sprout/core/nn"
	"sprout/core/optim"
	"sprout/core/parallel"
	"sprout/core/tensor"
)

// What testdata/golden/twin.py has written: the same model in PyTorch.
var (
	//go:embed testdata/golden/twin.json
	twinJSON []byte
	//go:embed testdata/golden/twin.bin
	twinBin []byte
)

type twin struct {
	Config      json.RawMessage `json:"config"`
	Batch       int             `json:"batch"`
	Steps       int             `json:"steps"`
	Peak        float64         `json:"peak"`
	Floor       float64         `json:"floor"`
	Warmup      int             `json:"warmup"`
	Beta1       float64         `json:"beta1"`
	Beta2       float64         `json:"beta2"`
	Eps         float64         `json:"eps"`
	WeightDecay float64         `json:"weight_decay"`
	Clip        float64         `json:"clip"`
	Losses      []float64       `json:"losses"`
	GradNorms   []float64       `json:"grad_norms"`
	LRs         []float64       `json:"lrs"`
	Tensors     []struct {
		Name   string `json:"name"`
		Shape  []int  `json:"shape"`
		Offset int    `json:"offset"`
	} `json:"tensors"`

	cfg nn.Config
}

func readTwin(t *testing.T) *twin {
	t.Helper()
	w := &twin{}
	require.NoError(t, json.Unmarshal(twinJSON, w))
	var err error
	w.cfg, err = nn.ParseConfig(w.Config)
	require.NoError(t, err)
	return w
}

func (w *twin) tensor(t *testing.T, name string) []float32 {
	t.Helper()
	for _, x := range w.Tensors {
		if x.Name == name {
			out := make([]float32, tensor.Shape(x.Shape).Len())
			for i := range out {
				out[i] = math.Float32frombits(binary.LittleEndian.Uint32(twinBin[4*(x.Offset+i):]))
			}
			return out
		}
	}
	t.Fatalf("the golden file has no tensor %s", name)
	return nil
}

// twinBits is output i of the twin's counter hash.
func twinBits(i, stream uint64) uint64 {
	x := (stream<<32 + i + 1) * 0x9E3779B97F4A7C15
	x = (x ^ x>>30) * 0xBF58476D1CE4E5B9
	x = (x ^ x>>27) * 0x94D049BB133111EB
	return x ^ x>>31
}

// load writes the twin's initial weights, whose streams are numbered in the
// order in which the twin lists its gradients.
func (w *twin) load(t *testing.T, p *nn.Params) {
	t.Helper()
	weights := map[string][]float32{}
	for i, x := range w.Tensors[1:] {
		data := make([]float32, tensor.Shape(x.Shape).Len())
		for j := range data {
			u := float64(twinBits(uint64(j), uint64(100+i))>>40)/(1<<23) - 1
			data[j] = float32(u / 4)
			if len(x.Shape) == 1 {
				data[j] = float32(u/4 + 1)
			}
		}
		weights[x.Name] = data
	}
	require.NoError(t, p.Load(func(n string) []float32 { return weights[n] }))
}

// fill is the twin's batch of a step.
func (w *twin) fill(step int, b *parallel.Batch) {
	B, T := w.Batch, w.cfg.Context
	inputs, targets, mask := make([]int32, B*T), make([]int32, B*T), make([]float32, B*T)
	unmasked := 0
	for r := range B {
		for i := range T {
			at := uint64(r*(T+1) + i)
			stream := uint64(7000 + step%4)
			inputs[r*T+i] = int32(twinBits(at, stream) % uint64(w.cfg.Vocab))
			targets[r*T+i] = int32(twinBits(at+1, stream) % uint64(w.cfg.Vocab))
			if !(r == 1 && i < 4) && !(r == 2 && i > 0) {
				mask[r*T+i] = 1
				unmasked++
			}
		}
	}
	b.Rows, b.Ints, b.Floats, b.Scale = B, [][]int32{inputs, targets}, [][]float32{mask}, 1/float32(unmasked)
}

// onEngines runs f on both engines; the slow one natively alone, as core/op/optest
// compares the two in a browser, too.
func onEngines(t *testing.T, f func(t *testing.T, be backend.Backend)) {
	if !inBrowser {
		t.Run("ref", func(t *testing.T) { f(t, ref.New[float32]()) })
	}
	t.Run("simd", func(t *testing.T) { f(t, simd.New()) })
}

// distance is ‖got − want‖ / ‖want‖.
func distance(got, want []float32) float64 {
	diff, size := 0.0, 0.0
	for i, x := range want {
		d := float64(got[i]) - float64(x)
		diff += d * d
		size += float64(x) * float64(x)
	}
	return math.Sqrt(diff / size)
}

func TestLogitsMatchPyTorch(t *testing.T) {
	w := readTwin(t)
	onEngines(t, func(t *testing.T, be backend.Backend) {
		p, err := nn.NewParams(be, w.cfg)
		require.NoError(t, err)
		w.load(t, p)
		var b parallel.Batch
		w.fill(0, &b)
		tape := autograd.NewTape()
		seq := newSequences(tape, w.Batch, w.cfg.Context)
		logits := p.Forward(tape, seq.in, nn.Options{}).Logits
		plan, err := tape.Compile(be, logits)
		require.NoError(t, err)
		require.NoError(t, seq.ready(be, plan))
		require.NoError(t, be.WriteInts(plan.At(seq.tokens), b.Ints[0]))
		require.NoError(t, plan.Run())
		got := make([]float32, logits.Len())
		require.NoError(t, be.Read(got, plan.At(logits)))
		require.Less(t, distance(got, w.tensor(t, "logits")), 1e-5)
	})
}

// All gradients of the first step, then fifty steps of AdamW with warm-up,
// cosine and clipping, computed through the shards.
func TestTrainingMatchesPyTorch(t *testing.T) {
	w := readTwin(t)
	onEngines(t, func(t *testing.T, be backend.Backend) {
		p, err := nn.NewParams(be, w.cfg)
		require.NoError(t, err)
		w.load(t, p)
		group, err := parallel.NewGroup(languageModel(p, w.cfg.Context), w.Batch, parallel.Crew{})
		require.NoError(t, err)
		defer group.Close()
		adam, err := optim.New(be, p.Slab, group.Grad, w.cfg.MatrixRange(), optim.Config{
			Beta1: w.Beta1, Beta2: w.Beta2, Eps: w.Eps, WeightDecay: w.WeightDecay, Clip: w.Clip,
		})
		require.NoError(t, err)
		defer adam.Close()
		schedule := optim.Schedule{Peak: w.Peak, Floor: w.Floor, Warmup: w.Warmup, Steps: w.Steps}

		clipped := 0
		for step, want := range w.Losses {
			var b parallel.Batch
			w.fill(step, &b)
			sums, err := group.Compute(&b)
			require.NoError(t, err)
			if step == 0 {
				require.NoError(t, p.DumpFrom(group.Grad, func(name string, _ tensor.Shape, got []float32) {
					require.Less(t, distance(got, w.tensor(t, name)), 1e-5, "gradient of %s", name)
				}))
			}
			require.InEpsilon(t, want, sums[0]*float64(b.Scale), 1e-4, "loss of step %d", step)
			norm, err := adam.Measure()
			require.NoError(t, err)
			require.InEpsilon(t, w.GradNorms[step], norm, 1e-3, "gradient norm of step %d", step)
			if norm > w.Clip {
				clipped++
			}
			require.InEpsilon(t, w.LRs[step], schedule.At(step), 1e-12)
			require.NoError(t, adam.Update(step, schedule.At(step)))
		}
		require.NotZero(t, clipped, "some steps are clipped")
		require.Less(t, clipped, w.Steps, "and some are not")
		require.Less(t, w.Losses[w.Steps-1], w.Losses[0]/2)
	})
}
