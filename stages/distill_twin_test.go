package stages

import (
	_ "embed"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"sprout/core/backend"
	"sprout/core/nn"
	"sprout/core/optim"
	"sprout/core/parallel"
	"sprout/core/tensor"
)

// What testdata/golden/distill.py has written: student and teacher read each
// conversation of the twin's fine-tuning alone.
//
//go:embed testdata/golden/distill.json
var distillTwinJSON []byte

type distillTwin struct {
	Alpha       float64 `json:"alpha"`
	Temperature float64 `json:"temperature"`
	Beta        float64 `json:"beta"`
	Objectives  map[string]struct {
		Losses    []float64 `json:"losses"`
		GradNorms []float64 `json:"grad_norms"`
		Tensors   []string  `json:"tensors"`
		Gradients []float64 `json:"gradients"`
	} `json:"objectives"`
}

// loadTeacher writes the twin's teacher.
func (w *twin) loadTeacher(t *testing.T, p *nn.Params) {
	t.Helper()
	weights := map[string][]float32{}
	for i, x := range w.Tensors[1:] {
		data := make([]float32, tensor.Shape(x.Shape).Len())
		for j := range data {
			u := (float64(twinBits(uint64(j), uint64(200+i))>>40)/(1<<23) - 1) / 4
			data[j] = float32(1.5 * u)
			if len(x.Shape) == 1 {
				data[j] = float32(u + 1)
			}
		}
		weights[x.Name] = data
	}
	require.NoError(t, p.Load(func(n string) []float32 { return weights[n] }))
}

// The stages' own recorded step, in which the teacher is computed beside the
// student on packed windows, through shards and AdamW: losses, gradient norms
// and the first gradients of all tensors over twenty steps.
func TestStudentsMatchPyTorch(t *testing.T) {
	w, data, model := &distillTwin{}, &sftTwin{}, readTwin(t)
	require.NoError(t, json.Unmarshal(distillTwinJSON, w))
	require.NoError(t, json.Unmarshal(sftTwinJSON, data))
	T := model.cfg.Context
	require.Len(t, w.Objectives, 4)
	for name, o := range w.Objectives {
		t.Run(name, func(t *testing.T) {
			stage, values := taught(Distill{}), map[string]float64{
				"context": float64(T), "alpha": w.Alpha, "temperature": w.Temperature, "beta": w.Beta,
			}
			values["direction"] = float64(name[len(name)-1] - '0')
			if name == "gkd 0" {
				stage = GKD{}
			}
			onEngines(t, func(t *testing.T, be backend.Backend) {
				p, err := nn.NewParams(be, model.cfg)
				require.NoError(t, err)
				model.load(t, p)
				teacher, err := nn.NewParams(be, model.cfg)
				require.NoError(t, err)
				model.loadTeacher(t, teacher)
				group, err := parallel.NewGroup(stage.lesson(p, teacher, values), len(data.Windows), parallel.Crew{})
				require.NoError(t, err)
				defer group.Close()
				adam, err := optim.New(be, p.Slab, group.Grad, model.cfg.MatrixRange(), optim.Config{
					Beta1: model.Beta1, Beta2: model.Beta2, Eps: model.Eps, WeightDecay: data.WeightDecay, Clip: data.Clip,
				})
				require.NoError(t, err)
				defer adam.Close()
				schedule := optim.Schedule{Peak: data.Peak, Floor: data.Floor, Warmup: data.Warmup, Steps: data.Steps}
				for step, want := range o.Losses {
					var b parallel.Batch
					data.fill(step, T, model.cfg.Vocab, &b)
					sums, err := group.Compute(&b)
					require.NoError(t, err)
					require.InEpsilon(t, want, sums[0]*float64(b.Scale), 1e-4, "loss of step %d", step)
					if step == 0 {
						require.NoError(t, p.DumpFrom(group.Grad, func(of string, _ tensor.Shape, g []float32) {
							for i, n := range o.Tensors {
								if n == of {
									norm, product := signs(g, 5000+i)
									require.InEpsilon(t, o.Gradients[2*i], norm, 1e-4, "gradient of %s", n)
									require.InDelta(t, o.Gradients[2*i+1], product, 2e-4*o.Gradients[2*i], "gradient of %s", n)
								}
							}
						}))
					}
					norm, err := adam.Measure()
					require.NoError(t, err)
					require.InEpsilon(t, o.GradNorms[step], norm, 1e-3, "gradient norm of step %d", step)
					require.NoError(t, adam.Update(step, schedule.At(step)))
				}
			})
		})
	}
}
