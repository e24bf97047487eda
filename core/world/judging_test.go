package world

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestNamesOfPrinciples(t *testing.T) {
	assert.Equal(t, "same_language", SameLanguage.Name())
	assert.Empty(t, (True | Friendly).Name())
	assert.Equal(t, True|Friendly, Grade{Correct: true, Polite: true}.Keeps())
	assert.Equal(t, AllPrinciples, Grade{Correct: true, Honest: true, Brief: true, Polite: true, Language: true}.Keeps())
}

// What a judge learns is what the graders say, of questions that SFT may ask, in
// every subset of principles, and neither place is the better one more often.
func TestComparisons(t *testing.T) {
	for _, size := range bothSizes {
		town := New(Config{Seed: 1, Size: size})
		allowed := map[string]bool{}
		for _, set := range []Set{Seen, UnknownSeen} {
			for _, q := range town.Questions(set) {
				allowed[q.Text] = true
			}
		}
		const n = 4000
		first, rules, unknown, texts := 0, map[Principle]int{}, 0, map[string]int{}
		for i := range n {
			c := town.Comparison(i)
			require.Equal(t, c, town.Comparison(i))
			require.True(t, allowed[c.Question.Text], c.Question.Text)
			require.Equal(t, Lang(i&1), c.Question.Lang)
			for k, answer := range []string{c.A, c.B} {
				require.Equal(t, town.Grade(c.Question, answer), c.Grades[k])
				texts[answer]++
			}
			scores := [2]float64{c.Grades[0].Score(c.Principles), c.Grades[1].Score(c.Principles)}
			require.NotEqual(t, scores[0], scores[1])
			require.Equal(t, scores[0] > scores[1], c.ABetter())
			if c.ABetter() {
				first++
			}
			if c.Question.Ask == AskUnknown {
				unknown++
			}
			rules[c.Principles]++
		}
		assert.InDelta(t, .5, float64(first)/n, .03)
		assert.InDelta(t, .45, float64(unknown)/n, .03)
		assert.Len(t, rules, 31)
		for p, count := range rules {
			assert.InDelta(t, n/31, count, 50, "principles %05b", p)
		}
		assert.Greater(t, len(texts), n, "candidates of many kinds")
	}
}

// Other principles may turn a verdict round or find nothing to choose.
func TestUnder(t *testing.T) {
	town := New(Config{Seed: 1})
	turned, tied := 0, 0
	for i := range 300 {
		c := town.Comparison(i)
		for p := Principle(1); p <= AllPrinciples; p++ {
			o, ok := c.Under(p)
			require.Equal(t, ok, o.Grades[0].Score(p) != o.Grades[1].Score(p))
			require.Equal(t, p, o.Principles)
			if !ok {
				tied++
			} else if o.ABetter() != c.ABetter() {
				turned++
			}
		}
		same, ok := c.Under(c.Principles)
		require.True(t, ok)
		require.Equal(t, c, same)
	}
	assert.Greater(t, turned, 1000)
	assert.Greater(t, tied, 1000)
	assert.Panics(t, func() { town.Compare(town.Questions(Seen)[0], 0, nil) })
}

// What an outside judge is told holds every fact asked for, and of strangers that
// nothing is known.
func TestKnowledge(t *testing.T) {
	for _, size := range bothSizes {
		town := New(Config{Seed: 1, Size: size})
		for _, set := range []Set{Seen, HeldResidents} {
			for _, q := range town.Questions(set) {
				told := town.Knowledge(q)
				require.True(t, strings.Contains(told, town.Value(Fact{q.Resident, q.Kind, town.Residents[q.Resident].Values[q.Kind]}, q.Lang)), told)
				require.Contains(t, told, q.Name)
			}
		}
		for _, q := range town.Questions(UnknownNew) {
			require.Contains(t, town.Knowledge(q), q.Name)
			for _, k := range town.Kinds {
				require.Empty(t, town.valuesIn(town.Knowledge(q), k, ""))
			}
		}
	}
}
