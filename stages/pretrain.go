package stages

import (
	"math"

	"sprout/core/autograd"
	"sprout/core/nn"
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
// town (docs/JOURNEY.md): 4 × 128 tokens a step know the facts sooner than 8 ×
// 128, and hold a whole document; a strong pull to zero keeps it from learning
// the strangers by heart, so that it does not take whom it never read of for a
// resident.
var pretrainDefaults = map[string]struct{ lr, warmup, steps, decay float64 }{
	"seed":    {4e-3, 100, 1000, 0.1},
	"sprout":  {3e-3, 50, 3200, 0.5},
	"sapling": {1.5e-3, 100, 2000, 0.1},
	"tree":    {1e-3, 100, 5000, 0.1},
}

// Params are the settings of pretraining.
func (Pretrain) Params(p nn.Preset) []Param {
	d := pretrainDefaults[p.Name]
	params := []Param{stepsParam(d.steps), batchParam(float64(p.Batch)), contextParam(float64(p.Config.Context))}
	params = append(params, adamwParams(d.lr, d.warmup, d.decay)...)
	params = append(params, Param{
		Key: "library", Symbol: `\ell`, Default: 1, Min: 0.001, Max: 1, Log: true,
		DocEN: "Share of the text that is read. With little of it, the same pages come again and again and are learned by heart; what is held out stays as it is.",
		DocZH: "读全部文本中的多大一部分。书少了，同样的几页翻来覆去地读，就会死记硬背；留出的部分不变。",
	})
	return append(params, cadenceParams(100, 100, 200)...)
}

// Start prepares a run. Problems: those of every run, and of a parent that is no
// language model with the run's own tokenizer "parent_…".
func (stage Pretrain) Start(s Setup) (Run, error) {
	if s.Corpus == nil {
		panic("stages: pretraining needs a corpus")
	}
	if s.Parent != nil && s.Resume == nil {
		if err := s.usable(s.Parent, stage.Name()); err != nil {
			return nil, err
		}
	}
	s.Corpus = s.Corpus.Excerpt(s.chosen("library", 1))
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
