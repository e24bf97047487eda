package stages

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"sprout/core/problem"
	"sprout/core/text"
	"sprout/core/world"
)

// oracle answers by a function of what it is asked.
type oracle func(turns []text.Turn) (Reply, error)

func (o oracle) Ask(_ context.Context, turns []text.Turn) (Reply, error) { return o(turns) }

// prefers names the place of the answer that holds a word.
func prefers(word string) oracle {
	return func(turns []text.Turn) (Reply, error) {
		_, answers, _ := strings.Cut(turns[1].Content, "Answer A:")
		a, _, _ := strings.Cut(answers, "Answer B:")
		if strings.Contains(a, word) {
			return Reply{Text: " A."}, nil
		}
		return Reply{Text: "**B**"}, nil
	}
}

func compared(a, b string) Comparison {
	return Comparison{Prompt: turns("Who?", "")[:1], A: a, B: b, Background: "Mila is a fox."}
}

func TestOutsideJudgeAveragesBothOrders(t *testing.T) {
	rules := Rules{Principles: world.True | world.Brief, Free: []string{" Be funny. "}}
	all := []Comparison{compared("good", "bad"), compared("bad", "good")}
	got, err := OutsideJudge{prefers("good"), rules}.Compare(t.Context(), all, nil)
	require.NoError(t, err)
	require.Equal(t, []Judgement{{P: 1}, {P: 0}}, got)

	first := oracle(func([]text.Turn) (Reply, error) { return Reply{Text: "A"}, nil })
	got, err = OutsideJudge{first, rules}.Compare(t.Context(), all[:1], nil)
	require.NoError(t, err)
	require.Equal(t, []Judgement{{P: 0.5, Bias: 0.5}}, got, "the place alone says nothing")

	unsure := oracle(func(turns []text.Turn) (Reply, error) {
		require.Contains(t, turns[0].Content, "Say what is true.")
		require.Contains(t, turns[0].Content, "- Be funny.\n")
		require.NotContains(t, turns[0].Content, "friendly")
		require.Contains(t, turns[1].Content, "Mila is a fox.")
		return Reply{Text: "A", Top: map[string]float64{"A": math.Log(.5), " A": math.Log(.25), "B": math.Log(.25), "C": -9}}, nil
	})
	got, err = OutsideJudge{unsure, rules}.Compare(t.Context(), all[:1], nil)
	require.NoError(t, err)
	require.InDelta(t, 0.25, got[0].Bias, 1e-12, "two ways to write one letter count together")
}

func TestOutsideJudgeKeepsWhatItHasJudged(t *testing.T) {
	asked := 0
	j := OutsideJudge{Rules: Rules{Principles: world.Honest}, Asker: oracle(func(turns []text.Turn) (Reply, error) {
		if asked++; asked > 2 {
			return Reply{Text: "I like both very much."}, nil
		}
		return prefers("good")(turns)
	})}
	got, err := j.Compare(t.Context(), []Comparison{compared("good", "bad"), compared("x", "y")}, nil)
	require.Equal(t, "judge_nonsense", problem.From(err).Code)
	require.Equal(t, []Judgement{{P: 1}}, got)

	stop := errors.New("enough")
	_, err = j.Compare(t.Context(), []Comparison{compared("good", "bad")}, func(float64) error { return stop })
	require.ErrorIs(t, err, stop)
	_, err = OutsideJudge{Asker: j.Asker}.Compare(t.Context(), nil, nil)
	require.Equal(t, "judge_no_rules", problem.From(err).Code)
}

func TestReplies(t *testing.T) {
	for reply, want := range map[string]string{
		"A": "A", "b": "B", " B.": "B", "**A**": "A", "Answer B": "B", "答案是 A。": "A", "B is better than A.": "B", "A\nbecause B is rude": "A",
		"": "", "neither": "", "Both A and B are fine": "", "C": "", "It is a tie.": "",

		// Han characters stand beside a letter without a blank.
		"回答A更好": "A", "选A": "A", "答案是B": "B", "我选B。": "B", "选b": "B", "Ａ": "A", "「B」": "B", "A比B好": "A", "B 优于 A": "B", "回答B更好。": "B",
		"A和B都好": "", "不选A": "", "A不如B": "", "我不知道。": "", "A不好，B好": "",

		// An A before another word may be an article, and a letter that is denied is not chosen.
		"A good answer would be": "", "A friendly fox says hello to": "", "A better answer is B": "", "Not A": "", "B is not better": "", "B and A are equal": "",
		"A is better than B.": "A", "A is clearly the better one": "A", "A because B is not true": "A", "I would choose A since it": "A",
		"The answer is A": "A", "Answer: A": "A", "\"A\" is": "A", "A/B": "", "A or B?": "", "B: shorter": "B", "Answer A is better because it is not": "A",
	} {
		v, err := readVerdict(Reply{Text: reply})
		switch want {
		case "":
			require.Equal(t, "judge_nonsense", problem.From(err).Code, reply)
		case "A":
			require.Equal(t, 1.0, v.preference(), reply)
		case "B":
			require.Equal(t, 0.0, v.preference(), reply)
		}
	}
}
