package gen

import (
	"testing"

	"github.com/stretchr/testify/require"

	"sprout/core/nn"
	"sprout/core/tensor"
)

// skilled is an adapter that changes the model a good deal.
func skilled(t *testing.T, p *nn.Params, rank int, seed uint64, targets ...string) *nn.Adapter {
	t.Helper()
	a, err := nn.NewAdapter(p, nn.AdapterConfig{Rank: rank, Alpha: float64(rank), Targets: targets})
	require.NoError(t, err)
	t.Cleanup(a.Close)
	require.NoError(t, a.Init(seed))
	rng := tensor.NewRNG(seed, 1)
	for _, q := range a.List {
		data := make([]float32, q.Shape.Len())
		for i := range data {
			data[i] = float32(rng.Normal()) / 3
		}
		require.NoError(t, a.Backend().Write(q.In(a.Slab), data))
	}
	return a
}

func writer(t *testing.T, p *nn.Params, linear nn.Linear) *Generator {
	t.Helper()
	g, err := New(p, 2, linear)
	require.NoError(t, err)
	t.Cleanup(g.Close)
	return g
}

// answers continue the same two prompts.
func answers(t *testing.T, g *Generator, onToken func(*Token) error) [][]int32 {
	t.Helper()
	out, err := g.Generate([][]int32{randomPrompt(3, 1), randomPrompt(7, 2)},
		Options{Sampling: Sampling{Temperature: 1}, Seed: 4, Stop: noStop, MaxTokens: 12, OnToken: onToken})
	require.NoError(t, err)
	return [][]int32{out[0].Tokens, out[1].Tokens}
}

// Several adapters plug into one model, in any order, and leave no trace.
func TestAdaptersTakeTurnsOnOneModel(t *testing.T) {
	onBackends(t, func(t *testing.T, p *nn.Params) {
		pirate := skilled(t, p, 2, 1, "q_proj", "v_proj", "down_proj")
		poet := skilled(t, p, 5, 2, nn.AdapterTargets()...)
		writers := map[string]*Generator{
			"base": writer(t, p, nil), "pirate": writer(t, p, pirate.Linear), "poet": writer(t, p, poet.Linear),
		}
		first := map[string][][]int32{}
		for _, who := range []string{"base", "pirate", "poet", "base", "poet", "pirate", "pirate", "base"} {
			got := answers(t, writers[who], nil)
			if first[who] == nil {
				first[who] = got
			}
			require.Equal(t, first[who], got, who)
		}
		require.NotEqual(t, first["base"], first["pirate"])
		require.NotEqual(t, first["base"], first["poet"])
		require.NotEqual(t, first["poet"], first["pirate"])
	})
}

// One generator serves all adapters of a shape: its passes read the slab where
// it lies, so another's weights and another strength count from the next token
// on, also in the midst of an answer.
func TestAdaptersChangeInTheMidstOfAnAnswer(t *testing.T) {
	const change = 5
	onBackends(t, func(t *testing.T, p *nn.Params) {
		for _, other := range []bool{false, true} {
			a, b := skilled(t, p, 2, 1, "q_proj", "up_proj"), skilled(t, p, 2, 2, "q_proj", "up_proj")
			then := answers(t, writer(t, p, nil), nil)
			turn := func() error { return a.SetStrength(0) }
			if other {
				then = answers(t, writer(t, p, b.Linear), nil)
				weights := map[string][]float32{}
				require.NoError(t, b.Dump(func(name string, _ tensor.Shape, data []float32) { weights[name] = data }))
				turn = func() error { return a.Load(func(name string) []float32 { return weights[name] }) }
			}
			g := writer(t, p, a.Linear)
			first := answers(t, g, nil)
			changed := answers(t, g, func(tok *Token) error {
				if tok.Index == change && tok.Row == 1 {
					return turn()
				}
				return nil
			})
			for row := range changed {
				require.Equal(t, first[row][:change+1], changed[row][:change+1])
			}
			require.NotEqual(t, first, changed)
			require.Equal(t, then, answers(t, g, nil), "from then on it is the other, or the model alone")
		}
	})
}
