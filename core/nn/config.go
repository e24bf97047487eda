// Package nn is the model: a decoder shaped like Llama (Touvron et al. 2023,
// arXiv 2302.13971) with RMSNorm, rotary positions, grouped-query attention,
// SwiGLU and a head tied to the embedding. It holds the configuration and its
// presets, the parameters in one slab of a backend, and the forward pass as
// functions that record on a tape.
package nn

import (
	"encoding/json"
	"fmt"

	"sprout/core/problem"
)

// Config is the shape of a model. Its JSON is a config.json of Hugging Face's
// LlamaForCausalLM.
type Config struct {
	Vocab     int     `json:"vocab_size"`              // V
	Layers    int     `json:"num_hidden_layers"`       // L
	Heads     int     `json:"num_attention_heads"`     // H
	KVHeads   int     `json:"num_key_value_heads"`     // heads of keys and values, a divisor of H
	Channels  int     `json:"hidden_size"`             // C
	Hidden    int     `json:"intermediate_size"`       // F
	Context   int     `json:"max_position_embeddings"` // longest T
	RopeTheta float64 `json:"rope_theta"`
	NormEps   float64 `json:"rms_norm_eps"`
}

// HeadDim is D, the width of one head.
func (c Config) HeadDim() int { return c.Channels / c.Heads }

// KVChannels is the width of the keys, and of the values, of all KV heads.
func (c Config) KVChannels() int { return c.KVHeads * c.HeadDim() }

// The widest model that the engine takes: what fits the 4 GB of a browser's
// wasm memory with room for training.
const (
	maxLayers   = 64
	maxChannels = 4096
	maxHidden   = 16384
	maxContext  = 8192
	maxVocab    = 1 << 17
)

// Validate finds what makes a configuration impossible: problem
// "model_config", which names the field.
func (c Config) Validate() error {
	bad := func(field string, value any, want string) error {
		return problem.New("model_config", problem.Args{"field": field, "value": fmt.Sprint(value), "want": want},
			"The model configuration says %s = %v, but it must be %s.", field, value, want)
	}
	for _, f := range []struct {
		name       string
		value, max int
	}{
		{"vocab_size", c.Vocab, maxVocab},
		{"num_hidden_layers", c.Layers, maxLayers},
		{"hidden_size", c.Channels, maxChannels},
		{"num_attention_heads", c.Heads, maxChannels},
		{"num_key_value_heads", c.KVHeads, maxChannels},
		{"intermediate_size", c.Hidden, maxHidden},
		{"max_position_embeddings", c.Context, maxContext},
	} {
		if f.value < 1 || f.value > f.max {
			return bad(f.name, f.value, fmt.Sprintf("between 1 and %d", f.max))
		}
	}
	switch {
	case c.Channels%c.Heads != 0:
		return bad("num_attention_heads", c.Heads, fmt.Sprintf("a divisor of hidden_size %d", c.Channels))
	case c.HeadDim()%2 != 0:
		return bad("num_attention_heads", c.Heads, "such that a head is an even number of channels wide, which rotary positions need")
	case c.Heads%c.KVHeads != 0:
		return bad("num_key_value_heads", c.KVHeads, fmt.Sprintf("a divisor of num_attention_heads %d", c.Heads))
	case !(c.RopeTheta >= 1 && c.RopeTheta <= 1e9):
		return bad("rope_theta", c.RopeTheta, "between 1 and 1e9")
	case !(c.NormEps > 0 && c.NormEps <= 1e-2):
		return bad("rms_norm_eps", c.NormEps, "above 0 and at most 0.01")
	}
	return nil
}

// hugging is what a config.json says beyond the fields of Config.
type hugging struct {
	Architectures []string `json:"architectures"`
	ModelType     string   `json:"model_type"`
	Activation    string   `json:"hidden_act"`
	Tied          bool     `json:"tie_word_embeddings"`
	AttentionBias bool     `json:"attention_bias"`
	MLPBias       bool     `json:"mlp_bias"`
	DType         string   `json:"torch_dtype"`
	HeadDim       int      `json:"head_dim,omitempty"`
}

// MarshalJSON writes a config.json that transformers loads.
func (c Config) MarshalJSON() ([]byte, error) {
	type plain Config
	return json.Marshal(struct {
		hugging
		plain
	}{
		hugging{[]string{"LlamaForCausalLM"}, "llama", "silu", true, false, false, "float32", 0},
		plain(c),
	})
}

// ParseConfig reads a config.json, its own or one of Hugging Face's, and
// validates it. A model that computes something else (another activation,
// biases, an untied head) is the problem "model_unsupported".
func ParseConfig(data []byte) (Config, error) {
	type plain Config
	// The defaults are those of LlamaConfig.
	in := struct {
		hugging
		plain
	}{hugging{ModelType: "llama", Activation: "silu"}, plain{RopeTheta: 10000, NormEps: 1e-6}}
	if err := json.Unmarshal(data, &in); err != nil {
		return Config{}, problem.Wrap(err, "model_config_json", nil, "The model configuration is not readable JSON.")
	}
	c := Config(in.plain)
	if c.KVHeads == 0 {
		c.KVHeads = c.Heads
	}
	for _, f := range []struct {
		field string
		ok    bool
		value any
	}{
		{"model_type", in.ModelType == "llama", in.ModelType},
		{"hidden_act", in.Activation == "silu", in.Activation},
		{"tie_word_embeddings", in.Tied, in.Tied},
		{"attention_bias", !in.AttentionBias, in.AttentionBias},
		{"mlp_bias", !in.MLPBias, in.MLPBias},
		{"head_dim", in.HeadDim == 0 || in.HeadDim*c.Heads == c.Channels, in.HeadDim},
	} {
		if !f.ok {
			return Config{}, problem.New("model_unsupported", problem.Args{"field": f.field, "value": fmt.Sprint(f.value)},
				"The model has %s = %v, which this engine does not compute; it runs Llama models with a tied head and without biases. Choose a file that Sprout saved.", f.field, f.value)
		}
	}
	return c, c.Validate()
}

func init() {
	problem.Register(map[string]string{
		"model_config":      "a model configuration with an impossible value: field, value, want",
		"model_config_json": "a model configuration that is no JSON",
		"model_unsupported": "a model of another architecture: field, value",
		"model_preset":      "a preset that does not exist: preset, presets",
		"model_tensor":      "a weight is missing or has another length than the model needs: tensor, have, want",
		"model_not_finite":  "a weight to be loaded is NaN or infinite: tensor, index",
	})
}
