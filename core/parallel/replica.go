package parallel

import (
	"sprout/core/autograd"
	"sprout/core/backend"
	"sprout/core/tensor"
)

// Graph is what an objective has recorded for one shard.
type Graph struct {
	Ints, Floats []tensor.Tensor // inputs in the order of Batch; first axis: rows of the shard
	// Sums are [1] each, added over all shards. The first is the loss that is
	// minimised, a sum and no mean; the others are only measured.
	Sums []tensor.Tensor
	// Ready, if not nil, writes inputs that stay the same in every step.
	Ready func(*autograd.Plan) error
}

// Replica is a model on one backend, as a group needs it.
type Replica struct {
	Backend backend.Backend
	Slab    tensor.Tensor   // the trained weights, [n]
	Params  []tensor.Tensor // views into Slab that get gradients
	// Frozen are weights outside Slab that nothing changes: the model under an
	// adapter, a reference. They travel to each worker once, before its first job.
	Frozen []tensor.Tensor
	// Width is the largest Batch.Width, 0 where there is only one.
	Width int
	// Record puts the objective for so many rows of a width on a tape.
	Record func(t *autograd.Tape, rows, width int) Graph
	// Services are what the workers do beside gradients.
	Services map[string]Service
	// Bytes is the memory of the services; nil: none.
	Bytes func() int64
	Close func() // nil, or called once when the worker ends
}
