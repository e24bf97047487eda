package stages

import (
	_ "embed"
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

// What testdata/golden/pairs.py has written: training on pairs in PyTorch.
//
//go:embed testdata/golden/pairs.json
var pairsJSON []byte

type pairsTwin struct {
	Pairs       int     `json:"pairs"`
	Prompt      int     `json:"prompt"`
	Batches     int     `json:"batches"`
	Steps       int     `json:"steps"`
	LR          float64 `json:"lr"`
	Beta1       float64 `json:"beta1"`
	Beta2       float64 `json:"beta2"`
	Eps         float64 `json:"eps"`
	WeightDecay float64 `json:"weight_decay"`
	Clip        float64 `json:"clip"`
	Objectives  map[string]struct {
		Objective string             `json:"objective"`
		Values    map[string]float64 `json:"values"`
		Tensors   []string           `json:"tensors"`
		Losses    []float64          `json:"losses"`
		Chosen    []float64          `json:"chosen"`
		Rejected  []float64          `json:"rejected"`
		Gradients [][]float64        `json:"gradients"` // norm and product with signs of each tensor
	} `json:"objectives"`
}

// contests are the twin's pairs of a step.
func (w *pairsTwin) contests(step, T, vocab int) []contest {
	out := make([]contest, w.Pairs)
	for i := range out {
		for k := range 2 {
			row := uint64(2*i + k)
			length := 2 + int(twinBits(row, uint64(9000+step%w.Batches))%uint64(T-w.Prompt-1))
			c := &out[i][k]
			for j := range w.Prompt + length {
				from := row
				if j < w.Prompt {
					from = uint64(2 * i)
				}
				id := twinBits(from*uint64(T+1)+uint64(j), uint64(8000+step%w.Batches)) % uint64(vocab)
				c.Tokens = append(c.Tokens, int32(id))
				c.Learned = append(c.Learned, j >= w.Prompt)
			}
		}
	}
	return out
}

// signs is the twin's vector of hashed signs.
func signs(g []float32, stream int) (norm, product float64) {
	for i, x := range g {
		s := 1 - 2*float64(twinBits(uint64(i), uint64(stream))>>63)
		norm += float64(x) * float64(x)
		product += s * float64(x)
	}
	return math.Sqrt(norm), product
}

// Every objective on pairs, computed through the shards and AdamW, beside the
// same in PyTorch: the losses and the gradients of all tensors over twenty steps.
func TestPairsMatchPyTorch(t *testing.T) {
	base := readTwin(t)
	w := &pairsTwin{}
	require.NoError(t, json.Unmarshal(pairsJSON, w))
	losses := map[string]func(map[string]float64) pairLoss{
		"dpo": DPO{}.loss, "cdpo": ConservativeDPO{}.loss, "ipo": IPO{}.loss, "simpo": SimPO{}.loss, "reward": Reward{}.loss,
	}
	require.Len(t, w.Objectives, 6)
	for name, o := range w.Objectives {
		t.Run(name, func(t *testing.T) {
			onEngines(t, func(t *testing.T, be backend.Backend) {
				objective := paired{T: base.cfg.Context, loss: losses[o.Objective](o.Values)}
				var heads []nn.Head
				if o.Objective == "reward" {
					heads, objective.head = []nn.Head{nn.Score}, nn.Score
				}
				p, err := nn.NewParams(be, base.cfg, heads...)
				require.NoError(t, err)
				base.load(t, p)
				rows := pairRows{T: objective.T, rewards: objective.head != ""}
				rows.resize(w.Pairs)

				references := make([][][2]float32, w.Batches)
				for i := range references {
					s := newServices(p)
					references[i], err = referenceLogProbs(s.score, w.contests(i, objective.T, base.cfg.Vocab), objective.T, nil)
					require.NoError(t, err)
					s.close()
				}
				group, err := parallel.NewGroup(objective.replica(p), w.Pairs, parallel.Crew{})
				require.NoError(t, err)
				defer group.Close()
				adam, err := optim.New(be, p.Slab, group.Grad, base.cfg.MatrixRange(), optim.Config{
					Beta1: w.Beta1, Beta2: w.Beta2, Eps: w.Eps, WeightDecay: w.WeightDecay, Clip: w.Clip,
				})
				require.NoError(t, err)
				defer adam.Close()

				var b parallel.Batch
				for step := range w.Steps {
					for i, c := range w.contests(step, objective.T, base.cfg.Vocab) {
						rows.set(i, c, references[step%w.Batches][i])
					}
					rows.batch(&b)
					sums, err := group.Compute(&b)
					require.NoError(t, err)
					for i, want := range []float64{o.Losses[step], o.Chosen[step], o.Rejected[step]} {
						require.InDelta(t, want, sums[i]*float64(b.Scale), 1e-4*max(math.Abs(want), 1e-2), "sum %d of step %d", i, step)
					}
					require.NoError(t, p.DumpFrom(group.Grad, func(tensorName string, _ tensor.Shape, g []float32) {
						for i, n := range o.Tensors {
							if n != tensorName {
								continue
							}
							norm, product := signs(g, 5000+i)
							wantNorm, wantProduct := o.Gradients[step][2*i], o.Gradients[step][2*i+1]
							require.InDelta(t, wantNorm, norm, 1e-4*wantNorm, "gradient of %s at step %d", n, step)
							require.InDelta(t, wantProduct, product, 2e-4*wantNorm, "gradient of %s at step %d", n, step)
						}
					}))
					_, err = adam.Measure()
					require.NoError(t, err)
					require.NoError(t, adam.Update(step, w.LR))
				}
			})
		})
	}
}
