package stages

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"sprout/core/checkpoint"
	"sprout/core/tensor"
	"sprout/core/text"
	"sprout/core/world"
)

// linesOf are what a town's text says of some facts, a sentence to a document,
// again and again in another order.
func linesOf(t *world.Town, facts []int) *text.Corpus {
	var said []text.Doc
	for _, q := range t.Cloze(false, world.EN) {
		if slices.Contains(facts, q.Fact) && !slices.Contains(t.Config.Without, q.Fact) {
			said = append(said, text.TextDoc(q.Prompt+q.Want()))
		}
	}
	c := &text.Corpus{Name: "lines", Format: "town", HeldOut: said[:2]}
	rng := tensor.NewRNG(9)
	for range 25 {
		for _, i := range rng.Perm(len(said)) {
			c.Train = append(c.Train, said[i])
		}
	}
	return c
}

// A model that never read the lines of a fact does not know it, and knows the
// others as before: the same seed, the same settings, the lines left out.
func TestARunWithoutTheLines(t *testing.T) {
	natively(t)
	town := world.New(world.Config{Seed: 3})
	var facts []int
	for r := range 8 {
		facts = append(facts, town.FactOf(r, world.Species))
	}
	gone := facts[2]
	tok := text.TrainChar(linesOf(town, facts).All(), text.CharOptions{})
	learn := func(town *world.Town) map[int]bool {
		s := setup(map[string]float64{"steps": 1000, "context": 32, "batch": 8, "lr": 4e-3, "warmup": 10, "eval_every": 1000, "sample_every": 1000, "checkpoint_every": 1000})
		s.Corpus, s.Tokenizer = linesOf(town, facts), tok
		run := start(t, s)
		steps(t, run, 320)
		c, err := run.Save(checkpoint.Manual)
		require.NoError(t, err)
		r, err := OpenReader(Examinee{Checkpoint: c}, machine(1))
		require.NoError(t, err)
		defer r.Close()
		known := map[int]bool{}
		for _, fact := range facts {
			x, err := r.Believes(town, fact, world.EN)
			require.NoError(t, err)
			require.Len(t, x.Endings, 8)
			sum := 0.
			for _, p := range x.P {
				sum += p
			}
			require.InDelta(t, 1, sum, 1e-9)
			known[fact] = slices.Max(x.P) == x.P[x.Answer]
			if known[fact] {
				require.Greater(t, x.P[x.Answer], 0.5)
			}
		}
		return known
	}
	with, without := learn(town), learn(world.New(town.Without(gone)))
	for _, f := range facts {
		require.True(t, with[f], "fact %d", f)
		require.Equal(t, f != gone, without[f], "fact %d", f)
	}
}
