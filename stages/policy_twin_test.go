package stages

import (
	_ "embed"
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

// What testdata/golden/policy.py has written: policy losses and distillation in
// PyTorch.
//
//go:embed testdata/golden/policy.json
var policyJSON []byte

type policyTwin struct {
	Groups      int     `json:"groups"`
	Group       int     `json:"group"`
	Prompt      int     `json:"prompt"`
	Batches     int     `json:"batches"`
	LR          float64 `json:"lr"`
	Beta1       float64 `json:"beta1"`
	Beta2       float64 `json:"beta2"`
	Eps         float64 `json:"eps"`
	WeightDecay float64 `json:"weight_decay"`
	Clip        float64 `json:"clip"`
	Low         float64 `json:"low"`
	High        float64 `json:"high"`
	Higher      float64 `json:"higher"`
	KLLoss      float64 `json:"kl_loss"`
	KLReward    float64 `json:"kl_reward"`
	Gamma       float64 `json:"gamma"`
	Lambda      float64 `json:"lambda"`
	Value       float64 `json:"value"`
	Entropy     float64 `json:"entropy"`
	Alpha       float64 `json:"alpha"`
	Temperature float64 `json:"temperature"`
	JSD         float64 `json:"jsd"`
	Objectives  map[string]struct {
		Tensors   []string    `json:"tensors"`
		Losses    []float64   `json:"losses"`
		Gradients [][]float64 `json:"gradients"` // norm and product with signs of each tensor
	} `json:"objectives"`

	cfg nn.Config
}

// twinNoise are the twin's hashed numbers in ±scale.
func twinNoise(n int, stream uint64, scale float64) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = scale * (float64(twinBits(uint64(i), stream)>>40)/(1<<23) - 1)
	}
	return out
}

// episode is one of the twin's batches: answers, and what was thought of them.
type episode struct {
	tokens, targets   []int32   // [rows·T]
	mask              []float32 // of the answers' tokens among the targets
	lengths           []int
	rewards, tracked  []float64 // [rows]
	values            []float64 // [rows·T]
	old, ref, teacher []float64
}

func (w *policyTwin) rows() int { return w.Groups * w.Group }

func (w *policyTwin) episode(b int) *episode {
	rows, T, V, at := w.rows(), w.cfg.Context, w.cfg.Vocab, uint64(b)
	e := &episode{
		tokens: make([]int32, rows*T), targets: make([]int32, rows*T), mask: make([]float32, rows*T),
		rewards: twinNoise(rows, 10200+at, 1), tracked: twinNoise(rows, 10400+at, 1),
		values: twinNoise(rows*T, 10300+at, 0.5), teacher: twinNoise(rows*T*V, 10500+at, 3),
	}
	for r := range rows {
		e.tracked[r] = (e.tracked[r] + 1) / 2
		n := 2 + int(twinBits(uint64(r), 10100+at)%uint64(T-w.Prompt-1))
		e.lengths = append(e.lengths, n)
		id := func(i int) int32 {
			if i >= w.Prompt+n {
				return 0
			}
			return int32(twinBits(uint64(r*(T+1)+i), 10000+at) % uint64(V))
		}
		for i := range T {
			e.tokens[r*T+i], e.targets[r*T+i] = id(i), id(i+1)
			if i >= w.Prompt-1 && i < w.Prompt+n-1 {
				e.mask[r*T+i] = 1
			}
		}
	}
	return e
}

// start fixes the policies of sampling and of reference: the model as it is, and
// the twin's noise.
func (e *episode) start(t *testing.T, p *nn.Params, b, T int) {
	t.Helper()
	be, rows := p.Backend(), len(e.lengths)
	tape := autograd.NewTape()
	s := newSequences(tape, rows, T)
	lp := tokenLogProbs(tape, p.Forward(tape, s.in, nn.Options{}).Logits, s.targets.Reshape(rows*T), s.mask.Reshape(rows*T))
	plan, err := tape.Compile(be, lp)
	require.NoError(t, err)
	defer plan.Close()
	require.NoError(t, s.ready(be, plan))
	require.NoError(t, be.WriteInts(plan.At(s.tokens), e.tokens))
	require.NoError(t, be.WriteInts(plan.At(s.targets), e.targets))
	require.NoError(t, be.Write(plan.At(s.mask), e.mask))
	require.NoError(t, plan.Run())
	now := make([]float32, rows*T)
	require.NoError(t, be.Read(now, plan.At(lp)))
	e.old, e.ref = twinNoise(rows*T, 10600+uint64(b), 0.35), twinNoise(rows*T, 10700+uint64(b), 0.5)
	for i, m := range e.mask {
		e.old[i], e.ref[i] = (float64(now[i])+e.old[i])*float64(m), (float64(now[i])+e.ref[i])*float64(m)
	}
}

// answer is the part of a row's values that belongs to its answer.
func (w *policyTwin) answer(x []float64, row, length int) []float64 {
	from := row*w.cfg.Context + w.Prompt - 1
	return x[from : from+length]
}

// learned is what a stage makes of an episode: its learner, and the batch that its
// practice fills from the answers.
func (w *policyTwin) learned(t *testing.T, stage policyStage, e *episode) (learner, parallel.Batch) {
	t.Helper()
	v := map[string]float64{
		"clip_low": w.Low, "clip_high": w.High, "group": float64(w.Group), "max_tokens": float64(w.cfg.Context - w.Prompt),
		"gamma": w.Gamma, "lambda": w.Lambda, "value_coef": w.Value, "value_clip": w.Low, "entropy_coef": w.Entropy, "beta": w.KLLoss,
	}
	if stage.Name() == "dapo" || stage.Name() == "spo" {
		v["clip_high"] = w.Higher
	}
	l, T := stage.learner(v), w.cfg.Context
	p := &practice{opened: &opened{}, learner: l, source: byGraders, batch: w.rows(), epochs: 1, critic: len(headsOf(stage)) > 0}
	p.memory.Beta, p.memory.Measures = w.KLReward, map[string]float64{}
	for r, n := range e.lengths {
		p.train = append(p.train, task{opening: opening{tokens: e.tokens[r*T : r*T+w.Prompt]}})
		v := e.tracked[r]
		p.memory.Trackers = append(p.memory.Trackers, promptTracker{betaTracker: betaTracker{A: v, B: 1 - v}})
		first := r*T + w.Prompt - 1
		p.memory.Attempts = append(p.memory.Attempts, attempt{
			Task: r, Tokens: e.targets[first : first+n], Reward: e.rewards[r],
			LogProbs: narrow(w.answer(e.old, r, n)), Reference: narrow(w.answer(e.ref, r, n)), Values: narrow(w.answer(e.values, r, n)),
		})
	}
	p.rows = experienceRows{attemptRows: attemptRows{tasks: p.train, T: T}}
	require.NoError(t, l.credit(p, nil, p.memory.Attempts))
	var b parallel.Batch
	p.fill(0, &b)
	return l, b
}

func narrow(x []float64) []float32 {
	out := make([]float32, len(x))
	for i, v := range x {
		out[i] = float32(v)
	}
	return out
}

// material is what an objective makes of an episode: float inputs beside the mask,
// rows × width each, and the divisor of the loss.
type material struct {
	floats  [][]float64
	divisor float64
}

// course is one of the twin's objectives.
type course struct {
	inputs  int // float inputs beside the mask
	width   int // of a position in the last of them; 0 means 1
	prepare func(*episode) material
	loss    func(t *autograd.Tape, k *constants, p *nn.Params, out nn.Output, next, mask tensor.Tensor, in []tensor.Tensor) tensor.Tensor
}

func (w *policyTwin) courses() map[string]course {
	taught := func(loss func(t *autograd.Tape, k *constants, teacher, student, next, mask tensor.Tensor) tensor.Tensor) course {
		return course{
			inputs: 1, width: w.cfg.Vocab,
			prepare: func(e *episode) material {
				_, tokens := dapo{}.weights(e.lengths, 0)
				return material{[][]float64{e.teacher}, tokens}
			},
			loss: func(t *autograd.Tape, k *constants, _ *nn.Params, out nn.Output, next, mask tensor.Tensor, in []tensor.Tensor) tensor.Tensor {
				return loss(t, k, in[0].Reshape(out.Logits.Shape...), out.Logits, next, mask)
			},
		}
	}
	kd := func(d divergence) course {
		return taught(func(t *autograd.Tape, k *constants, teacher, student, next, mask tensor.Tensor) tensor.Tensor {
			all, _ := distillLoss(t, k, d, teacher, student, next, mask, w.Alpha, w.Temperature)
			return all
		})
	}
	return map[string]course{
		"kd_forward": kd(forwardKL{}), "kd_reverse": kd(reverseKL{}),
		"gkd": taught(func(t *autograd.Tape, k *constants, teacher, student, _, mask tensor.Tensor) tensor.Tensor {
			all, _ := gkdLoss(t, k, teacher, student, mask, w.JSD, 1)
			return all
		}),
	}
}

// replica records a course for the shards of a batch.
func (w *policyTwin) replica(p *nn.Params, c course) parallel.Replica {
	T, r := w.cfg.Context, trained(p)
	r.Record = func(t *autograd.Tape, rows, _ int) parallel.Graph {
		s, k := newSequences(t, rows, T), &constants{}
		g := parallel.Graph{Ints: []tensor.Tensor{s.tokens, s.targets}, Floats: []tensor.Tensor{s.mask}}
		flat := make([]tensor.Tensor, c.inputs)
		for i := range flat {
			width := 1
			if i == c.inputs-1 {
				width = max(1, c.width)
			}
			x := t.Input(tensor.F32, rows, T*width)
			g.Floats, flat[i] = append(g.Floats, x), x.Reshape(x.Len())
		}
		out := p.Forward(t, s.in, nn.Options{})
		g.Sums = []tensor.Tensor{c.loss(t, k, p, out, s.targets.Reshape(rows*T), s.mask.Reshape(rows*T), flat)}
		g.Ready = func(plan *autograd.Plan) error {
			if err := k.ready(p.Backend(), plan); err != nil {
				return err
			}
			return s.ready(p.Backend(), plan)
		}
		return g
	}
	return r
}

// prepared is what an objective trains on: its replica, and the batches, in the
// state in which the model begins.
func (w *policyTwin) prepared(t *testing.T, name string, p *nn.Params) (r parallel.Replica, batches []parallel.Batch) {
	t.Helper()
	for i := range w.Batches {
		e := w.episode(i)
		e.start(t, p, i, w.cfg.Context)
		if stage, err := Find(name); err == nil {
			if stage, ok := stage.(policyStage); ok {
				l, b := w.learned(t, stage, e)
				batches = append(batches, b)
				r = policyReplica(p, l, w.cfg.Context, 1, len(headsOf(stage)) > 0)
				continue
			}
		}
		c, ok := w.courses()[name]
		require.True(t, ok, name)
		r = w.replica(p, c)
		m := c.prepare(e)
		b := parallel.Batch{Rows: w.rows(), Ints: [][]int32{e.tokens, e.targets}, Floats: [][]float32{e.mask}, Scale: float32(1 / m.divisor)}
		for _, x := range m.floats {
			b.Floats = append(b.Floats, narrow(x))
		}
		batches = append(batches, b)
	}
	return r, batches
}

// Every objective of reinforcement and distillation, computed through the shards
// and AdamW, beside the same in PyTorch: the losses and the gradients of all
// tensors over twenty steps. Those of reinforcement go all the way that a stage
// goes from sampled answers on: credit, minibatches, the recorded objective. Ten
// rows in four shards: two of them are filled up with rows of zeros.
func TestPolicyLossesMatchPyTorch(t *testing.T) {
	base := readTwin(t)
	w := &policyTwin{cfg: base.cfg}
	require.NoError(t, json.Unmarshal(policyJSON, w))
	require.Len(t, w.Objectives, len(policyStages)+3)
	for name, o := range w.Objectives {
		t.Run(name, func(t *testing.T) {
			onEngines(t, func(t *testing.T, be backend.Backend) {
				var heads []nn.Head
				if name == "ppo" {
					heads = PPO{}.heads()
				}
				p, err := nn.NewParams(be, w.cfg, heads...)
				require.NoError(t, err)
				base.load(t, p)
				r, batches := w.prepared(t, name, p)
				group, err := parallel.NewGroup(r, w.rows(), parallel.Crew{})
				require.NoError(t, err)
				defer group.Close()
				adam, err := optim.New(be, p.Slab, group.Grad, w.cfg.MatrixRange(), optim.Config{
					Beta1: w.Beta1, Beta2: w.Beta2, Eps: w.Eps, WeightDecay: w.WeightDecay, Clip: w.Clip,
				})
				require.NoError(t, err)
				defer adam.Close()
				losses := o.Losses
				if be.Name() == "ref" {
					losses = losses[:4] // it is slow, and the fast engine goes all the way
				}
				for step, want := range losses {
					b := &batches[step%w.Batches]
					sums, err := group.Compute(b)
					require.NoError(t, err)
					require.InDelta(t, want, sums[0]*float64(b.Scale), 1e-4*max(math.Abs(want), 1e-2), "loss of step %d", step)
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
