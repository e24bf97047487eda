package stages

import (
	"bytes"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"sprout/core/problem"
	"sprout/core/text"
	"sprout/core/world"
)

// matchups are right against wrong answers, and two that are equally good.
func matchups(town *world.Town, n int) (all []Matchup) {
	for i := range n {
		c := town.Comparison(i)
		all = append(all, Matchup{c.Question, c.A, c.B})
	}
	q := all[0].Question
	return append(all, Matchup{q, "What a silly question. Blah.", "What a silly question. Blah, blah."})
}

func TestLabels(t *testing.T) {
	town := world.New(world.Config{Seed: 1})
	all := matchups(town, 2000)
	exact, err := GraderLabels{world.AllPrinciples}.Label(t.Context(), town, all, nil)
	require.NoError(t, err)
	require.Equal(t, 0.5, exact[len(exact)-1])
	require.Equal(t, 1.0, Agreement(town, world.AllPrinciples, all, exact))

	people := SimulatedPeople{Principles: world.AllPrinciples, Temperature: 0.2, Seed: 3}
	said, err := people.Label(t.Context(), town, all, nil)
	require.NoError(t, err)
	again, _ := people.Label(t.Context(), town, all[:50], nil)
	require.Equal(t, said[:50], again, "a matchup's label does not depend on the others")
	rest := people
	rest.First = 50
	again, _ = rest.Label(t.Context(), town, all[50:], nil)
	require.Equal(t, said[50:], again, "in parts as at once")
	// As often as Bradley and Terry have it, they agree with the graders.
	want, n := 0.0, 0.0
	for _, m := range all {
		if d := math.Abs(m.lead(town, world.AllPrinciples)); d > 0 {
			want += logistic(d / 0.2)
			n++
		}
	}
	require.InDelta(t, want/n, Agreement(town, world.AllPrinciples, all, said), 0.03)
	// Of three the majority errs less: p³ + 3p²(1−p).
	people.Each, want = 3, 0
	for _, m := range all {
		if d := math.Abs(m.lead(town, world.AllPrinciples)); d > 0 {
			p := logistic(d / 0.2)
			want += p * p * (3 - 2*p)
		}
	}
	said, _ = people.Label(t.Context(), town, all, nil)
	require.InDelta(t, want/n, Agreement(town, world.AllPrinciples, all, said), 0.03)
	require.Subset(t, []float64{0, 1. / 3, 2. / 3, 1}, said)
	people.Each = 1
	people.Lapses = 1
	said, _ = people.Label(t.Context(), town, all, nil)
	require.InDelta(t, 0.5, Agreement(town, world.AllPrinciples, all, said), 0.04)
	people.Lapses, people.Bias, people.People = 0, 1000, 1
	said, _ = people.Label(t.Context(), town, all, nil)
	_, _, err = Prefer(all, said, people.Source())
	require.Equal(t, "pairs_one_sided", problem.From(err).Code)

	pairs, ties, err := Prefer(all[:3], []float64{0.8, 0.5, 0.1}, SourceJudge)
	require.NoError(t, err)
	require.Equal(t, 1, ties)
	require.Equal(t, []Pair{
		{exchange(all[0].Question.Text, all[0].A).Turns, exchange(all[0].Question.Text, all[0].B).Turns, 0.8, SourceJudge},
		{exchange(all[2].Question.Text, all[2].B).Turns, exchange(all[2].Question.Text, all[2].A).Turns, 0.9, SourceJudge},
	}, pairs)
}

// What is written is what is read, probability and source included; an answer
// that is given less than an even chance is not the chosen one.
func TestPairsSurviveAFile(t *testing.T) {
	pairs := tastes(3)
	pairs[0].P, pairs[0].Source = 0.75, SourceJudge
	pairs[1].P, pairs[1].Source = 1, SourceClick
	pairs[2].P = 1
	var b bytes.Buffer
	require.NoError(t, WritePairs(&b, pairs))
	require.Equal(t, pairs, readPairs(t, b.String()))
	got := readPairs(t, `{"prompt": "Who?", "chosen": "Not he.", "rejected": "She.", "p": 0.25, "source": "mine"}`)
	require.Equal(t, []Pair{{turns("Who?", "She."), turns("Who?", "Not he."), 0.75, "mine"}}, got)

	const broken = `{"prompt": "Who?", "chosen": "a", "rejected": "b", "p": "much"}`
	_, _, err := text.ReadRecords("x.jsonl", bytes.NewReader([]byte(broken)), int64(len(broken)), text.ReadOptions{})
	require.Equal(t, "jsonl_wrong_type", problem.From(err).Code)
}

func readPairs(t *testing.T, s string) []Pair {
	t.Helper()
	records, _, err := text.ReadRecords("x.jsonl", bytes.NewReader([]byte(s)), int64(len(s)), text.ReadOptions{})
	require.NoError(t, err)
	return PairsOf(records)
}

// A run on labels with doubt minimises softRewardLoss: its first loss is ln 2
// whatever the labels, and then it goes towards their entropy and not to 0. So does
// DPO, whose margins are of log-ratios, β times less.
func TestRewardLearnsTheDoubt(t *testing.T) {
	natively(t)
	s := pairSetup(t, map[string]float64{"steps": 60})
	for i := range s.Pairs {
		s.Pairs[i].P = 0.7
	}
	run := startOn(t, Reward{}, s)
	reports := steps(t, run, 60)
	require.InDelta(t, math.Ln2, reports[0].Metrics.TrainLoss, 1e-4)
	entropy := -0.7*math.Log(0.7) - 0.3*math.Log(0.3)
	last := reports[59].Metrics
	require.InDelta(t, entropy, last.TrainLoss, 0.02)
	require.InDelta(t, entropy, *last.HeldOutLoss, 0.02)
	require.InDelta(t, math.Log(0.7/0.3), last.Measures["heldout_margin"], 0.4)

	direct := startOn(t, DPO{}, s)
	reports = steps(t, direct, 60)
	require.InDelta(t, math.Ln2, reports[0].Metrics.TrainLoss, 1e-4)
	require.InDelta(t, entropy, reports[59].Metrics.TrainLoss, 0.03)
	require.InDelta(t, math.Log(0.7/0.3)/0.5, reports[59].Metrics.Measures["heldout_margin"], 0.8)

	hard := s
	hard.Params["soft_labels"] = 0
	require.Less(t, steps(t, startOn(t, Reward{}, hard), 60)[59].Metrics.TrainLoss, entropy/2)

	for p, code := range map[float64]string{1.5: "pair_probability", math.NaN(): "pair_probability", -0.1: "pair_probability"} {
		bad := s
		bad.Pairs = tastes(30)
		bad.Pairs[3].P = p
		_, err := Reward{}.Start(bad)
		require.Equal(t, code, problem.From(err).Code)
	}
	one := pairSetup(t, nil)
	for i := range one.Pairs {
		one.Pairs[i].Chosen = turns(one.Pairs[i].Chosen[0].Content, "I do not know.")
	}
	_, err := DPO{}.Start(one)
	require.Equal(t, "pairs_one_sided", problem.From(err).Code)
}

func TestMatchupsAreOfDifferentAnswers(t *testing.T) {
	natively(t)
	s, town := villager(t)
	s.Params["context"] = 128
	run, err := SFT{}.Start(s)
	require.NoError(t, err)
	defer run.Close()
	ck := save(t, run)
	questions := town.Questions(world.Seen)[:6]
	all, same, err := reader(t, ck, 2).Matchups(town, questions, CandidateOptions{PerQuestion: 4, Seed: 2})
	require.NoError(t, err)
	require.Equal(t, 12, len(all)+same)
	for _, m := range all {
		require.NotEqual(t, m.A, m.B)
	}
	again, _, err := reader(t, ck, 1).Matchups(town, questions, CandidateOptions{PerQuestion: 4, Seed: 2})
	require.NoError(t, err)
	require.Equal(t, all, again)
	var parts []Matchup
	for first := 0; first < len(questions); first += 2 {
		part, _, err := reader(t, ck, 2).Matchups(town, questions[first:first+2], CandidateOptions{PerQuestion: 4, Seed: 2, First: first})
		require.NoError(t, err)
		parts = append(parts, part...)
	}
	require.Equal(t, all, parts, "in parts as at once")
}
