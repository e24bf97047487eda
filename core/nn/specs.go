package nn

import "sprout/core/checkpoint"

// Specs lists the tensors that a checkpoint of a model must hold.
func Specs(cfg Config, heads ...Head) []checkpoint.Spec {
	params, _ := cfg.WithHeads(heads...)
	return specs(params)
}

func specs(params []Param) []checkpoint.Spec {
	out := make([]checkpoint.Spec, len(params))
	for i, p := range params {
		out[i] = checkpoint.Spec{Name: p.Name, Shape: p.Shape}
	}
	return out
}
