package nn

import (
	"strings"

	"sprout/core/problem"
)

// Preset is a named model size.
type Preset struct {
	Name   string
	Config Config // without Vocab, which the tokenizer decides
	// Batch is the usual number of sequences per step.
	Batch int
	// Heavy presets are too slow to train in a browser without a GPU.
	Heavy bool
}

// Presets, smallest first. The sizes in the names' comments are parameters at
// a vocabulary of 1,024, embedding included.
var Presets = []Preset{
	{"seed", shape(2, 4, 2, 48, 128, 64), 12, false},     // 0.1M
	{"sprout", shape(4, 4, 4, 128, 344, 128), 4, false},  // 0.9M; 0.8M on characters
	{"sapling", shape(6, 6, 3, 192, 512, 128), 8, false}, // 2.6M
	{"tree", shape(6, 6, 6, 384, 1024, 256), 8, true},    // 11M
}

func shape(layers, heads, kv, channels, hidden, context int) Config {
	return Config{
		Layers: layers, Heads: heads, KVHeads: kv, Channels: channels, Hidden: hidden, Context: context,
		RopeTheta: 10000, NormEps: 1e-5,
	}
}

// FindPreset finds a preset by name; problem "model_preset".
func FindPreset(name string) (Preset, error) {
	var names []string
	for _, p := range Presets {
		if p.Name == name {
			return p, nil
		}
		names = append(names, p.Name)
	}
	list := strings.Join(names, ", ")
	return Preset{}, problem.New("model_preset", problem.Args{"preset": name, "presets": list},
		"There is no model size %q; choose one of %s.", name, list)
}

// For is the preset's configuration for a vocabulary.
func (p Preset) For(vocab int) Config {
	c := p.Config
	c.Vocab = vocab
	return c
}
