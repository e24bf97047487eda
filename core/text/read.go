package text

import (
	"bytes"
	"io"
	"path"
	"strings"

	"sprout/core/problem"
	"sprout/core/tensor"
)

// ReadOptions steer Read.
type ReadOptions struct {
	Seed  uint64 // of the excerpt and of the held-out documents
	Limit int    // bytes read of a larger file; 0 means 20,000,000
	// PlainTurns writes conversations as "user: …" lines in place of the chat
	// template's special tokens.
	PlainTurns bool
	// ForeignLabels leaves out "p" and "source" of another type than ours: other
	// programs mean other things by these names. Else they are an error.
	ForeignLabels bool
}

const (
	defaultLimit = 20_000_000
	// minText is the shortest text worth a tokenizer, in bytes.
	minText = 16
)

// Read makes a corpus of a text file, or of a JSONL file where the name ends in
// .jsonl or .ndjson. It holds no more than the limit and its conversion in
// memory, however large the file. Line ends become "\n", a byte order mark is
// dropped, UTF-16 is converted. Errors are problems; what was done to the file
// besides is in the corpus's Notes.
func Read(name string, f io.ReaderAt, size int64, o ReadOptions) (*Corpus, error) {
	l, err := load(name, f, size, o)
	if err != nil {
		return nil, err
	}
	if !isJSONL(name) {
		if err := checkLength(name, l.text); err != nil {
			return nil, err
		}
		c := CorpusFromText(name, l.text)
		c.Notes = l.notes
		return c, nil
	}
	records, err := parseJSONL(name, l, o.ForeignLabels)
	if err != nil {
		return nil, err
	}
	c, err := corpusFromRecords(name, records, o)
	if err != nil {
		return nil, err
	}
	c.Notes = l.notes
	return c, nil
}

// ReadRecords reads a JSONL file as records, for the stages that learn from
// answers and preferences.
func ReadRecords(name string, f io.ReaderAt, size int64, o ReadOptions) ([]Record, []*problem.Problem, error) {
	l, err := load(name, f, size, o)
	if err != nil {
		return nil, nil, err
	}
	records, err := parseJSONL(name, l, o.ForeignLabels)
	return records, l.notes, err
}

func isJSONL(name string) bool {
	ext := strings.ToLower(path.Ext(name))
	return ext == ".jsonl" || ext == ".ndjson"
}

func checkLength(name string, text []byte) error {
	n := len(bytes.TrimSpace(text))
	switch {
	case n == 0:
		return emptyFile(name)
	case n < minText:
		return problem.New("text_too_short", problem.Args{"name": name, "bytes": n, "need": minText},
			"%s holds only %d bytes of text; at least %d are needed, and some thousands to learn anything.", name, n, minText)
	}
	return nil
}

func emptyFile(name string) error {
	return problem.New("file_empty", problem.Args{"name": name}, "%s is empty.", name)
}

// loaded is a file, or an excerpt of it, as clean UTF-8.
type loaded struct {
	text  []byte
	notes []*problem.Problem
	// lineBefore counts the line breaks of the file before text.
	lineBefore func() (int, error)
}

func load(name string, f io.ReaderAt, size int64, o ReadOptions) (*loaded, error) {
	if size == 0 {
		return nil, emptyFile(name)
	}
	limit := int64(o.Limit)
	if limit <= 0 {
		limit = defaultLimit
	}
	unreadable := func(err error) error {
		return problem.Wrap(err, "file_unreadable", problem.Args{"name": name}, "%s cannot be read.", name)
	}
	from, to := int64(0), size
	if size > limit {
		r := tensor.NewRNG(o.Seed, streamExcerpt)
		from = int64(r.IntN(int(size-limit+1))) &^ 1 // even, for UTF-16
		to = from + limit&^1
	}
	head := make([]byte, min(size, 4096))
	raw := make([]byte, to-from)
	if err := readFull(f, head, 0); err != nil {
		return nil, unreadable(err)
	}
	if err := readFull(f, raw, from); err != nil {
		return nil, unreadable(err)
	}

	enc := detect(head)
	if from == 0 {
		raw = raw[enc.bom:]
	}
	if err := enc.reject(name, raw); err != nil {
		return nil, err
	}
	l := &loaded{}
	dropped := int64(0) // bytes of raw cut off at its start
	if to-from < size {
		start, end, ok := enc.wholeLines(raw, from > 0, to < size)
		if !ok && isJSONL(name) {
			return nil, problem.New("jsonl_line_too_long", problem.Args{"name": name, "limit": limit},
				"%s has a line longer than %d bytes.", name, limit)
		}
		raw, dropped = raw[start:end], int64(start)
		l.notes = append(l.notes, problem.New("note_excerpt",
			problem.Args{"name": name, "size": size, "limit": limit, "from": from + dropped, "to": from + dropped + int64(len(raw)), "seed": o.Seed},
			"%s has %d bytes; training uses an excerpt of %d bytes from byte %d on, chosen by seed %d.",
			name, size, len(raw), from+dropped, o.Seed))
	}
	l.lineBefore = func() (int, error) { return enc.countLines(f, from+dropped) }
	text, bad := enc.toUTF8(raw)
	if enc.utf16() {
		l.notes = append(l.notes, problem.New("note_utf16", problem.Args{"name": name}, "%s is UTF-16 and was converted.", name))
	}
	if bad > 0 {
		l.notes = append(l.notes, problem.New("note_utf8_replaced", problem.Args{"name": name, "count": bad},
			"%s: %d bytes that are no valid text were replaced by U+FFFD.", name, bad))
	}
	l.text = unixLines(text)
	return l, nil
}

func readFull(f io.ReaderAt, p []byte, at int64) error {
	n, err := f.ReadAt(p, at)
	if n == len(p) {
		return nil
	}
	if err == nil || err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return err
}

// unixLines turns \r\n and a lone \r into \n, in place.
func unixLines(s []byte) []byte {
	if bytes.IndexByte(s, '\r') < 0 {
		return s
	}
	n := 0
	for i, b := range s {
		if b == '\r' {
			if i+1 < len(s) && s[i+1] == '\n' {
				continue
			}
			b = '\n'
		}
		s[n] = b
		n++
	}
	return s[:n]
}
