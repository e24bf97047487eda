// Package judge is what the page and its server say to each other about a judge
// outside: a case with two answers, a verdict, and what can go wrong. It sends
// nothing anywhere.
package judge

import (
	"strings"
	"unicode/utf8"
)

// Limits of a case, in bytes of UTF-8.
const (
	MaxText       = 8 << 10 // question, background and each answer
	MaxPrinciple  = 1 << 10
	MaxPrinciples = 16
	MaxCase       = 64 << 10 // of a case as JSON
)

// Case is what a judge is asked: which of two answers to a question is better
// under some principles, in any words.
type Case struct {
	Question   string   `json:"question"`
	A          string   `json:"a"` // shown first
	B          string   `json:"b"`
	Principles []string `json:"principles"`
	Lang       string   `json:"lang,omitempty"`       // of the question: "en" (default), "zh"
	Background string   `json:"background,omitempty"` // what the judge cannot know by itself
}

// Swapped is the same case in the other order.
func (c Case) Swapped() Case {
	c.A, c.B = c.B, c.A
	return c
}

// Check holds a case against the limits: problem "judge_case".
func (c Case) Check() error {
	for _, t := range []struct{ name, text string }{{"question", c.Question}, {"answer A", c.A}, {"answer B", c.B}, {"the background", c.Background}} {
		switch {
		case !utf8.ValidString(t.text):
			return Unfit(t.name+" is no valid UTF-8", 0)
		case len(t.text) > MaxText:
			return Unfit(t.name+" is too long", MaxText)
		}
	}
	if strings.TrimSpace(c.Question) == "" {
		return Unfit("there is no question", 0)
	}
	if c.A == c.B {
		return Unfit("the two answers are the same", 0)
	}
	if len(c.Principles) == 0 || len(c.Principles) > MaxPrinciples {
		return Unfit("there is no principle to go by, or too many", MaxPrinciples)
	}
	for _, p := range c.Principles {
		if !utf8.ValidString(p) || len(p) > MaxPrinciple || strings.TrimSpace(p) == "" {
			return Unfit("a principle is empty, too long or no valid UTF-8", MaxPrinciple)
		}
	}
	if c.Lang != "" && c.Lang != "en" && c.Lang != "zh" {
		return Unfit("its language is unknown", 0)
	}
	return nil
}

// Verdict is what a judge said of one case in one order.
type Verdict struct {
	// P is the probability that A is the better answer. A judge that gives its
	// letter alone has 0 or 1.
	P float64 `json:"p"`
	// Soft says that P comes from the probabilities of the letters.
	Soft bool `json:"soft"`
}
