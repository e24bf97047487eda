package judge

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"sprout/core/problem"
)

func code(err error) string {
	if err == nil {
		return ""
	}
	return problem.From(err).Code
}

var fox = Case{Question: "Where does Milo live?", A: "By the river.", B: "Go away.", Principles: []string{"Be kind.\nAlways."}}

func TestCheck(t *testing.T) {
	require.NoError(t, fox.Check())
	for name, change := range map[string]func(*Case){
		"no question":    func(c *Case) { c.Question = " \n" },
		"long question":  func(c *Case) { c.Question = strings.Repeat("?", MaxText+1) },
		"long answer":    func(c *Case) { c.B = strings.Repeat("b", MaxText+1) },
		"not UTF-8":      func(c *Case) { c.A = "\xff" },
		"equal answers":  func(c *Case) { c.B = c.A },
		"long principle": func(c *Case) { c.Principles = []string{strings.Repeat("p", MaxPrinciple+1)} },
		"many":           func(c *Case) { c.Principles = make([]string, MaxPrinciples+1) },
	} {
		c := fox
		change(&c)
		assert.Equal(t, "judge_case", code(c.Check()), name)
	}
}

func TestPrompt(t *testing.T) {
	p := fox.Prompt()
	assert.Contains(t, p, "- Be kind. Always.\n", "a principle stays on its line")
	assert.Less(t, strings.Index(p, "By the river."), strings.Index(p, "Go away."))
	p = fox.Swapped().Prompt()
	assert.Greater(t, strings.Index(p, "By the river."), strings.Index(p, "Go away."))
	assert.NotContains(t, Case{Question: "Q", A: "x", B: "y"}.Prompt(), "Principles")

	r := NewRequest("m", fox, true)
	assert.Zero(t, r.Temperature)
	b, err := json.Marshal(r)
	require.NoError(t, err)
	assert.Contains(t, string(b), `"temperature":0`, "0 is said, not left to the endpoint")
	assert.Contains(t, string(b), `"top_logprobs":20`)
	b, err = json.Marshal(NewRequest("m", fox, false))
	require.NoError(t, err)
	assert.NotContains(t, string(b), "logprobs")
}

func TestLetter(t *testing.T) {
	for reply, want := range map[string]bool{"A": true, " A\n": true, `"A"`: true, "**B**": false, "(b).": false, "A.": true} {
		a, err := Letter(reply)
		require.NoError(t, err, reply)
		assert.Equal(t, want, a, reply)
	}
	for _, reply := range []string{"", "C", "AB", "A or B", "Answer A is better", "<think>A", "Ａ", "B because A is rude"} {
		_, err := Letter(reply)
		assert.Equal(t, "judge_nonsense", code(err), reply)
	}
}

func completionOf(content, logprobs string) []byte {
	if logprobs == "" {
		logprobs = "null"
	}
	return []byte(`{"choices":[{"message":{"role":"assistant","content":` + content + `},"logprobs":` + logprobs + `}]}`)
}

func TestParseCompletion(t *testing.T) {
	v, err := ParseCompletion(completionOf(`"A"`, ""))
	require.NoError(t, err)
	assert.Equal(t, Verdict{P: 1}, v)
	v, err = ParseCompletion(completionOf(`" B."`, ""))
	require.NoError(t, err)
	assert.Equal(t, Verdict{P: 0}, v)

	// log ½, log ¼ and another spelling of the first with ¼.
	v, err = ParseCompletion(completionOf(`"A"`, `{"content":[{"token":"A","logprob":-0.6931471805599453,"top_logprobs":[
		{"token":"A","logprob":-0.6931471805599453},{"token":" A","logprob":-1.3862943611198906},{"token":"B","logprob":-1.3862943611198906}]}]}`))
	require.NoError(t, err)
	assert.True(t, v.Soft)
	assert.InDelta(t, .75, v.P, 1e-12)

	// The letter stands behind a quote; B is not told of and bounded by the least.
	v, err = ParseCompletion(completionOf(`"\"A\""`, `{"content":[{"token":"\"","logprob":0,"top_logprobs":[{"token":"\"","logprob":0}]},
		{"token":"A","logprob":-0.1,"top_logprobs":[{"token":"A","logprob":-0.1},{"token":"Yes","logprob":-3}]}]}`))
	require.NoError(t, err)
	assert.InDelta(t, math.Exp(-.1)/(math.Exp(-.1)+math.Exp(-3)), v.P, 1e-12)

	// Numbers that are no probabilities are not believed; the letter is.
	v, err = ParseCompletion(completionOf(`"B"`, `{"content":[{"token":"B","logprob":9,"top_logprobs":[{"token":"B","logprob":9}]}]}`))
	require.NoError(t, err)
	assert.Equal(t, Verdict{}, v)
	v, err = ParseCompletion(completionOf(`"B"`, `{"content":[]}`))
	require.NoError(t, err)
	assert.False(t, v.Soft)

	for name, body := range map[string]string{
		"HTML":       "<!doctype html><title>Sign in</title>",
		"empty":      "",
		"list":       "[]",
		"no choices": `{"choices":[]}`,
		"null":       `{"choices":[{"message":{"content":null}}]}`,
		"words":      string(completionOf(`"I prefer the first one."`, "")),
		"a number":   `{"choices":[{"message":{"content":1}}]}`,
		"letter C":   string(completionOf(`"C"`, `{"content":[{"token":"A","logprob":0,"top_logprobs":[{"token":"A","logprob":0}]}]}`)),
	} {
		_, err := ParseCompletion([]byte(body))
		assert.Equal(t, "judge_nonsense", code(err), name)
	}
}

func TestExcerptIsShort(t *testing.T) {
	p := problem.From(Nonsense("x", strings.Repeat("长\x00\xff ", 10000)))
	assert.Less(t, len(p.Args["reply"].(string)), 600)
}

func FuzzParseCompletion(f *testing.F) {
	f.Add(completionOf(`"A"`, `{"content":[{"token":"A","logprob":-1,"top_logprobs":[{"token":"B","logprob":-1e308}]}]}`))
	f.Add([]byte("<html>"))
	f.Fuzz(func(t *testing.T, body []byte) {
		v, err := ParseCompletion(body)
		if err == nil && !(v.P >= 0 && v.P <= 1) {
			t.Fatalf("%v", v)
		}
	})
}
