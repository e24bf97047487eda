package session

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"

	"sprout/core/checkpoint"
	"sprout/core/problem"
	"sprout/core/text"
	"sprout/wasm/protocol"
)

// labelLine is a label in a JSONL file of preferences. Chosen and rejected are
// what every program reads; the rest is left out by most, and may be absent.
type labelLine struct {
	Chosen   []text.Turn `json:"chosen"`
	Rejected []text.Turn `json:"rejected"`
	labelNotes
}

// labelNotes are what a line says beside its two conversations.
type labelNotes struct {
	P          *float64 `json:"p,omitempty"`      // probability that chosen is the better one; absent: 1
	First      *float64 `json:"first,omitempty"`  // of a flipped one, that the one shown first is: 1 − p may be rounded
	Source     string   `json:"source,omitempty"` // who compared
	Judge      string   `json:"judge,omitempty"`
	JudgeID    string   `json:"judge_id,omitempty"`
	Bias       float64  `json:"bias,omitempty"`    // of the judge, see protocol.Label
	Flipped    bool     `json:"flipped,omitempty"` // the rejected one was shown first
	ID         string   `json:"id,omitempty"`
	Time       int64    `json:"time,omitempty"` // Unix ms
	Lang       string   `json:"lang,omitempty"`
	Checkpoint string   `json:"checkpoint,omitempty"`
	Repeats    string   `json:"repeats,omitempty"`
	Principles []string `json:"principles,omitempty"`
}

func (s *Session) exportLabels(protocol.ExportLabels, []byte) (any, []byte, error) {
	list, _, err := s.labels()
	if err != nil {
		return nil, nil, err
	}
	out, err := writeLabels(list)
	return nil, out, err
}

// writeLabels is one line per label. An even one is written, too, A as chosen.
func writeLabels(list []protocol.Label) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	for _, l := range list {
		p, _ := pairOf(l)
		line := labelLine{p.Chosen, p.Rejected, labelNotes{
			P: &p.P, Source: l.Who, Judge: l.Judge, JudgeID: l.JudgeID, Flipped: l.P < 0.5, ID: l.ID, Time: l.Time, Lang: l.Lang,
			Checkpoint: l.Checkpoint, Repeats: l.Repeats, Principles: l.Principles, Bias: l.Bias,
		}}
		if line.Flipped && 1-p.P != l.P {
			line.First = &l.P
		}
		if err := enc.Encode(line); err != nil {
			return nil, err
		}
	}
	if b.Len() == 0 {
		return []byte{}, nil // a file without lines, which is not the same as no file
	}
	return b.Bytes(), nil
}

// readLabels reads a file of preferences, this program's or any other's.
// Problems: those of package text for JSONL, "labels_no_pairs", "label_line".
func readLabels(name string, file []byte) ([]protocol.Label, error) {
	// All of it: an excerpt of opinions would lose the others without a word.
	records, _, err := text.ReadRecords(name, bytes.NewReader(file), int64(len(file)), text.ReadOptions{Limit: len(file), ForeignLabels: true})
	if err != nil {
		return nil, err
	}
	lines := bytes.Split(file, []byte("\n"))
	var out []protocol.Label
	for _, r := range records {
		if r.Rejected == nil {
			continue
		}
		var notes labelNotes
		if r.Line <= len(lines) { // other line breaks are other programs'
			notes = notesOf(lines[r.Line-1])
			withoutWords(lines[r.Line-1], &r)
		}
		l, ok := labelOf(r, notes)
		if !ok {
			return nil, problem.New("label_line", problem.Args{"line": r.Line},
				"Line %d has no two different answers to one question. Correct it or leave it out; nothing of the file was imported.", r.Line)
		}
		out = append(out, l)
	}
	if len(out) == 0 {
		return nil, problem.New("labels_no_pairs", problem.Args{"name": name},
			"%s holds no preferences. Each line needs \"chosen\" and \"rejected\".", name)
	}
	return out, nil
}

// withoutWords gives a pair back an answer without any words, which is no turn of a
// conversation, but may have been compared.
func withoutWords(line []byte, r *text.Record) {
	var said struct{ Chosen, Rejected []text.Turn }
	short := len(r.Turns) - len(r.Rejected)
	if short != 1 && short != -1 || json.Unmarshal(line, &said) != nil {
		return
	}
	if n := len(r.Turns); short < 0 && len(said.Chosen) > n && said.Chosen[n].Role == text.RoleAssistant {
		r.Turns = said.Chosen[:n+1]
	}
	if n := len(r.Rejected); short > 0 && len(said.Rejected) > n && said.Rejected[n].Role == text.RoleAssistant {
		r.Rejected = said.Rejected[:n+1]
	}
}

// notesOf reads what a line says beside its conversations. Other programs mean
// other things by these names: what does not fit is left out by itself.
func notesOf(line []byte) labelNotes {
	var m map[string]json.RawMessage
	_ = json.Unmarshal(line, &m) // it was read before
	return labelNotes{
		P: note[*float64](m, "p"), First: note[*float64](m, "first"), Source: note[string](m, "source"), Judge: note[string](m, "judge"),
		Flipped: note[bool](m, "flipped"), ID: note[string](m, "id"), Time: note[int64](m, "time"),
		Lang: note[string](m, "lang"), Checkpoint: note[string](m, "checkpoint"), Repeats: note[string](m, "repeats"),
		JudgeID: note[string](m, "judge_id"), Principles: note[[]string](m, "principles"), Bias: note[float64](m, "bias"),
	}
}

func note[T any](m map[string]json.RawMessage, key string) T {
	var v, none T
	if json.Unmarshal(m[key], &v) != nil {
		return none
	}
	return v
}

// labelOf is a pair as a label; ok is false where it is none.
func labelOf(r text.Record, n labelNotes) (l protocol.Label, ok bool) {
	last := len(r.Turns) - 1
	if last < 1 || len(r.Rejected) != last+1 || r.Turns[last].Role != text.RoleAssistant || r.Rejected[last].Role != text.RoleAssistant ||
		r.Turns[last-1].Role != text.RoleUser {
		return l, false
	}
	for i, t := range r.Turns[:last] {
		if r.Rejected[i] != t {
			return l, false
		}
		if i < last-1 {
			l.Before = append(l.Before, protocol.Turn{Role: string(t.Role), Content: t.Content})
		}
	}
	l.Question, l.A, l.B = r.Turns[last-1].Content, r.Turns[last].Content, r.Rejected[last].Content
	l.P, l.Who = 1, "file"
	if n.P != nil && *n.P >= 0 && *n.P <= 1 {
		l.P = *n.P
	}
	if n.Flipped {
		l.A, l.B, l.P = l.B, l.A, 1-l.P
		if n.First != nil && math.Abs(*n.First-l.P) < 1e-9 {
			l.P = *n.First
		}
	}
	if n.Source != "" {
		l.Who = n.Source
	}
	l.Judge, l.Time, l.Lang, l.Checkpoint, l.Principles = n.Judge, n.Time, n.Lang, n.Checkpoint, n.Principles
	if math.Abs(n.Bias) <= 0.5 {
		l.Bias = n.Bias
	}
	if checkpoint.ValidID(n.ID) {
		l.ID = n.ID
	}
	if checkpoint.ValidID(n.JudgeID) {
		l.JudgeID = n.JudgeID
	}
	if checkpoint.ValidID(n.Repeats) {
		l.Repeats = n.Repeats
	}
	return l, checkLabel(l) == nil
}

// importLabels adds what is not there yet: all of a file, or nothing of it.
func (s *Session) importLabels(c protocol.ImportLabels, file []byte) (any, []byte, error) {
	read, err := readLabels(c.Name, file)
	if err != nil {
		return nil, nil, err
	}
	have, _, err := s.labels()
	if err != nil {
		return nil, nil, err
	}
	thought, taken := map[string]bool{}, map[string]string{} // opinions; those of IDs
	for _, l := range have {
		what := opinionOf(l)
		thought[what], taken[l.ID] = true, what
	}
	out := protocol.ImportedLabels{}
	var fresh []protocol.Label
	for _, l := range read {
		what := opinionOf(l)
		other, used := taken[l.ID]
		if l.ID == "" && thought[what] || used && other == what {
			out.Known++
			continue
		}
		if used { // by another opinion
			l.ID = ""
		}
		if l.ID != "" {
			taken[l.ID] = what
		}
		thought[what] = true
		if l.Time == 0 {
			l.Time = unixMilli()
		}
		fresh = append(fresh, l)
	}
	if len(fresh) > 0 {
		if err := s.keepLabels(fresh...); err != nil {
			return nil, nil, err
		}
	}
	out.Added = len(fresh)
	return out, nil, nil
}

// opinionOf is what a label says and who says so: the same twice needs two IDs.
func opinionOf(l protocol.Label) string {
	key, flipped := comparison(l.Candidate)
	p := l.P
	if flipped {
		p = 1 - p
	}
	return fmt.Sprintf("%s\x00%s\x00%s\x00%s\x00%.6f", key, l.Who, l.Judge, l.JudgeID, p)
}
