package nn

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"sprout/core/backend/ref"
	"sprout/core/problem"
	"sprout/core/tensor"
)

func TestLayoutIsAlignedAndDense(t *testing.T) {
	params, n := small.Layout()
	at := 0
	vectors := false
	for _, p := range params {
		require.Zero(t, p.Off%tensor.Align, p.Name)
		require.GreaterOrEqual(t, p.Off, at, p.Name)
		require.Less(t, p.Off-at, tensor.Align, p.Name)
		at = p.Off + p.Shape.Len()
		require.False(t, vectors && p.Matrix(), "matrices come before norms")
		vectors = vectors || !p.Matrix()
		require.Equal(t, p.Matrix(), p.Off < small.MatrixRange())
	}
	require.Less(t, n-at, tensor.Align)
	require.Len(t, params, 2+9*small.Layers)
}

// The sizes that the presets promise, at 1,024 tokens; sprout on Shakespeare's
// characters is the shape that is measured against other programs.
func TestPresetSizes(t *testing.T) {
	for name, millions := range map[string]float64{"seed": .1, "sprout": .9, "sapling": 2.6, "tree": 11} {
		p, err := FindPreset(name)
		require.NoError(t, err)
		cfg := p.For(1024)
		require.NoError(t, cfg.Validate())
		require.InEpsilon(t, millions*1e6, cfg.ParamCount(), .12, name)
	}
	p, _ := FindPreset("sprout")
	require.Equal(t, 800_000, p.For(65).ParamCount())

	_, err := FindPreset("oak")
	require.Equal(t, "model_preset", problem.From(err).Code)
	require.ErrorContains(t, err, "seed, sprout, sapling, tree")
}

func TestConfigJSON(t *testing.T) {
	b, err := json.Marshal(small)
	require.NoError(t, err)
	got, err := ParseConfig(b)
	require.NoError(t, err)
	require.Equal(t, small, got)
	var hf map[string]any
	require.NoError(t, json.Unmarshal(b, &hf))
	require.Equal(t, []any{"LlamaForCausalLM"}, hf["architectures"])
	require.Equal(t, true, hf["tie_word_embeddings"])
	require.EqualValues(t, 24, hf["intermediate_size"])

	for text, code := range map[string]string{
		`{`: "model_config_json",
		`{"hidden_size":16,"num_attention_heads":3}`: "model_unsupported",
	} {
		_, err := ParseConfig([]byte(text))
		require.Equal(t, code, problem.From(err).Code, text)
	}
	for field, value := range map[string]any{
		"hidden_act": "gelu", "model_type": "gpt2", "tie_word_embeddings": false, "attention_bias": true, "head_dim": 5,
	} {
		changed := map[string]any{field: value}
		for k, v := range hf {
			if k != field {
				changed[k] = v
			}
		}
		b, _ := json.Marshal(changed)
		_, err := ParseConfig(b)
		require.Equal(t, "model_unsupported", problem.From(err).Code, field)
		require.Equal(t, field, problem.From(err).Args["field"])
	}
}

func TestConfigValidate(t *testing.T) {
	for field, change := range map[string]func(*Config){
		"vocab_size":              func(c *Config) { c.Vocab = 0 },
		"num_hidden_layers":       func(c *Config) { c.Layers = 1000 },
		"num_attention_heads":     func(c *Config) { c.Heads = 5 },
		"num_key_value_heads":     func(c *Config) { c.KVHeads = 3 },
		"hidden_size":             func(c *Config) { c.Channels = -16 },
		"intermediate_size":       func(c *Config) { c.Hidden = 0 },
		"max_position_embeddings": func(c *Config) { c.Context = 1 << 30 },
		"rope_theta":              func(c *Config) { c.RopeTheta = math.NaN() },
		"rms_norm_eps":            func(c *Config) { c.NormEps = 0 },
	} {
		c := small
		change(&c)
		err := c.Validate()
		require.Error(t, err, field)
		require.Equal(t, "model_config", problem.From(err).Code)
		require.Equal(t, field, problem.From(err).Args["field"])
	}
	odd := small
	odd.Channels, odd.Heads = 12, 4 // heads of 3 channels
	require.Error(t, odd.Validate())
}

func TestInitStatistics(t *testing.T) {
	cfg := small
	cfg.Vocab, cfg.Channels, cfg.Hidden = 300, 64, 128
	be := ref.New[float32]()
	p, err := NewParams(be, cfg)
	require.NoError(t, err)
	require.NoError(t, p.Init(5))
	first := map[string][]float32{}
	require.NoError(t, p.Dump(func(name string, shape tensor.Shape, data []float32) {
		first[name] = data
		want := 0.02
		switch q := p.List[p.index(name)]; {
		case !q.Matrix():
			for _, x := range data {
				require.EqualValues(t, 1, x)
			}
			return
		case q.Residual:
			want /= 2 // √(2·2 layers)
		}
		sum, square := 0.0, 0.0
		for _, x := range data {
			sum += float64(x)
			square += float64(x) * float64(x)
		}
		n := float64(len(data))
		require.InDelta(t, want, math.Sqrt(square/n), want*.06, name)
		require.InDelta(t, 0, sum/n, 4*want/math.Sqrt(n), name)
	}))

	// The same seed draws the same, another one does not, and a tensor's values
	// do not depend on the sizes of those before it.
	require.NoError(t, p.Init(5))
	require.NoError(t, p.Dump(func(name string, _ tensor.Shape, data []float32) { require.Equal(t, first[name], data) }))
	cfg.Vocab = 17
	other, err := NewParams(be, cfg)
	require.NoError(t, err)
	require.NoError(t, other.Init(5))
	name := InLayer(1, DownProj)
	got := make([]float32, len(first[name]))
	require.NoError(t, be.Read(got, other.At(name)))
	require.Equal(t, first[name], got)
	require.NoError(t, p.Init(6))
	require.NoError(t, be.Read(got, p.At(name)))
	require.NotEqual(t, first[name], got)
}

func TestLoadRefusesBadWeights(t *testing.T) {
	be := ref.New[float32]()
	p, err := NewParams(be, small)
	require.NoError(t, err)
	require.NoError(t, p.Init(1))
	weights := map[string][]float32{}
	require.NoError(t, p.Dump(func(name string, _ tensor.Shape, data []float32) { weights[name] = data }))
	get := func(n string) []float32 { return weights[n] }
	require.NoError(t, p.Load(get))

	last := weights[FinalNorm]
	weights[Embed][0] = 99
	for code, bad := range map[string][]float32{
		"model_tensor":     last[1:],
		"model_not_finite": append([]float32{float32(math.Inf(1))}, last[1:]...),
	} {
		weights[FinalNorm] = bad
		err := p.Load(get)
		require.Equal(t, code, problem.From(err).Code)
		require.Equal(t, FinalNorm, problem.From(err).Args["tensor"])
		now := make([]float32, 1)
		embed := p.At(Embed)
		embed.Shape = tensor.Shape{1}
		require.NoError(t, be.Read(now, embed))
		require.NotEqualValues(t, 99, now[0], "nothing is written when a later tensor is bad")
	}
}

func TestRopeTable(t *testing.T) {
	for _, dim := range []int{2, 24, 32, 64} {
		for _, theta := range []float64{10000, 1e6, 1} {
			const positions = 1024
			table := RopeTable(positions, dim, theta)
			for i := range dim / 2 {
				f := math.Pow(theta, -2*float64(i)/float64(dim))
				for pos := range positions {
					require.InDelta(t, math.Cos(float64(pos)*f), table[pos*dim+i], 1.2e-7)
					require.InDelta(t, math.Sin(float64(pos)*f), table[pos*dim+dim/2+i], 1.2e-7)
				}
			}
		}
	}
}
