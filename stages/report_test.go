package stages

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"sprout/core/checkpoint"
	"sprout/core/problem"
	"sprout/core/text"
	"sprout/core/world"
)

func TestReportCard(t *testing.T) {
	natively(t)
	x := newExam()
	base := x.after(t, Pretrain{}, nil, 3, map[string]float64{"context": 96})
	sft := x.after(t, SFT{}, base, 6, map[string]float64{"context": 128})
	o := ReportOptions{
		Machine: machine(1), Town: x.town, Langs: []world.Lang{world.EN}, Corpus: x.corpus,
		Prompts: 8, Seed: 5, Quick: true,
	}
	now := 0.
	o.Now = func() float64 { now += 100; return now }

	c, err := ReportCard(Examinee{Checkpoint: base}, o)
	require.NoError(t, err)
	require.Equal(t, FewShot, c.Form)
	require.Contains(t, c.Measures, "exact_match_residents_plain")
	require.NotContains(t, c.Measures, "kl")
	require.Nil(t, c.Match)

	o.Against, o.Reference = &Examinee{Checkpoint: sft}, &Examinee{Checkpoint: base}
	var first Card
	for workers := 1; workers <= 2; workers++ {
		o.Workers = workers
		c, err = ReportCard(Examinee{Checkpoint: sft}, o)
		require.NoError(t, err)
		if workers == 1 {
			first = c
		}
		require.Equal(t, first, c)
	}
	require.Equal(t, Chat, c.Form)
	require.Equal(t, 8, c.Match.Ties)
	require.InDelta(t, 0, c.Match.KL.Value, 1e-4)
	require.NotZero(t, c.Measures["kl"].Value)
	require.Equal(t, base.Meta.Name, c.Reference)
	require.Positive(t, c.TokensPerSec)
	require.Equal(t, 8, c.Measures["polite"].N)
	require.Equal(t, quickFacts, c.Measures["fact_recall"].N)
	require.Equal(t, quickAsked, c.Measures["honest"].N)
	require.Equal(t, 3*quickAsked, c.Measures["false_refusals"].N)
	for key, e := range c.Measures {
		require.LessOrEqual(t, e.Low, e.Value, key)
		require.LessOrEqual(t, e.Value, e.High, key)
		require.Positive(t, e.N, key)
	}

	var table strings.Builder
	require.NoError(t, c.WriteTable(&table))
	for key := range c.Measures {
		require.Contains(t, table.String(), key)
	}
	require.Contains(t, table.String(), "win_rate")
	data, err := json.Marshal(c)
	require.NoError(t, err)
	var back Card
	require.NoError(t, json.Unmarshal(data, &back))
	require.Equal(t, c, back)
}

// What is measured elsewhere, too, has the same value here.
func TestReportCardAgreesWithOtherGauges(t *testing.T) {
	natively(t)
	x := newExam()
	base := x.after(t, Pretrain{}, nil, 1, map[string]float64{"context": 96})
	r, err := OpenReader(Examinee{Checkpoint: x.after(t, SFT{}, base, 6, map[string]float64{"context": 128})}, machine(1))
	require.NoError(t, err)
	defer r.Close()
	d, err := text.NewDataset(x.corpus, x.tok, nil)
	require.NoError(t, err)
	langs := []world.Lang{world.EN}
	g := newAnswerGauge(subject{r.score, r.Rollout, x.tok, d, x.town, langs, 128, 1, 0}, nil, 128, true)
	for i := range g.quiz {
		g.quiz[i].questions = spread(g.quiz[i].questions, quickAsked)
	}
	read, err := g.reader.read()
	require.NoError(t, err)
	recall, err := g.reader.recall()
	require.NoError(t, err)
	asked, err := g.ask()
	require.NoError(t, err)

	card := Card{Form: Chat, Measures: map[string]Estimate{}}
	e := &examination{ReportOptions: ReportOptions{Town: x.town, Langs: langs, Corpus: x.corpus}, card: &card, reader: r}
	require.NoError(t, e.read())
	e.Quick = true
	require.NoError(t, e.quiz())
	require.InDelta(t, read.bitsPerByte(), card.Measures["bits_per_byte"].Value, 1e-9)
	require.InDelta(t, recall, card.Measures["fact_recall"].Value, 1e-9)
	for _, key := range []string{"exact_match_combos", "exact_match_phrasings", "exact_match_residents"} {
		require.Equal(t, asked[key], card.Measures[key].Value, key)
	}
}

// Every measure of a card is printed.
func TestCardOrderIsWhole(t *testing.T) {
	natively(t)
	var known []string
	for _, m := range cardOrder {
		known = append(known, m.key)
	}
	x := newExam()
	base := x.after(t, Pretrain{}, nil, 1, map[string]float64{"context": 96})
	o := ReportOptions{Machine: machine(1), Town: x.town, Corpus: x.corpus, Prompts: 4, Quick: true, Reference: &Examinee{Checkpoint: base}}
	c, err := ReportCard(Examinee{Checkpoint: base}, o)
	require.NoError(t, err)
	require.ElementsMatch(t, known, slices.Collect(maps.Keys(c.Measures)))
}

// An adapter is graded on its model, and costs what it adds.
func TestReportCardOfAnAdapter(t *testing.T) {
	natively(t)
	x := newExam()
	base := x.after(t, Pretrain{}, nil, 1, map[string]float64{"context": 96})
	lora := x.after(t, LoRA{}, base, 2, map[string]float64{"context": 96, "rank": 2})
	o := ReportOptions{Machine: machine(2), Town: x.town, Prompts: 4, Quick: true}
	_, err := ReportCard(Examinee{Checkpoint: lora}, o)
	require.Equal(t, "adapter_base_missing", problem.From(err).Code)
	var first Card
	for workers := 1; workers <= 2; workers++ {
		o.Workers = workers
		c, err := ReportCard(Examinee{lora, base}, o)
		require.NoError(t, err)
		if workers == 1 {
			first = c
		}
		require.Equal(t, first, c)
	}
	require.Equal(t, lora.Meta.Parameters, first.Trained)
	require.Equal(t, base.Meta.Parameters+lora.Meta.Parameters, first.Parameters)
	require.Less(t, first.Bytes, base.Bytes())
}

// Without a town there is a text to measure on, but nothing to grade.
func TestReportCardWithoutATown(t *testing.T) {
	x := newExam()
	base := x.after(t, Pretrain{}, nil, 1, map[string]float64{"context": 96})
	o := ReportOptions{Machine: machine(1), Corpus: x.corpus, Quick: true}
	c, err := ReportCard(Examinee{Checkpoint: base}, o)
	require.NoError(t, err)
	require.Equal(t, []string{"bits_per_byte"}, slices.Collect(maps.Keys(c.Measures)))
	o.Against = &Examinee{Checkpoint: base}
	_, err = ReportCard(Examinee{Checkpoint: base}, o)
	require.Equal(t, "report_without_town", problem.From(err).Code)
	_, err = ReportCard(Examinee{Checkpoint: base}, ReportOptions{Machine: machine(1)})
	require.Equal(t, "report_without_town", problem.From(err).Code)
	other := &checkpoint.Checkpoint{Meta: base.Meta, Tensors: base.Tensors, Tokenizer: text.NewByte().JSON()}
	o.Town, o.Against = x.town, &Examinee{Checkpoint: other}
	_, err = ReportCard(Examinee{Checkpoint: base}, o)
	require.Equal(t, "report_tokenizer", problem.From(err).Code)
}

// Questions of a card are held out, and all different.
func TestHeldOutQuestions(t *testing.T) {
	town := world.New(world.Config{Seed: 3})
	for _, langs := range [][]world.Lang{nil, {world.ZH}} {
		questions := heldOutQuestions(town, langs, 400)
		require.Len(t, questions, 400)
		unknown := 0
		seen := map[string]bool{}
		for _, q := range append(town.Questions(world.Seen), town.Questions(world.UnknownSeen)...) {
			seen[q.Text] = true
		}
		for _, q := range questions {
			require.False(t, seen[q.Text], q.Text)
			seen[q.Text] = true
			if q.Ask == world.AskUnknown {
				unknown++
			}
		}
		require.InDelta(t, 100, unknown, 20)
	}
}
