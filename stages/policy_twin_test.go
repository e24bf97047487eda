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

// spread gives every token of an answer its row's number.
func (w *policyTwin) spread(e *episode, perRow []float64) []float64 {
	out := make([]float64, len(e.mask))
	for r, n := range e.lengths {
		for i := range n {
			w.answer(out, r, n)[i] = perRow[r]
		}
	}
	return out
}

// perGroup puts the advantages of all groups together.
func (w *policyTwin) perGroup(e *episode, o groupObjective) []float64 {
	var out []float64
	for g := range w.Groups {
		out = append(out, o.advantages(e.rewards[g*w.Group:(g+1)*w.Group])...)
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
	heads   []nn.Head
	prepare func(*episode) material
	loss    func(t *autograd.Tape, k *constants, p *nn.Params, out nn.Output, next, mask tensor.Tensor, in []tensor.Tensor) tensor.Tensor
}

func (w *policyTwin) courses() map[string]course {
	tokens := func(e *episode) float64 {
		_, n := dapo{}.weights(e.lengths, 0)
		return n
	}
	mask64 := func(e *episode) []float64 {
		out := make([]float64, len(e.mask))
		for i, m := range e.mask {
			out[i] = float64(m)
		}
		return out
	}
	group := func(o groupObjective, high float64) course {
		return course{
			inputs: 4,
			prepare: func(e *episode) material {
				weights, divisor := o.weights(e.lengths, w.cfg.Context-w.Prompt)
				return material{[][]float64{e.old, e.ref, w.spread(e, w.perGroup(e, o)), w.spread(e, weights)}, divisor}
			},
			loss: func(t *autograd.Tape, k *constants, _ *nn.Params, out nn.Output, next, mask tensor.Tensor, in []tensor.Tensor) tensor.Tensor {
				x := experience{old: in[0], ref: in[1], advantages: in[2], weights: in[3]}
				return o.loss(t, k, tokenLogProbs(t, out.Logits, next, mask), x, clipRange{w.Low, high}, w.KLLoss)
			},
		}
	}
	taught := func(loss func(t *autograd.Tape, k *constants, teacher, student, next, mask tensor.Tensor) tensor.Tensor) course {
		return course{
			inputs: 1, width: w.cfg.Vocab,
			prepare: func(e *episode) material { return material{[][]float64{e.teacher}, tokens(e)} },
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
		"grpo": group(grpo{}, w.High), "dr_grpo": group(drGRPO{}, w.High), "dapo": group(dapo{}, w.Higher),
		"kd_forward": kd(forwardKL{}), "kd_reverse": kd(reverseKL{}),
		"gkd": taught(func(t *autograd.Tape, k *constants, teacher, student, _, mask tensor.Tensor) tensor.Tensor {
			all, _ := gkdLoss(t, k, teacher, student, mask, w.JSD, 1)
			return all
		}),
		"spo": {
			inputs: 3,
			prepare: func(e *episode) material {
				return material{[][]float64{e.old, w.spread(e, spoAdvantages(e.rewards, e.tracked)), mask64(e)}, tokens(e)}
			},
			loss: func(t *autograd.Tape, k *constants, _ *nn.Params, out nn.Output, next, mask tensor.Tensor, in []tensor.Tensor) tensor.Tensor {
				x := experience{old: in[0], advantages: in[1], weights: in[2]}
				return spoLoss(t, k, tokenLogProbs(t, out.Logits, next, mask), x, clipRange{w.Low, w.Higher})
			},
		},
		"ppo": {
			inputs: 4, heads: []nn.Head{nn.Score},
			prepare: func(e *episode) material {
				advantages, returns := make([]float64, len(e.mask)), make([]float64, len(e.mask))
				for r, n := range e.lengths {
					rewards := tokenRewards(w.answer(e.old, r, n), w.answer(e.ref, r, n), e.rewards[r], w.KLReward)
					a, g := gae(rewards, w.answer(e.values, r, n), w.Gamma, w.Lambda)
					copy(w.answer(advantages, r, n), a)
					copy(w.answer(returns, r, n), g)
				}
				return material{[][]float64{e.old, whiten(advantages, e.mask), e.values, returns}, tokens(e)}
			},
			loss: func(t *autograd.Tape, k *constants, p *nn.Params, out nn.Output, next, mask tensor.Tensor, in []tensor.Tensor) tensor.Tensor {
				x := experience{old: in[0], advantages: in[1], weights: mask}
				policy := policyLoss(t, k, tokenLogProbs(t, out.Logits, next, mask), x, clipRange{w.Low, w.High})
				value := valueLoss(t, k, p.Read(t, nn.Score, out.Final), in[2], in[3], mask, w.Low)
				entropy := entropyBonus(t, out.Logits, mask)
				sum := t.Emit("add", nil, policy, t.Emit("scale", nil, value, k.number(t, w.Value))[0])[0]
				return t.Emit("sub", nil, sum, t.Emit("scale", nil, entropy, k.number(t, w.Entropy))[0])[0]
			},
		},
	}
}

// replica records a course for the shards of a batch.
func (w *policyTwin) replica(p *nn.Params, c course) parallel.Replica {
	T, r := w.cfg.Context, trained(p)
	r.Record = func(t *autograd.Tape, rows int) parallel.Graph {
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

// Every objective of reinforcement and distillation, with its advantages,
// weights and divisors, computed through the shards and AdamW, beside the same
// in PyTorch: the losses and the gradients of all tensors over twenty steps. Ten
// rows in four shards: two of them are filled up with rows of zeros.
func TestPolicyLossesMatchPyTorch(t *testing.T) {
	base := readTwin(t)
	w := &policyTwin{cfg: base.cfg}
	require.NoError(t, json.Unmarshal(policyJSON, w))
	courses := w.courses()
	require.Len(t, courses, len(w.Objectives))
	for name, o := range w.Objectives {
		t.Run(name, func(t *testing.T) {
			onEngines(t, func(t *testing.T, be backend.Backend) {
				c := courses[name]
				p, err := nn.NewParams(be, w.cfg, c.heads...)
				require.NoError(t, err)
				base.load(t, p)
				batches := make([]parallel.Batch, w.Batches)
				for i := range batches {
					e := w.episode(i)
					e.start(t, p, i, w.cfg.Context)
					l := c.prepare(e)
					batches[i] = parallel.Batch{
						Rows: w.rows(), Ints: [][]int32{e.tokens, e.targets}, Floats: [][]float32{e.mask}, Scale: float32(1 / l.divisor),
					}
					for _, x := range l.floats {
						f := make([]float32, len(x))
						for j := range x {
							f[j] = float32(x[j])
						}
						batches[i].Floats = append(batches[i].Floats, f)
					}
				}
				group, err := parallel.NewGroup(w.replica(p, c), w.rows(), parallel.Crew{})
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
