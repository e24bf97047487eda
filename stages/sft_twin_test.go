package stages

import (
	_ "embed"
	"encoding/binary"
	"encoding/json"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"sprout/core/backend"
	"sprout/core/nn"
	"sprout/core/optim"
	"sprout/core/parallel"
	"sprout/core/tensor"
)

// What testdata/golden/sft.py has written: each conversation read alone.
var (
	//go:embed testdata/golden/sft.json
	sftTwinJSON []byte
	//go:embed testdata/golden/sft.bin
	sftTwinBin []byte
)

type sftTwin struct {
	Windows     [][]int   `json:"windows"`
	Steps       int       `json:"steps"`
	Warmup      int       `json:"warmup"`
	Peak        float64   `json:"peak"`
	Floor       float64   `json:"floor"`
	Clip        float64   `json:"clip"`
	WeightDecay float64   `json:"weight_decay"`
	Losses      []float64 `json:"losses"`
	Answers     []float64 `json:"answers"`
	GradNorms   []float64 `json:"grad_norms"`
	Tensors     []struct {
		Name   string `json:"name"`
		Shape  []int  `json:"shape"`
		Offset int    `json:"offset"`
	} `json:"tensors"`
}

// fill packs the twin's conversations of a step.
func (w *sftTwin) fill(step, T, vocab int, b *parallel.Batch) {
	var all []Conversation
	var windows [][]int
	for row, lengths := range w.Windows {
		windows = append(windows, nil)
		for _, n := range lengths {
			c := Conversation{Tokens: make([]int32, n+1), Learned: make([]bool, n+1)}
			for i := range c.Tokens {
				c.Tokens[i] = int32(twinBits(uint64(i), uint64(8000+16*(step%4)+len(all))) % uint64(vocab))
				c.Learned[i] = i > 0 && (i > n/2 || row == len(w.Windows)-1)
			}
			windows[row] = append(windows[row], len(all))
			all = append(all, c)
		}
	}
	l := newLessons(all, nil, 0, 0, len(windows), T)
	learned := float32(0)
	for r, conversations := range windows {
		l.row(r, conversations)
	}
	for _, m := range l.mask {
		learned += m
	}
	clear(l.talk[(len(windows)-1)*T:]) // the last one is text
	b.Rows, b.Scale = len(windows), 1/learned
	b.Ints, b.Floats = [][]int32{l.inputs, l.targets, l.pos, l.from}, [][]float32{l.mask, l.talk}
}

// First-step gradients, then twenty steps: what the twin reads one by one is
// packed here.
func TestSFTMatchesPyTorch(t *testing.T) {
	w, model := &sftTwin{}, readTwin(t)
	require.NoError(t, json.Unmarshal(sftTwinJSON, w))
	T := model.cfg.Context
	onEngines(t, func(t *testing.T, be backend.Backend) {
		p, err := nn.NewParams(be, model.cfg)
		require.NoError(t, err)
		model.load(t, p)
		group, err := parallel.NewGroup(conversationModel(p, T), len(w.Windows), parallel.Crew{})
		require.NoError(t, err)
		defer group.Close()
		adam, err := optim.New(be, p.Slab, group.Grad, model.cfg.MatrixRange(), optim.Config{
			Beta1: model.Beta1, Beta2: model.Beta2, Eps: model.Eps, WeightDecay: w.WeightDecay, Clip: w.Clip,
		})
		require.NoError(t, err)
		defer adam.Close()
		schedule := optim.Schedule{Peak: w.Peak, Floor: w.Floor, Warmup: w.Warmup, Steps: w.Steps}
		for step, want := range w.Losses {
			var b parallel.Batch
			w.fill(step, T, model.cfg.Vocab, &b)
			sums, err := group.Compute(&b)
			require.NoError(t, err)
			if step == 0 {
				require.NoError(t, p.DumpFrom(group.Grad, func(name string, _ tensor.Shape, got []float32) {
					require.Less(t, distance(got, w.gradient(t, name)), 1e-5, "gradient of %s", name)
				}))
			}
			require.InEpsilon(t, want, sums[0]*float64(b.Scale), 1e-4, "loss of step %d", step)
			m := tellAnswers(Metrics{}, sums, &b)
			require.InEpsilon(t, w.Answers[step], m.TrainLoss, 1e-4, "answers of step %d", step)
			norm, err := adam.Measure()
			require.NoError(t, err)
			require.InEpsilon(t, w.GradNorms[step], norm, 1e-3, "gradient norm of step %d", step)
			require.NoError(t, adam.Update(step, schedule.At(step)))
		}
	})
}

func (w *sftTwin) gradient(t *testing.T, name string) []float32 {
	t.Helper()
	for _, x := range w.Tensors {
		if x.Name == name {
			out := make([]float32, tensor.Shape(x.Shape).Len())
			for i := range out {
				out[i] = math.Float32frombits(binary.LittleEndian.Uint32(sftTwinBin[4*(x.Offset+i):]))
			}
			return out
		}
	}
	t.Fatalf("the golden file has no gradient %s", name)
	return nil
}
