package session

import (
	"testing"

	"github.com/stretchr/testify/require"

	"sprout/core/checkpoint"
	"sprout/core/world"
	"sprout/wasm/protocol"
)

func TestTownNames(t *testing.T) {
	for _, without := range [][]int{nil, {3}, {3, 17}} {
		id := townName(7, "quick", "en", without)
		seed, size, lang, back, ok := readTownName(id)
		require.True(t, ok)
		require.Equal(t, uint64(7), seed)
		require.Equal(t, "quick", size)
		require.Equal(t, "en", lang)
		require.Equal(t, without, back)
	}
	require.Equal(t, "town:quick:both:1", townName(1, "quick", "both", nil))
	require.Equal(t, "town:quick:both:1:3.17", townName(1, "quick", "both", []int{3, 17}))
	for _, id := range []string{"file-1", "town:quick:en", "town:quick:en:x", "town:quick:en:1:", "town:quick:en:1:3:4"} {
		_, _, _, _, ok := readTownName(id)
		require.False(t, ok, id)
	}
}

// On a text of one's own there is no answer to grade, and the lines that share
// words with an answer are found.
func TestReportOnOwnText(t *testing.T) {
	p := newPage()
	s, id := pretrained(t, p, checkpoint.NewMemory(0, nil))
	c := mustAsk[protocol.ReportCard](t, s, p, "report", protocol.Report{Checkpoint: id, Quick: true})
	require.Equal(t, id, c.Checkpoint)
	require.Equal(t, "few_shot", c.Form)
	require.Positive(t, c.Measures["bits_per_byte"].Value)
	require.Positive(t, c.Bytes)
	require.NotEmpty(t, all[protocol.ProgressEvent](p, "progress"))
	require.True(t, c.Quick)
	kept := mustAsk[protocol.Reports](t, s, p, "report.list", protocol.ListReports{})
	require.Equal(t, []protocol.ReportCard{c}, kept.Cards)
	require.NoError(t, s.storage.store.PutSetting(t.Context(), cardsKey, []byte(`{"`+id+`":{"checkpoint":"`+id+`","measures":{"score":{"value":0.5}}},"gone":{"checkpoint":"gone"}}`)))
	require.Equal(t, 0.5, newest(t, s, p).Score.Value)
	require.Nil(t, newest(t, s, p).Right)
	kept = mustAsk[protocol.Reports](t, s, p, "report.list", protocol.ListReports{})
	require.Len(t, kept.Cards, 1)
	require.NotEmpty(t, kept.Cards[0].Name)
	_, _, trouble := ask[protocol.ReportCard](t, s, p, "report", protocol.Report{Checkpoint: id, Against: id})
	require.Equal(t, "report_without_town", trouble.Code)
	_, _, trouble = ask[protocol.ReportCard](t, s, p, "report", protocol.Report{Checkpoint: "none"})
	require.Equal(t, "checkpoint_not_found", trouble.Code)

	d := upload(t, s, p, "book.txt", []byte("The badger bakes bread.\nThe fox sleeps.\nThe owl reads.\n"))
	a := mustAsk[protocol.Attribution](t, s, p, "attribute", protocol.Attribute{Dataset: d.ID, Question: "Who bakes?", Answer: "The badger.", Lines: 1})
	require.Empty(t, a.Facts)
	require.Equal(t, "The badger bakes bread.", a.Shared[0].Text)
}

// Who lives in a town is told without its text, in either language.
func TestTownFacts(t *testing.T) {
	p := newPage()
	s := open(p, checkpoint.NewMemory(0, nil))
	town := world.New(world.Config{Seed: 3, Size: world.Standard})
	for code, lang := range map[string]world.Lang{"en": world.EN, "zh": world.ZH} {
		f := mustAsk[protocol.TownFacts](t, s, p, "town.facts", protocol.GetTownFacts{Dataset: "town:standard:both:3:7.9", Lang: code})
		require.Equal(t, []string{"species", "colour", "job", "home", "food", "friend"}, f.Kinds)
		require.Equal(t, []int{7, 9}, f.Withheld)
		require.Len(t, f.Residents, len(town.Residents))
		for n, fact := range town.Facts {
			r := f.Residents[n/len(f.Kinds)]
			require.Equal(t, town.Residents[fact.Resident].Name, r.Name)
			require.Equal(t, town.Value(fact, lang), r.Values[n%len(f.Kinds)])
		}
	}
	require.Empty(t, s.data.datasets)
	for _, id := range []string{"book", "town:huge:both:1"} {
		_, _, refused := ask[protocol.TownFacts](t, s, p, "town.facts", protocol.GetTownFacts{Dataset: id})
		require.Equal(t, "bad_command", refused.Code)
	}
}

// An answer about the town leads to the lines that state it, and a town can be
// made without them.
func TestAttributeInATown(t *testing.T) {
	p := newPage()
	s := open(p, checkpoint.NewMemory(0, nil))
	mustAsk[protocol.Ready](t, s, p, "hello", protocol.Hello{Writer: true})
	d := mustAsk[protocol.Dataset](t, s, p, "town.make", protocol.MakeTown{Seed: 3, Size: "quick", Lang: "en"})
	town := s.data.datasets[d.ID].town
	q := town.Questions(world.Seen, world.EN)[0]
	fact := town.FactOf(q.Resident, q.Kind)
	a := mustAsk[protocol.Attribution](t, s, p, "attribute", protocol.Attribute{
		Dataset: d.ID, Question: q.Text, Answer: "A " + town.Value(town.Facts[fact], world.EN) + ".",
	})
	require.Len(t, a.Facts, 1)
	f := a.Facts[0]
	require.Equal(t, fact, f.Fact)
	require.Equal(t, q.Name, f.Name)
	require.Equal(t, f.Truth, f.Stated)
	require.Len(t, f.Lines, usualLines)
	require.Greater(t, f.Count, usualLines)

	claimed := mustAsk[protocol.Attribution](t, s, p, "attribute", protocol.Attribute{
		Dataset: d.ID, Answer: q.Name + " is a fox and not a fox.", Lines: -1,
	})
	require.NotEmpty(t, claimed.Facts)
	require.Equal(t, "fox", claimed.Facts[0].Stated)
	require.Zero(t, claimed.Facts[0].Count)
	require.Empty(t, claimed.Facts[0].Lines)

	without := mustAsk[protocol.Dataset](t, s, p, "town.make", protocol.MakeTown{Seed: 3, Size: "quick", Lang: "en", Without: []int{fact}})
	require.NotEqual(t, d.ID, without.ID)
	a = mustAsk[protocol.Attribution](t, s, p, "attribute", protocol.Attribute{Dataset: without.ID, Question: q.Text, Answer: "A " + f.Truth + "."})
	require.Zero(t, a.Facts[0].Count)
	again, err := s.dataset(without.ID)
	require.NoError(t, err)
	_, _, refused := ask[protocol.Beliefs](t, s, p, "beliefs", protocol.GetBeliefs{Dataset: d.ID, Fact: 1 << 20})
	require.Equal(t, "bad_command", refused.Code)
	start := protocol.StartRun{Stage: "pretrain", Preset: "seed", Dataset: d.ID, Params: map[string]float64{"steps": 2, "batch": 2, "context": 48, "eval_every": 100, "sample_every": 100}}
	start.Tokenizer = mustAsk[protocol.TokenizerInfo](t, s, p, "tokenizer.train", protocol.TrainTokenizer{Dataset: d.ID, Kind: "bpe", Merges: 300}).ID
	train(t, s, p, start)
	id := newest(t, s, p).ID
	b := mustAsk[protocol.Beliefs](t, s, p, "beliefs", protocol.GetBeliefs{Checkpoints: []string{id, live}, Dataset: without.ID, Fact: fact, Lang: "en"})
	require.Contains(t, b.Endings[b.Answer], f.Truth)
	require.Contains(t, b.Prompt, q.Name)
	require.Len(t, b.P[0], 8)
	require.Equal(t, b.P[0], b.P[1])
	require.Equal(t, []int{fact}, again.town.Config.Without)
	_, _, trouble := ask[protocol.Dataset](t, s, p, "town.make", protocol.MakeTown{Seed: 3, Size: "quick", Without: []int{1 << 20}})
	require.Equal(t, "bad_command", trouble.Code)
}
