package text

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"sprout/core/jsonlimit"
	"sprout/core/problem"
)

// Record is one line of a JSONL file:
//
//	{"text": "…"}
//	{"conversations": [{"role": "user", "content": "…"}, …]}   also "messages"
//	{"chosen": […], "rejected": […]}                          lists of messages
//	{"prompt": "…", "chosen": "…", "rejected": "…"}           or strings; lists
//	  may begin with the prompt or leave it out
//	  either with "p", the probability that chosen is the better one, and
//	  "source", who says so
//	{"prompt": "…"}                                           or a list of messages
//
// A conversation whose last assistant turn is empty or absent is a prompt.
type Record struct {
	Doc             // a preference pair has its chosen conversation here
	Rejected []Turn // the whole other conversation; nil where there is no pair
	Line     int    // 1 for the file's first line
	// P and Source are what a pair says of its label; nil and empty where it does
	// not.
	P      *float64
	Source string
}

// IsPrompt reports whether an assistant has yet to answer.
func (r Record) IsPrompt() bool {
	n := len(r.Turns)
	return n > 0 && r.Turns[n-1].Role != RoleAssistant
}

type jsonLine struct {
	Text          json.RawMessage `json:"text"`
	Conversations json.RawMessage `json:"conversations"`
	Messages      json.RawMessage `json:"messages"`
	Prompt        json.RawMessage `json:"prompt"`
	Chosen        json.RawMessage `json:"chosen"`
	Rejected      json.RawMessage `json:"rejected"`
	P             json.RawMessage `json:"p"`
	Source        json.RawMessage `json:"source"`
}

// parseJSONL reads every line. Lines without any words are left out.
func parseJSONL(name string, l *loaded, foreign bool) ([]Record, error) {
	if len(bytes.TrimSpace(l.text)) == 0 {
		return nil, emptyFile(name)
	}
	var records []Record
	line := 0
	for rest := l.text; len(rest) > 0; {
		var s []byte
		s, rest, _ = bytes.Cut(rest, []byte{'\n'})
		line++
		if s = bytes.TrimSpace(s); len(s) == 0 {
			continue
		}
		p := lineParser{name: name, line: func() int { return line + l.before() }, foreign: foreign}
		if s[0] == '[' && len(records) == 0 {
			return nil, problem.New("jsonl_array", problem.Args{"name": name},
				"%s holds one JSON array. Write one object per line, without the brackets around them and the commas between them.", name)
		}
		r, err := p.record(s)
		if err != nil {
			return nil, err
		}
		if r.Len() > 0 {
			r.Line = line
			records = append(records, r)
		}
	}
	if len(records) == 0 {
		return nil, problem.New("jsonl_no_records", problem.Args{"name": name}, "%s has no line with words to learn. Add lines with a text, a conversation or a pair.", name)
	}
	if n := l.before(); n > 0 {
		for i := range records {
			records[i].Line += n
		}
	}
	return records, nil
}

// before is lineBefore, 0 where it cannot be known.
func (l *loaded) before() int {
	n, err := l.lineBefore()
	if err != nil {
		return 0
	}
	return n
}

// lineParser turns one line into a record and blames it by its number.
type lineParser struct {
	name string
	line func() int
	// foreign leaves labels out that are none of ours; see ReadOptions.
	foreign bool
}

func (p lineParser) record(s []byte) (Record, error) {
	var j jsonLine
	if err := jsonlimit.Unmarshal(s, &j); err != nil {
		var wrong *json.UnmarshalTypeError
		reason := err.Error()
		if errors.As(err, &wrong) {
			reason = "not an object"
		}
		n := p.line()
		return Record{}, problem.Wrap(err, "jsonl_broken_line", problem.Args{"name": p.name, "line": n, "reason": reason},
			"%s, line %d is no JSON object.", p.name, n)
	}
	switch {
	case j.Text != nil:
		var t string
		if json.Unmarshal(j.Text, &t) != nil || isNull(j.Text) {
			return Record{}, p.wrongType("text")
		}
		return Record{Doc: TextDoc(t)}, nil
	case j.Conversations != nil:
		turns, err := p.turns("conversations", j.Conversations, "")
		return Record{Doc: Doc{Turns: turns}}, err
	case j.Messages != nil:
		turns, err := p.turns("messages", j.Messages, "")
		return Record{Doc: Doc{Turns: turns}}, err
	case j.Chosen != nil || j.Prompt != nil:
		return p.preference(j)
	}
	return Record{}, p.unknownKeys(s)
}

// preference reads a pair, or a prompt alone.
func (p lineParser) preference(j jsonLine) (Record, error) {
	var prompt []Turn
	var err error
	if j.Prompt != nil {
		if prompt, err = p.turns("prompt", j.Prompt, RoleUser); err != nil {
			return Record{}, err
		}
	}
	if j.Chosen == nil && j.Rejected == nil {
		return Record{Doc: Doc{Turns: prompt}}, nil
	}
	if j.Chosen == nil || j.Rejected == nil {
		missing := "chosen"
		if j.Rejected == nil {
			missing = "rejected"
		}
		return Record{}, p.wrongType(missing)
	}
	chosen, err := p.turns("chosen", j.Chosen, RoleAssistant)
	if err != nil {
		return Record{}, err
	}
	rejected, err := p.turns("rejected", j.Rejected, RoleAssistant)
	if err != nil {
		return Record{}, err
	}
	r := Record{
		Doc:      Doc{Turns: after(prompt, chosen)},
		Rejected: after(prompt, rejected),
	}
	if j.P != nil && json.Unmarshal(j.P, &r.P) != nil && !p.foreign {
		return Record{}, p.wrongType("p")
	}
	if j.Source != nil && json.Unmarshal(j.Source, &r.Source) != nil && !p.foreign {
		return Record{}, p.wrongType("source")
	}
	return r, nil
}

// after puts the prompt before the turns, unless they begin with it: UltraFeedback
// and other collections of preferences give both.
func after(prompt, turns []Turn) []Turn {
	if len(turns) >= len(prompt) && slices.Equal(turns[:len(prompt)], prompt) {
		return turns
	}
	return slices.Concat(prompt, turns)
}

// turns reads a list of messages or, where stringRole is given, one string.
// An empty last assistant turn is dropped.
func (p lineParser) turns(key string, raw json.RawMessage, stringRole Role) ([]Turn, error) {
	var s string
	if stringRole != "" && raw[0] == '"' && json.Unmarshal(raw, &s) == nil {
		return []Turn{{stringRole, s}}, nil
	}
	var list []struct {
		Role    *Role   `json:"role"`
		Content *string `json:"content"`
	}
	if json.Unmarshal(raw, &list) != nil || isNull(raw) {
		return nil, p.wrongType(key)
	}
	turns := make([]Turn, 0, len(list))
	for _, m := range list {
		if m.Role == nil || m.Content == nil {
			return nil, p.wrongType(key)
		}
		if _, ok := roleTokens[*m.Role]; !ok {
			n := p.line()
			return nil, problem.New("jsonl_unknown_role", problem.Args{"name": p.name, "line": n, "role": shorten(string(*m.Role))},
				"%s, line %d: the role %q is none of system, user and assistant.", p.name, n, shorten(string(*m.Role)))
		}
		turns = append(turns, Turn{*m.Role, *m.Content})
	}
	if n := len(turns); n > 0 && turns[n-1].Role == RoleAssistant && strings.TrimSpace(turns[n-1].Content) == "" {
		turns = turns[:n-1]
	}
	return turns, nil
}

func isNull(raw json.RawMessage) bool { return string(raw) == "null" }

func (p lineParser) wrongType(key string) error {
	n := p.line()
	return problem.New("jsonl_wrong_type", problem.Args{"name": p.name, "line": n, "key": key},
		"%s, line %d: %q is missing or not of the expected form (a string, or a list of {\"role\", \"content\"}). Mend that line.", p.name, n, key)
}

func (p lineParser) unknownKeys(s []byte) error {
	var m map[string]json.RawMessage
	_ = json.Unmarshal(s, &m) // it parsed as an object already; null gives no keys
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, shorten(k))
	}
	slices.Sort(keys)
	n, list := p.line(), strings.Join(keys[:min(len(keys), 8)], ", ")
	return problem.New("jsonl_unknown_keys", problem.Args{"name": p.name, "line": n, "keys": list},
		"%s, line %d has none of the keys text, conversations, messages, chosen and prompt (it has: %s).", p.name, n, list)
}

// shorten keeps a stranger's word from filling the page.
func shorten(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}

// corpusFromRecords splits records into training and held-out documents.
func corpusFromRecords(name string, records []Record, o ReadOptions) (*Corpus, error) {
	docs := make([]Doc, len(records))
	for i, r := range records {
		docs[i] = r.Doc
		if o.PlainTurns && r.Text == nil {
			docs[i] = Doc{Text: plainTurns(r.Turns)}
		}
	}
	if len(docs) == 1 {
		if docs[0].Text == nil {
			return nil, problem.New("jsonl_one_record", problem.Args{"name": name},
				"%s holds a single conversation; at least two are needed, one to learn from and one to measure on.", name)
		}
		if err := checkLength(name, docs[0].Text); err != nil {
			return nil, err
		}
		c := CorpusFromText(name, docs[0].Text)
		c.Format = "jsonl"
		return c, nil
	}
	return CorpusFromDocs(name, "jsonl", docs, o.Seed), nil
}

// plainTurns writes a conversation as lines, a speaker before each turn.
func plainTurns(turns []Turn) []byte {
	var b []byte
	for i, t := range turns {
		if i > 0 {
			b = append(b, '\n')
		}
		b = append(b, t.Role...)
		b = append(b, ": "...)
		b = append(b, t.Content...)
	}
	return b
}
