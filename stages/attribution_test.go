package stages

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

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

	require.Equal(t, []Source{{Claim: s.Claim, Forms: map[world.Form]int{}}}, Attribute(town, langs, q.Text, town.Answer(q, world.Warm, false, &rng), -1))

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
