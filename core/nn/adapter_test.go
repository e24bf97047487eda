package nn

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"sprout/core/problem"
	"sprout/core/tensor"
)

func TestAdapterNamesAreThoseOfPEFT(t *testing.T) {
	c := AdapterConfig{Rank: 3, Alpha: 6, Targets: []string{"down_proj", "q_proj"}, DoRA: true}
	list, n := c.Layout(small)
	var names []string
	end := 0
	for _, p := range list {
		names = append(names, p.Name)
		require.GreaterOrEqual(t, p.Off, end)
		require.Zero(t, p.Off%tensor.Align)
		end = p.Off + p.Shape.Len()
	}
	require.GreaterOrEqual(t, n, end)
	require.Equal(t, []string{
		"base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight",
		"base_model.model.model.layers.0.self_attn.q_proj.lora_B.weight",
		"base_model.model.model.layers.0.mlp.down_proj.lora_A.weight",
		"base_model.model.model.layers.0.mlp.down_proj.lora_B.weight",
		"base_model.model.model.layers.1.self_attn.q_proj.lora_A.weight",
		"base_model.model.model.layers.1.self_attn.q_proj.lora_B.weight",
		"base_model.model.model.layers.1.mlp.down_proj.lora_A.weight",
		"base_model.model.model.layers.1.mlp.down_proj.lora_B.weight",
		"base_model.model.model.layers.0.self_attn.q_proj.lora_magnitude_vector",
		"base_model.model.model.layers.0.mlp.down_proj.lora_magnitude_vector",
		"base_model.model.model.layers.1.self_attn.q_proj.lora_magnitude_vector",
		"base_model.model.model.layers.1.mlp.down_proj.lora_magnitude_vector",
	}, names)
	require.Equal(t, tensor.Shape{3, 24}, list[2].Shape, "A is [R,in]")
	require.Equal(t, tensor.Shape{16, 3}, list[3].Shape, "B is [out,R]")
	require.Equal(t, list[8].Off, c.MatrixRange(small), "magnitudes do not decay")
	slices.Reverse(c.Targets)
	again, _ := c.Layout(small)
	require.Equal(t, list, again, "whatever the order of the targets")
	require.Len(t, c.Specs(small), len(list))
}

// r(d_in + d_out) for each matrix.
func TestAdapterParamCount(t *testing.T) {
	C, F, KV, L := small.Channels, small.Hidden, small.KVChannels(), small.Layers
	for target, sum := range map[string]int{
		"q_proj": C + C, "k_proj": C + KV, "v_proj": C + KV, "o_proj": C + C,
		"gate_proj": C + F, "up_proj": C + F, "down_proj": F + C,
	} {
		c := AdapterConfig{Rank: 5, Alpha: 5, Targets: []string{target}}
		require.Equal(t, L*5*sum, c.ParamCount(small), target)
	}
	all := AdapterConfig{Rank: 5, Alpha: 5, Targets: AdapterTargets()}
	require.Equal(t, L*5*(2*2*C+2*(C+KV)+3*(C+F)), all.ParamCount(small))
	plain := all.ParamCount(small)
	all.DoRA = true
	require.Equal(t, plain+L*(3*C+2*KV+2*F), all.ParamCount(small), "with DoRA one more per output")
}

func TestAdapterConfigTravelsAsPEFTs(t *testing.T) {
	c := AdapterConfig{Rank: 4, Alpha: 8, Targets: []string{"q_proj", "v_proj"}}
	data, err := json.Marshal(c)
	require.NoError(t, err)
	require.JSONEq(t, `{"peft_type":"LORA","task_type":"CAUSAL_LM","bias":"none",
		"r":4,"lora_alpha":8,"target_modules":["q_proj","v_proj"],"use_dora":false}`, string(data))
	back, err := ParseAdapterConfig(data)
	require.NoError(t, err)
	require.Equal(t, c, back)

	for what, code := range map[string]string{
		`{`: "adapter_config_json",
		`{"peft_type":"IA3","r":4,"lora_alpha":8,"target_modules":["q_proj"]}`:                           "adapter_unsupported",
		`{"bias":"all","r":4,"lora_alpha":8,"target_modules":["q_proj"]}`:                                "adapter_unsupported",
		`{"use_rslora":true,"r":4,"lora_alpha":8,"target_modules":["q_proj"]}`:                           "adapter_unsupported",
		`{"rank_pattern":{"layers.0":2},"r":4,"lora_alpha":8,"target_modules":["q_proj"]}`:               "adapter_unsupported",
		`{"r":0,"lora_alpha":8,"target_modules":["q_proj"]}`:                                             "adapter_config",
		`{"r":4,"lora_alpha":0,"target_modules":["q_proj"]}`:                                             "adapter_config",
		`{"r":4,"lora_alpha":8,"target_modules":[]}`:                                                     "adapter_config",
		`{"r":4,"lora_alpha":8,"target_modules":["lm_head"]}`:                                            "adapter_config",
		`{"r":4,"lora_alpha":8,"target_modules":["q_proj","q_proj"]}`:                                    "adapter_config",
		`{"r":100000,"lora_alpha":8,"target_modules":["` + strings.Join(AdapterTargets(), `","`) + `"]}`: "adapter_config",
	} {
		_, err := ParseAdapterConfig([]byte(what))
		require.Error(t, err, what)
		require.Equal(t, code, problem.From(err).Code, what)
	}
}

func TestPlace(t *testing.T) {
	for _, target := range targets {
		layer, name, ok := Place(InLayer(12, target.weight))
		require.True(t, ok)
		require.Equal(t, 12, layer)
		require.Equal(t, target.name, name)
	}
	for _, other := range []string{Embed, FinalNorm, InLayer(0, MLPNorm), ""} {
		_, _, ok := Place(other)
		require.False(t, ok, other)
	}
}
