package stages

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"sprout/core/checkpoint"
	"sprout/core/tensor"
	"sprout/core/text"
	"sprout/core/world"
)

func TestAttributeFindsTheLines(t *testing.T) {
	town := world.New(world.Config{Seed: 3})
	langs := []world.Lang{world.EN}
	rng := tensor.NewRNG(1)
	q := town.Questions(world.HeldResidents, world.EN)[3]
	fact := town.FactOf(q.Resident, q.Kind)

	found := Attribute(town, langs, q.Text, town.Answer(q, world.Warm, false, &rng), 5)
	require.Len(t, found, 1)
	s := found[0]
	require.Equal(t, world.Claim{Fact: fact, Value: town.Facts[fact].Value, True: true}, s.Claim)
	require.Len(t, s.Lines, 5)
	all := town.Stating(fact, townTrainBytes, world.EN)
	require.Equal(t, len(all), s.Count)
	require.Greater(t, s.Count, 50)
	require.LessOrEqual(t, s.Documents, s.Count)
	forms := 0
	for _, n := range s.Forms {
		forms += n
	}
	require.Equal(t, s.Count, forms)
	corpus := TownCorpus(town, langs...)
	for _, m := range s.Lines {
		require.True(t, slices.ContainsFunc(corpus.Train, func(d text.Doc) bool { return strings.Contains(string(d.Text), m.Text) }))
	}

	found = Attribute(town, langs, q.Text, "I don't know.", 5)
	require.Equal(t, -1, found[0].Claim.Value)
	require.Equal(t, s.Count, found[0].Count)
	require.Empty(t, Attribute(town, langs, "What is new?", "Nothing.", 5))
}

func TestLinesThatShareWords(t *testing.T) {
	docs := []text.Doc{
		text.TextDoc("the cat sat\nthe dog sat\n\nthe owl flew"),
		text.TextDoc("the cat sat\n猫在树上睡觉\n狗在树下"),
		{Turns: []text.Turn{{Role: text.RoleUser, Content: "where is the owl?"}}},
	}
	found := LinesThatShareWords(docs, "Where did the owl sit?", "The cat sat.", 10)
	var lines []string
	for _, f := range found {
		lines = append(lines, f.Text)
	}
	// Of seven lines, where occurs in one, owl in two, cat in two, sat in three, the
	// in five: ln 7 + ln 7/2 + ln 7/5, ln 7/2 + ln 7/3 + ln 7/5, …
	require.Equal(t, []string{"where is the owl?", "the cat sat", "the owl flew", "the dog sat"}, lines)
	require.InDelta(t, 3.5351, found[0].Score, 1e-4)
	require.Equal(t, []string{"where", "owl", "the"}, found[0].Words)
	require.Equal(t, 2, found[0].Document)

	found = LinesThatShareWords(docs, "谁在树上？", "", 1)
	require.Equal(t, "猫在树上睡觉", found[0].Text)
	require.Equal(t, []string{"树上", "在树"}, found[0].Words)
	require.Empty(t, LinesThatShareWords(docs, "zebra", "", 3))
	require.Empty(t, LinesThatShareWords(nil, "zebra", "", 3))
}

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
		for _, q := range town.Cloze(false, world.EN) {
			if !slices.Contains(facts, q.Fact) {
				continue
			}
			x := cloze{answer: q.Answer}
			for _, choice := range q.Choices {
				x.endings = append(x.endings, tok.Append([]int32{text.EOS}, []byte(q.Prompt+choice)))
			}
			x.common = commonPrefix(x.endings)
			e := newReader(r.score, nil, 0, 0, nil, nil, tok, 0, r.context)
			for _, ids := range x.endings {
				e.longest = max(e.longest, len(ids)-1)
			}
			e.clozes = []cloze{x}
			right, err := e.recall()
			require.NoError(t, err)
			known[q.Fact] = right == 1
		}
		return known
	}
	with, without := learn(town), learn(world.New(town.Without(gone)))
	for _, f := range facts {
		require.True(t, with[f], "fact %d", f)
		require.Equal(t, f != gone, without[f], "fact %d", f)
	}
}
