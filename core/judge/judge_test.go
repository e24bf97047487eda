package judge

import (
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
		"no principle":   func(c *Case) { c.Principles = nil },
		"empty one":      func(c *Case) { c.Principles = []string{" "} },
		"language":       func(c *Case) { c.Lang = "tlh" },
		"background":     func(c *Case) { c.Background = strings.Repeat("k", MaxText+1) },
		"many":           func(c *Case) { c.Principles = make([]string, MaxPrinciples+1) },
	} {
		c := fox
		change(&c)
		assert.Equal(t, "judge_case", code(c.Check()), name)
	}
}

func TestExcerptIsShort(t *testing.T) {
	p := problem.From(Refused(500, strings.Repeat("长\x00\xff ", 10000)))
	assert.Less(t, len(p.Args["reason"].(string)), 600)
}
