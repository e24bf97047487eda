// Package problem carries errors that a person must read: bad files, a full
// disk, a lost worker. Each has a stable code that the page translates, and an
// English sentence for the terminal that says what happened and what to do.
package problem

import (
	"errors"
	"fmt"
)

// Problem is an error with a code that the page has words for.
type Problem struct {
	Code string         `json:"code"`           // snake_case, e.g. "jsonl_broken_line"
	Args map[string]any `json:"args,omitempty"` // values named in the translated sentence
	Text string         `json:"text"`           // English, complete sentence
	Err  error          `json:"-"`
}

func (p *Problem) Error() string {
	if p.Err != nil {
		return p.Text + " (" + p.Err.Error() + ")"
	}
	return p.Text
}

func (p *Problem) Unwrap() error { return p.Err }

// Args names the values of a sentence.
type Args = map[string]any

// New makes a problem; text may hold fmt verbs for its own arguments.
func New(code string, args Args, text string, a ...any) *Problem {
	return &Problem{Code: code, Args: args, Text: fmt.Sprintf(text, a...)}
}

// Wrap makes a problem that keeps its cause.
func Wrap(err error, code string, args Args, text string, a ...any) *Problem {
	p := New(code, args, text, a...)
	p.Err = err
	return p
}

// From finds the problem inside err, or makes one with code "internal".
func From(err error) *Problem {
	if p, ok := errors.AsType[*Problem](err); ok {
		return p
	}
	return &Problem{Code: "internal", Text: err.Error(), Err: err}
}

// Codes lists every code in use, so that a test can hold the page's two
// languages against it. A package that makes problems adds its codes in init.
var Codes = map[string]string{"internal": "unexpected error inside the engine"}

// Register adds codes with a short English description.
func Register(codes map[string]string) {
	for c, doc := range codes {
		Codes[c] = doc
	}
}
