package stages

import "sprout/core/optim"

// Settings that many stages share, with the defaults of each.

// called gives a setting another symbol where its usual one stands for something
// else in the stage's formula.
func (p Param) called(symbol string) Param {
	p.Symbol = symbol
	return p
}

// choosing names the values of a setting, in English and Chinese, from 0 on.
func (p Param) choosing(names ...[2]string) Param {
	p.Min, p.Max, p.Integer = 0, float64(len(names)-1), true
	for _, n := range names {
		p.ChoicesEN, p.ChoicesZH = append(p.ChoicesEN, n[0]), append(p.ChoicesZH, n[1])
	}
	return p
}

func stepsParam(steps float64) Param {
	return Param{
		Key: "steps", Symbol: `N`, Default: steps, Min: 1, Max: 100_000, Log: true, Integer: true, Unit: "steps",
		DocEN: "How many times the weights are changed. The learning rate's schedule stretches over all of them.",
		DocZH: "权重更新的总次数。学习率的变化曲线铺满整个过程。",
	}
}

func batchParam(rows float64) Param {
	return Param{
		Key: "batch", Symbol: `B`, Default: rows, Min: 1, Max: 64, Integer: true, Unit: "sequences",
		DocEN: "Sequences per step. More give a steadier gradient and a slower step.",
		DocZH: "每一步使用的序列数。越多，梯度越稳，每步也越慢。",
	}
}

func contextParam(tokens float64) Param {
	return Param{
		Key: "context", Symbol: `T`, Default: tokens, Min: 8, Max: 1024, Integer: true, Unit: "tokens",
		DocEN: "Length of a sequence: how far back the model can look.",
		DocZH: "序列长度，也就是模型能回看多远。",
	}
}

// adamwParams are what adamw and warmupCosine read.
func adamwParams(lr, warmup, decay float64) []Param {
	return []Param{
		{
			Key: "lr", Symbol: `\eta`, Default: lr, Min: 1e-5, Max: 10, Log: true,
			DocEN: "Peak learning rate: how far a step moves the weights. Too small learns slowly, too large breaks what was learned.",
			DocZH: "学习率的峰值，即每一步把权重推多远。太小学得慢，太大会毁掉已学到的东西。",
		},
		{
			Key: "warmup", Symbol: `N_w`, Default: warmup, Min: 0, Max: 10_000, Integer: true, Unit: "steps",
			DocEN: "Steps over which the learning rate rises from zero to its peak; then it falls along a cosine to a tenth.",
			DocZH: "学习率从零升到峰值所用的步数；之后沿余弦曲线降到峰值的十分之一。",
		},
		{
			Key: "weight_decay", Symbol: `\lambda_{wd}`, Default: decay, Min: 0, Max: 1,
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
	}
}

// cadenceParams say how often what is done beside training.
func cadenceParams(eval, sample, checkpoint float64) []Param {
	return []Param{
		{
			Key: "eval_every", Symbol: `n_e`, Default: eval, Min: 1, Max: 100_000, Log: true, Integer: true, Unit: "steps",
			DocEN: "Steps between two measurements of the held-out loss.",
			DocZH: "两次测量留出集损失之间的步数。",
		},
		{
			Key: "sample_every", Symbol: `n_s`, Default: sample, Min: 1, Max: 100_000, Log: true, Integer: true, Unit: "steps",
			DocEN: "Steps between two texts written by the model.",
			DocZH: "模型两次试写文字之间的步数。",
		},
		{
			Key: "checkpoint_every", Symbol: `n_c`, Default: checkpoint, Min: 1, Max: 100_000, Log: true, Integer: true, Unit: "steps",
			DocEN: "Steps between two automatic checkpoints.",
			DocZH: "两次自动保存之间的步数。",
		},
	}
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
