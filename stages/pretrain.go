package stages

import (
	"math"

	"sprout/core/autograd"
	"sprout/core/nn"
	"sprout/core/optim"
	"sprout/core/parallel"
	"sprout/core/tensor"
	"sprout/core/text"
)

// Pretrain teaches a model to predict the next token of a text.
//
// Paper: Radford et al. 2018, Improving Language Understanding by Generative
// Pre-Training, eq. 1; in this form since Bengio et al. 2003, A Neural
// Probabilistic Language Model.
//
//	L(θ) = −(1/N) Σₙ log p_θ(xₙ | x_<n)
//
// Differs: the context begins anew with every window of T tokens, drawn from
// random places of the text; embedding and head share their weights (arXiv
// 1608.05859).
type Pretrain struct{}

// <loss>

// nextTokenLoss is Σ −log p(next token), in nats, over the tokens whose mask
// is 1. The trainer divides by their number in the whole batch.
func nextTokenLoss(t *autograd.Tape, logits, next, mask tensor.Tensor) tensor.Tensor {
	losses := t.Emit("cross_entropy", nil, logits, next, mask)[0] // [B·T]
	return t.Emit("sum", nil, losses)[0]                          // [1]
}

// </loss>

// Name is "pretrain".
func (Pretrain) Name() string { return "pretrain" }

// pretrainDefaults differ between model sizes: larger models want smaller
// learning rates and more tokens. Those of sprout were measured on the quick
// town (tokens until it beats the trigram): batches of 4 × 64 at 3e-3 need
// 240,000, of 4 × 128 at 3e-3 280,000, of 8 × 128 at 2e-3 or of 4 × 128 at 6e-3
// clearly more.
var pretrainDefaults = map[string]struct{ lr, warmup, steps float64 }{
	"seed":    {4e-3, 100, 1000},
	"sprout":  {3e-3, 50, 2000},
	"sapling": {1.5e-3, 100, 2000},
	"tree":    {1e-3, 100, 5000},
}

// Params are the settings of pretraining.
func (Pretrain) Params(p nn.Preset) []Param {
	d := pretrainDefaults[p.Name]
	return []Param{
		{
			Key: "steps", Symbol: `N`, Default: d.steps, Min: 1, Max: 100_000, Log: true, Integer: true, Unit: "steps",
			DocEN: "How many times the weights are changed. The learning rate's schedule stretches over all of them.",
			DocZH: "权重更新的总次数。学习率的变化曲线铺满整个过程。",
		},
		{
			Key: "batch", Symbol: `B`, Default: float64(p.Batch), Min: 1, Max: 64, Integer: true, Unit: "sequences",
			DocEN: "Sequences per step. More give a steadier gradient and a slower step.",
			DocZH: "每一步使用的序列数。越多，梯度越稳，每步也越慢。",
		},
		{
			Key: "context", Symbol: `T`, Default: float64(p.Config.Context), Min: 8, Max: 1024, Integer: true, Unit: "tokens",
			DocEN: "Length of a sequence: how far back the model can look.",
			DocZH: "序列长度，也就是模型能回看多远。",
		},
		{
			Key: "lr", Symbol: `\eta`, Default: d.lr, Min: 1e-5, Max: 10, Log: true,
			DocEN: "Peak learning rate: how far a step moves the weights. Too small learns slowly, too large breaks what was learned.",
			DocZH: "学习率的峰值，即每一步把权重推多远。太小学得慢，太大会毁掉已学到的东西。",
		},
		{
			Key: "warmup", Symbol: `N_w`, Default: d.warmup, Min: 0, Max: 10_000, Integer: true, Unit: "steps",
			DocEN: "Steps over which the learning rate rises from zero to its peak; then it falls along a cosine to a tenth.",
			DocZH: "学习率从零升到峰值所用的步数；之后沿余弦曲线降到峰值的十分之一。",
		},
		{
			Key: "weight_decay", Symbol: `\lambda`, Default: 0.1, Min: 0, Max: 1,
			DocEN: "Pull of the matrices towards zero, which keeps the model from relying on a few large weights.",
			DocZH: "把权重矩阵拉向零的力度，避免模型依赖少数很大的权重。",
		},
		{
			Key: "clip", Symbol: `c`, Default: 1, Min: 0, Max: 100,
			DocEN: "Longest gradient that is let through; longer ones are scaled down to it. 0 lets all through.",
			DocZH: "允许的梯度长度上限，更长的会按比例缩短。0 表示不限制。",
		},
		{
			Key: "beta1", Symbol: `\beta_1`, Default: 0.9, Min: 0, Max: 0.999,
			DocEN: "Memory of Adam's average of the gradient.",
			DocZH: "Adam 对梯度平均值的记忆。",
		},
		{
			Key: "beta2", Symbol: `\beta_2`, Default: 0.99, Min: 0, Max: 0.9999,
			DocEN: "Memory of Adam's average of the squared gradient.",
			DocZH: "Adam 对梯度平方平均值的记忆。",
		},
		{
			Key: "eval_every", Symbol: `n_e`, Default: 100, Min: 1, Max: 100_000, Log: true, Integer: true, Unit: "steps",
			DocEN: "Steps between two measurements of the held-out loss.",
			DocZH: "两次测量留出集损失之间的步数。",
		},
		{
			Key: "sample_every", Symbol: `n_s`, Default: 100, Min: 1, Max: 100_000, Log: true, Integer: true, Unit: "steps",
			DocEN: "Steps between two texts written by the model.",
			DocZH: "模型两次试写文字之间的步数。",
		},
		{
			Key: "checkpoint_every", Symbol: `n_c`, Default: 200, Min: 1, Max: 100_000, Log: true, Integer: true, Unit: "steps",
			DocEN: "Steps between two automatic checkpoints.",
			DocZH: "两次自动保存之间的步数。",
		},
	}
}

// Start prepares a run.
func (stage Pretrain) Start(s Setup) (Run, error) {
	if s.Corpus == nil {
		panic("stages: pretraining needs a corpus")
	}
	o, err := openRun(stage, s)
	if err != nil {
		return nil, err
	}
	v := o.values
	T := int(v["context"])
	if err := o.data.Check(T); err != nil {
		return nil, err
	}
	B := int(v["batch"])
	return newTrainer(o, recipe{
		batch: B, tokens: B * T, optim: adamw(v), schedule: warmupCosine(v),
		fill: windows(o.data, o.seed, B, T),
		gauge: func(t *trainer, whole bool) gauge {
			budget, facts := trainingTokens, trainingFacts
			if whole {
				budget, facts = fullTokens, math.MaxInt
			}
			return newEvaluator(t.score, t.data, T, budget, t.Town, t.Langs, t.Setup.Tokenizer, facts, t.cfg.Context)
		},
		prompt: func(int) (string, []int32) { return "", beginning(o) },
		slide:  s.Corpus.Continuous,
	})
}

// beginning of what the model writes: of a document, or of a line in one long
// text.
func beginning(o *opened) []int32 {
	if o.Corpus.Continuous {
		return o.Tokenizer.Encode("\n")
	}
	return nil
}

// adamw is the optimiser that the settings of a stage ask for.
func adamw(v map[string]float64) optim.Config {
	return optim.Config{Beta1: v["beta1"], Beta2: v["beta2"], WeightDecay: v["weight_decay"], Clip: v["clip"]}
}

// warmupCosine is the schedule that the settings of a stage ask for.
func warmupCosine(v map[string]float64) optim.Schedule {
	return optim.Schedule{
		Peak: v["lr"], Floor: v["lr"] / 10, Warmup: min(int(v["warmup"]), int(v["steps"])/2), Steps: int(v["steps"]),
	}
}

func (Pretrain) objective(p *nn.Params, values map[string]float64) parallel.Replica {
	return languageModel(p, int(values["context"]))
}

// windows fills a batch with windows from random places of the text.
func windows(d *text.Dataset, seed uint64, B, T int) func(step int, b *parallel.Batch) {
	inputs, targets, mask := make([]int32, B*T), make([]int32, B*T), make([]float32, B*T)
	for i := range mask {
		mask[i] = 1
	}
	return func(step int, b *parallel.Batch) {
		d.Batch(seed, step, B, T, inputs, targets)
		b.Rows = B
		b.Ints = append(b.Ints[:0], inputs, targets)
		b.Floats = append(b.Floats[:0], mask)
		b.Scale = 1 / float32(B*T)
	}
}
