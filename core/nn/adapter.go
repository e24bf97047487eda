package nn

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"sprout/core/checkpoint"
	"sprout/core/problem"
	"sprout/core/tensor"
)

// AdapterConfig is the shape of an adapter: a change of rank R to some of the
// matrices of a frozen model. Its JSON is PEFT's adapter_config.json.
type AdapterConfig struct {
	Rank  int     `json:"r"`
	Alpha float64 `json:"lora_alpha"` // the change is multiplied by Alpha/Rank
	// Targets name the matrices that have one, in every layer: "q_proj" and so on,
	// see AdapterTargets. Their order is of no account.
	Targets []string `json:"target_modules"`
	DoRA    bool     `json:"use_dora"` // false: LoRA
}

// maxRank bounds the rank: beyond it an adapter of these models is no smaller
// than what it adapts.
const maxRank = 256

// targets are the matrices of a layer, in the order of memory.
var targets = []struct{ name, weight string }{
	{"q_proj", QProj},
	{"k_proj", KProj},
	{"v_proj", VProj},
	{"o_proj", OProj},
	{"gate_proj", GateProj},
	{"up_proj", UpProj},
	{"down_proj", DownProj},
}

// AdapterTargets lists the names of all matrices that can have an adapter.
func AdapterTargets() []string {
	names := make([]string, len(targets))
	for i, t := range targets {
		names[i] = t.name
	}
	return names
}

// Place is the layer of a matrix and its name there, "q_proj" and so on, by its
// full name; ok is false for what belongs to no layer, or is no matrix. fmt's
// scanner, which nothing else in the page needs, is left out of it.
func Place(weight string) (layer int, name string, ok bool) {
	inside, found := strings.CutPrefix(weight, "model.layers.")
	number, rest, _ := strings.Cut(inside, ".")
	layer, err := strconv.Atoi(number)
	if !found || err != nil || layer < 0 {
		return 0, "", false
	}
	for _, t := range targets {
		if rest == t.weight {
			return layer, t.name, true
		}
	}
	return 0, "", false
}

// Scale is α/r.
func (c AdapterConfig) Scale() float64 { return c.Alpha / float64(c.Rank) }

// Validate finds what makes a configuration impossible: problem
// "adapter_config", which names the field.
func (c AdapterConfig) Validate() error {
	bad := func(field string, value any, want string) error {
		return problem.New("adapter_config", problem.Args{"field": field, "value": fmt.Sprint(value), "want": want},
			"The adapter's configuration says %s = %v, but it must be %s.", field, value, want)
	}
	known := AdapterTargets()
	switch {
	case c.Rank < 1 || c.Rank > maxRank:
		return bad("r", c.Rank, fmt.Sprintf("between 1 and %d", maxRank))
	case !(c.Alpha > 0 && c.Alpha <= 1e4):
		return bad("lora_alpha", c.Alpha, "above 0 and at most 10000")
	case len(c.Targets) == 0:
		return bad("target_modules", "[]", "at least one of "+strings.Join(known, ", "))
	}
	for i, t := range c.Targets {
		if !slices.Contains(known, t) || slices.Contains(c.Targets[:i], t) {
			return bad("target_modules", t, "each at most once, one of "+strings.Join(known, ", "))
		}
	}
	return nil
}

// The name of an adapter's tensor is that of the weight as PEFT wraps it, its
// ".weight" replaced by one of these.
const (
	adapterPrefix    = "base_model.model."
	loraA            = ".lora_A.weight"
	loraB            = ".lora_B.weight"
	adapterMagnitude = ".lora_magnitude_vector"
)

// adapterName is the name of a part of the adapter of a weight.
func adapterName(weight, part string) string {
	return adapterPrefix + strings.TrimSuffix(weight, ".weight") + part
}

// Layout lists the adapter's tensors for a model in the order of their memory,
// and the slab's length in elements: A [R,in] and B [out,R] of each target, then
// the magnitudes [out] that DoRA has.
func (c AdapterConfig) Layout(model Config) (params []Param, length int) {
	add := func(weight, part string, shape ...int) {
		params = append(params, Param{Name: adapterName(weight, part), Shape: shape, Off: length})
		length = align(length + tensor.Shape(shape).Len())
	}
	weights := c.weights(model)
	for _, w := range weights {
		add(w.Name, loraA, c.Rank, w.Shape[1])
		add(w.Name, loraB, w.Shape[0], c.Rank)
	}
	if c.DoRA {
		for _, w := range weights {
			add(w.Name, adapterMagnitude, w.Shape[0])
		}
	}
	return params, length
}

// weights of the model that have an adapter, in the order of memory.
func (c AdapterConfig) weights(model Config) []Param {
	adapted := map[string]bool{}
	for _, t := range targets {
		if slices.Contains(c.Targets, t.name) {
			for l := range model.Layers {
				adapted[InLayer(l, t.weight)] = true
			}
		}
	}
	all, _ := model.Layout()
	return slices.DeleteFunc(all, func(p Param) bool { return !adapted[p.Name] })
}

// MatrixRange is the part of an adapter's slab that holds matrices, [0, end).
func (c AdapterConfig) MatrixRange(model Config) (end int) {
	params, _ := c.Layout(model)
	for _, p := range params {
		if p.Matrix() {
			end = align(p.Off + p.Shape.Len())
		}
	}
	return end
}

// ParamCount is the number of trained weights, r(d_in + d_out) a matrix, and
// with DoRA d_out more.
func (c AdapterConfig) ParamCount(model Config) int {
	params, _ := c.Layout(model)
	n := 0
	for _, p := range params {
		n += p.Shape.Len()
	}
	return n
}

// Specs lists the tensors that a checkpoint of the adapter must hold.
func (c AdapterConfig) Specs(model Config) []checkpoint.Spec {
	params, _ := c.Layout(model)
	return specs(params)
}

// MarshalJSON writes an adapter_config.json that PEFT loads.
func (c AdapterConfig) MarshalJSON() ([]byte, error) {
	type plain AdapterConfig
	return json.Marshal(struct {
		Type string `json:"peft_type"`
		Task string `json:"task_type"`
		Bias string `json:"bias"`
		plain
	}{"LORA", "CAUSAL_LM", "none", plain(c)})
}

// ParseAdapterConfig reads an adapter_config.json and validates it. An adapter
// that computes something else is the problem "adapter_unsupported".
func ParseAdapterConfig(data []byte) (AdapterConfig, error) {
	type plain AdapterConfig
	in := struct {
		Type  string         `json:"peft_type"`
		Bias  string         `json:"bias"`
		RS    bool           `json:"use_rslora"`
		FanIn bool           `json:"fan_in_fan_out"`
		Ranks map[string]any `json:"rank_pattern"`
		Alpha map[string]any `json:"alpha_pattern"`
		plain
	}{Type: "LORA", Bias: "none"}
	if err := json.Unmarshal(data, &in); err != nil {
		return AdapterConfig{}, problem.Wrap(err, "adapter_config_json", nil, "The adapter's configuration is not readable JSON.")
	}
	for _, f := range []struct {
		field string
		ok    bool
		value any
	}{
		{"peft_type", in.Type == "LORA", in.Type},
		{"bias", in.Bias == "none", in.Bias},
		{"use_rslora", !in.RS, in.RS},
		{"fan_in_fan_out", !in.FanIn, in.FanIn},
		{"rank_pattern", len(in.Ranks) == 0, in.Ranks},
		{"alpha_pattern", len(in.Alpha) == 0, in.Alpha},
	} {
		if !f.ok {
			return AdapterConfig{}, problem.New("adapter_unsupported", problem.Args{"field": f.field, "value": fmt.Sprint(f.value)},
				"The adapter has %s = %v, which this engine does not compute; it runs LoRA and DoRA with one rank and without biases.", f.field, f.value)
		}
	}
	c := AdapterConfig(in.plain)
	return c, c.Validate()
}

func init() {
	problem.Register(map[string]string{
		"adapter_config":      "an adapter's configuration with an impossible value: field, value, want",
		"adapter_config_json": "an adapter's configuration that is no JSON",
		"adapter_unsupported": "an adapter that computes something else: field, value",
	})
}
