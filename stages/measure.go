package stages

import (
	"math"

	"sprout/core/nn"
	"sprout/core/text"
	"sprout/core/world"
)

// Measure scores a model on the held-out part of a dataset and on all facts of
// its town (nil: none), in windows of the model's whole context.
func Measure(p *nn.Params, d *text.Dataset, town *world.Town, langs []world.Lang, tok *text.Tokenizer) (Evaluation, error) {
	T := p.Config.Context
	if err := d.Check(T); err != nil {
		return Evaluation{}, err
	}
	e, err := NewEvaluator(p, d, T, fullTokens, town, langs, tok, math.MaxInt)
	if err != nil {
		return Evaluation{}, err
	}
	defer e.Close()
	return e.Measure()
}
