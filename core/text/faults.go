package text

import (
	"bytes"
	"io"

	"sprout/core/problem"
)

// Faults reads a JSONL file to its end, whatever is wrong with it: the problems
// of at most so many lines, in order, and of how many lines there are any. Read
// stops at the first of them. A file that is no text at all is an error.
func Faults(name string, f io.ReaderAt, size int64, most int, o ReadOptions) (faults []*problem.Problem, all int, err error) {
	l, err := load(name, f, size, o)
	if err != nil {
		return nil, 0, err
	}
	line := 0
	p := lineParser{name: name, line: func() int { return line + l.before() }, foreign: o.ForeignLabels}
	for s := range bytes.Lines(l.text) {
		line++
		if s = bytes.TrimSpace(s); len(s) == 0 {
			continue
		}
		if _, err := p.record(s); err != nil {
			all++
			if len(faults) < most {
				faults = append(faults, problem.From(err))
			}
		}
	}
	return faults, all, nil
}
