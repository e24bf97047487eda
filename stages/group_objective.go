package stages

import (
	"sprout/core/autograd"
	"sprout/core/tensor"
)

// groupObjective is what GRPO and its relatives differ in. All sample a group
// of answers to each prompt and compare them with one another.
type groupObjective interface {
	// advantages of the answers of one group, from their rewards.
	advantages(rewards []float64) []float64
	// weights of a token of each answer, given the numbers of tokens of all
	// answers in the minibatch and the most that an answer may have; the loss is
	// divided by divisor.
	weights(lengths []int, limit int) (perToken []float64, divisor float64)
	// skips says that a group is left out, and others are sampled in its place.
	skips(rewards []float64) bool
	// loss is a sum over the tokens, [1].
	loss(t *autograd.Tape, k *constants, logprobs tensor.Tensor, x experience, clip clipRange, beta float64) tensor.Tensor
}
