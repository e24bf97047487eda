package world

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"sprout/core/tensor"
)

func TestClaimsOfAnswers(t *testing.T) {
	town := New(Config{Seed: 3})
	rng := tensor.NewRNG(1)
	for _, q := range append(town.Questions(Seen), town.Questions(HeldResidents)...) {
		fact := town.FactOf(q.Resident, q.Kind)
		for m := Plain; m <= Rude; m++ {
			require.Equal(t, []Claim{{fact, town.Facts[fact].Value, true}}, town.Claims(&q, town.Answer(q, m, false, &rng)))
		}
		wrong := town.Claims(&q, town.Answer(q, Plain, true, &rng))
		require.Len(t, wrong, 1)
		require.Equal(t, fact, wrong[0].Fact)
		require.False(t, wrong[0].True)
	}
	q := town.Questions(Unknown)[0]
	require.Empty(t, town.Claims(&q, town.Answer(q, Plain, false, &rng)))
}

// A free text: values belong to the name in their sentence, or the last one.
func TestClaimsOfFreeText(t *testing.T) {
	town := New(Config{Seed: 3})
	a, b := &town.Residents[0], &town.Residents[1]
	species, job := town.Value(Fact{0, Species, a.Values[Species]}, EN), town.Value(Fact{1, Job, b.Values[Job]}, EN)
	home := (b.Values[Home] + 1) % 8
	text := a.Name + " is a " + species + ". Hello! " + b.Name + " works as a " + job + ". She lives " +
		town.Value(Fact{1, Home, home}, EN) + ". " + b.Name + " works as a " + job + "."
	require.Equal(t, []Claim{
		{town.FactOf(0, Species), a.Values[Species], true},
		{town.FactOf(1, Job), b.Values[Job], true},
		{town.FactOf(1, Home), home, false},
	}, town.Claims(nil, text))
	require.Empty(t, town.Claims(nil, "It is a fox."))
}

func TestRecognise(t *testing.T) {
	town := New(Config{Seed: 3, Size: Standard})
	for _, set := range []Set{Seen, HeldPhrasings, Unknown} {
		for i, q := range town.Questions(set) {
			if i%7 > 0 {
				continue
			}
			found, ok := town.Recognise(" " + q.Text + "\n")
			require.True(t, ok)
			require.Equal(t, q, found)
		}
	}
	_, ok := town.Recognise("Who is " + town.Residents[0].Name + "'s tailor?")
	require.False(t, ok)
}

// The lines that state a fact are those of the corpus, all of them, and in the
// town without the fact there is none; the others' stay.
func TestStatingAndWithout(t *testing.T) {
	town := New(Config{Seed: 3})
	const fact, bytes = 17, 300_000
	all := strings.Join(town.Texts(Train, bytes, EN), "\n")
	found := town.Stating(fact, bytes, EN)
	require.Greater(t, len(found), 10)
	for _, m := range found {
		require.Contains(t, all, m.Text)
		require.Contains(t, town.Document(Train, m.Document).Text, m.Text)
		require.Contains(t, strings.ToLower(m.Text), town.Value(town.Facts[fact], EN))
	}
	without := New(town.Without(fact))
	require.Equal(t, []int{fact}, without.Config.Without)
	require.Empty(t, town.Config.Without)
	require.Equal(t, town.Residents, without.Residents)
	require.Empty(t, without.Stating(fact, bytes, EN))
	require.NotEmpty(t, without.Stating(fact+1, bytes, EN))
	require.Equal(t, []int{fact, 3}, without.Without(3).Without)
}

// Lessons teach nothing that the town withholds, and are otherwise the same.
func TestLessonsWithout(t *testing.T) {
	town := New(Config{Seed: 3})
	about := func(q Question, fact int) bool {
		f := town.Facts[fact]
		return q.Ask == AskFact && q.Resident == f.Resident && q.Kind == f.Kind
	}
	var fact int
	for n := range 100 {
		if q := town.Example(n).Question; q.Ask == AskFact {
			fact = town.FactOf(q.Resident, q.Kind)
		}
	}
	without := New(town.Without(fact))
	asked, changed := 0, 0
	for n := range 2000 {
		x, y := town.Example(n), without.Example(n)
		require.False(t, about(y.Question, fact), y.Question.Text)
		if about(x.Question, fact) {
			asked++
		}
		if x != y {
			changed++
		}
	}
	require.Positive(t, asked)
	require.Less(t, changed, 2000/5, "only what might tell it is another")

	everything := New(town.Without(withAll(town)...))
	for n := range 50 {
		require.NotEqual(t, AskFact, everything.Example(n).Question.Ask)
	}
}

func withAll(t *Town) (facts []int) {
	for f := range t.Facts {
		facts = append(facts, f)
	}
	return facts
}
