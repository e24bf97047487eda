package checkpoint

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// DefaultName is what a checkpoint is called before somebody names it: the
// preset, the data, and the step unless the run ended. It holds no word of any
// language, so it reads the same on either page.
func DefaultName(m Meta) string {
	parts := []string{m.Preset}
	if m.Dataset.Name != "" {
		parts = append(parts, m.Dataset.Name)
	}
	name := strings.Join(parts, " · ")
	if m.Kind != Final {
		name += fmt.Sprintf(" · %d/%d", m.Step, m.Steps)
	}
	return name
}

// maxName is the longest name in characters.
const maxName = 80

// CleanName makes a name that a person typed, or a file brought, fit to show:
// one line, no control characters, valid UTF-8, at most 80 characters. Nothing
// left gives fallback.
func CleanName(name, fallback string) string {
	name = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t' || r == '\r':
			return ' '
		case r < ' ' || r >= 0x7f && r < 0xa0 || r == utf8.RuneError,
			r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069: // bidirectional overrides
			return -1
		}
		return r
	}, name)
	name = strings.Join(strings.Fields(name), " ")
	if runes := []rune(name); len(runes) > maxName {
		name = strings.TrimSpace(string(runes[:maxName-1])) + "…"
	}
	if name == "" {
		return fallback
	}
	return name
}

// FileName is what a downloaded checkpoint is called: its name without what
// some file system rejects.
func FileName(m Meta) string {
	name := strings.Map(func(r rune) rune {
		if strings.ContainsRune(`/\:*?"<>|`, r) {
			return '-'
		}
		return r
	}, CleanName(m.Name, m.ID))
	name = strings.Trim(name, " .") // hidden on one system, cut off by another
	if name == "" {
		name = m.ID
	}
	return name + checkpointExt
}

// Adopt makes a checkpoint that was read from a file one of this store: with an
// ID of its own, so that importing a file twice overwrites nothing, and a name
// made from the file's where it has none. now is in Unix ms.
func (c *Checkpoint) Adopt(fileName string, now int64) {
	if c.Meta.Run != "" || c.Meta.Kind != "" { // it remembers who it was
		c.Meta.Ancestors = append([]Ancestor{{c.Meta.ID, c.Meta.Name, c.Meta.Stage, c.Meta.Step}}, c.Meta.Ancestors...)
		c.Meta.Parent = c.Meta.ID
	}
	c.Meta.ID = NewID()
	c.Meta.Kind = Imported
	c.Meta.Created = now
	c.Meta.Run = "" // a resumed import is a run of its own
	base := fileName[strings.LastIndexAny(fileName, `/\`)+1:]
	base = strings.TrimSuffix(base, checkpointExt)
	c.Meta.Name = CleanName(c.Meta.Name, CleanName(base, c.Meta.ID))
}
