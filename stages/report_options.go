package stages

import (
	"sprout/core/gen"
	"sprout/core/text"
	"sprout/core/world"
)

// ReportOptions say what a model is asked, and where.
type ReportOptions struct {
	Machine
	Town  *world.Town
	Langs []world.Lang // none means both
	// Corpus is what bits per byte are measured on; nil: nothing.
	Corpus *text.Corpus

	// Against is the model that ReportCard compares with, and Reference the one
	// that KL is measured to: the base, or the parent. nil: none.
	Against, Reference *Examinee

	Prompts     int     // of a comparison; 0: 400, or 64 where Quick is set
	Temperature float64 // of its answers; 0: 1
	Seed        uint64
	Quick       bool // fewer questions, less text
	Form        Form // empty: as suits each model

	Progress func(what string, done float64) error // an error stops the work
}

// How much is asked.
const (
	reportPrompts = 400
	quickPrompts  = 64
)

func (o ReportOptions) prompts() int {
	switch {
	case o.Prompts > 0:
		return o.Prompts
	case o.Quick:
		return quickPrompts
	}
	return reportPrompts
}

func (o ReportOptions) sampling() gen.Options {
	t := o.Temperature
	if t == 0 {
		t = 1
	}
	return gen.Options{Sampling: gen.Sampling{Temperature: t}, Seed: o.Seed}
}

func (o ReportOptions) form(stage string) Form {
	if o.Form != "" {
		return o.Form
	}
	return formOf(stage)
}

func (o ReportOptions) progress(what string, done float64) error {
	if o.Progress == nil {
		return nil
	}
	return o.Progress(what, done)
}
