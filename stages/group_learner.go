package stages

import (
	"sprout/core/autograd"
	"sprout/core/tensor"
)

// groupLearner compares the answers to one prompt with one another.
type groupLearner struct {
	groupObjective
	clip  clipRange
	beta  float64 // of the KL in the loss
	size  int     // answers of a group
	limit int     // most tokens of an answer
}

// groupParam is the size of a group.
func groupParam() Param {
	return Param{
		Key: "group", Symbol: `G`, Default: groupSize, Min: 2, Max: 64, Integer: true, Unit: "answers",
		DocEN: "Answers to each question. They are compared with one another: where all are worth the same, nothing can be learned from them.",
		DocZH: "每个问题采样的回答数。它们互相比较：若得分全都相同，就学不到东西。",
	}
}

func newGroupLearner(o groupObjective, v map[string]float64) groupLearner {
	return groupLearner{o, clipOf(v), v["beta"], int(v["group"]), int(v["max_tokens"])}
}

func (l groupLearner) clips() clipRange { return l.clip }

func (l groupLearner) group() int { return l.size }

func (l groupLearner) measures() []string { return nil }

func (l groupLearner) loss(t *autograd.Tape, k *constants, s policyOutput, x experience) []tensor.Tensor {
	return []tensor.Tensor{l.groupObjective.loss(t, k, s.logprobs, x, l.clip, l.beta)}
}

func (l groupLearner) choose(p *practice) []int { return p.next(p.prompts) }

func (l groupLearner) credit(_ *practice, _ *trainer, all []attempt) error {
	for ; len(all) > 0; all = all[l.size:] {
		for i, a := range l.advantages(rewardsIn(all[:l.size])) {
			all[i].spread(a)
		}
	}
	return nil
}

func (l groupLearner) minibatch(_ *practice, all []*attempt) ([][]float64, []float64, float64) {
	perToken, divisor := l.weights(lengthsOf(all), l.limit)
	return advantagesOf(all), perToken, divisor
}

// spread gives every token of an answer the same advantage.
func (a *attempt) spread(advantage float64) {
	a.Advantages = make([]float64, len(a.Tokens))
	for i := range a.Advantages {
		a.Advantages[i] = advantage
	}
}

func lengthsOf(all []*attempt) []int {
	out := make([]int, len(all))
	for i, a := range all {
		out[i] = len(a.Tokens)
	}
	return out
}

func advantagesOf(all []*attempt) [][]float64 {
	out := make([][]float64, len(all))
	for i, a := range all {
		out[i] = a.Advantages
	}
	return out
}
