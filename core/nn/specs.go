package nn

import "sprout/core/checkpoint"

// Specs lists the tensors that a checkpoint of a model must hold.
func Specs(cfg Config) []checkpoint.Spec {
	params, _ := cfg.Layout()
	specs := make([]checkpoint.Spec, len(params))
	for i, p := range params {
		specs[i] = checkpoint.Spec{Name: p.Name, Shape: p.Shape}
	}
	return specs
}
