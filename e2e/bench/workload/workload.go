// Package workload is the work that engines are compared by: the same small
// decoder, the same data by a counter hash, a whole optimiser step with the
// loss read each time. It runs natively and in a browser.
package workload

import (
	"fmt"

	"sprout/core/nn"
)

// Shape of a workload: the model, the batch, and how many steps are timed after
// the warm-up, in which a browser's second compiler tier settles.
type Shape struct {
	Model       nn.Config
	Batch       int // sequences of Model.Context tokens
	Warm, Steps int
}

// Shapes by name: 803k and 10.7M parameters.
var Shapes = map[string]Shape{
	"char":  {Model: model(4, 4, 128, 344, 64), Batch: 12, Warm: 10, Steps: 60},
	"large": {Model: model(6, 6, 384, 1024, 256), Batch: 8, Warm: 2, Steps: 5},
}

func shapeOf(name string) (Shape, error) {
	s, ok := Shapes[name]
	if !ok {
		return s, fmt.Errorf("no workload %q", name)
	}
	return s, nil
}

func model(layers, heads, channels, hidden, context int) nn.Config {
	return nn.Config{
		Vocab: 65, Layers: layers, Heads: heads, KVHeads: heads, Channels: channels, Hidden: hidden, Context: context,
		RopeTheta: 10000, NormEps: 1e-5,
	}
}

// batches is the number of fixed random batches that the data cycles through,
// so that the loss must fall.
const batches = 4
