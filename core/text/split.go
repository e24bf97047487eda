package text

import (
	"sync"
	"unicode"
	"unicode/utf8"
)

// han lists the characters that Chinese words are written with, as ranges of a
// regular expression's character class. They are spelt out, not taken from a
// Unicode property, so that the cut never depends on a Unicode version.
const han = `々〆〇㐀-䶿一-鿿豈-﫿` + "\U00020000-\U0003FFFF"

// SplitPattern cuts text into pre-tokens; merges never cross their borders. It
// is written for Hugging Face's tokenizers, and next reads the same language
// without an engine. In order:
//
//   - a run of Han characters, so that Chinese never joins with Latin letters
//     and a name is the same tokens in both languages;
//   - letters with a preceding space or apostrophe: " fox", "'s";
//   - up to three digits with a preceding space;
//   - other signs with a preceding space;
//   - white space up to its last line break;
//   - white space but its last character, which may belong to the next word;
//   - what white space remains.
//
// Runs end after 64 characters, which bounds the work per pre-token.
const SplitPattern = `[` + han + `]{1,64}` +
	`|[ '’]?(?:(?![` + han + `])[\p{L}\p{M}]){1,64}` +
	`| ?(?:(?![` + han + `])\p{N}){1,3}` +
	`| ?[^\s\p{L}\p{M}\p{N}` + han + `]{1,64}` +
	`|\s{0,63}[\r\n]` +
	`|\s{1,64}(?!\S)` +
	`|\s{1,64}`

const (
	maxRun    = 64
	maxDigits = 3
	// maxPiece bounds a pre-token: 64 characters of up to four bytes, after one
	// apostrophe of three.
	maxPiece = 4*maxRun + 3
)

// class of a character in SplitPattern.
type class uint8

const (
	sign class = iota
	letter
	digit
	hanzi
	space
	newline // space as well
)

// classOf is exact for every rune; classes holds the answers for the basic
// plane, since Unicode tables are slow to search.
func classOf(r rune) class {
	switch {
	case r == '\n' || r == '\r':
		return newline
	case r == '々' || r == '〆' || r == '〇',
		r >= 0x3400 && r <= 0x4DBF, r >= 0x4E00 && r <= 0x9FFF,
		r >= 0xF900 && r <= 0xFAFF, r >= 0x20000 && r <= 0x3FFFF:
		return hanzi
	case unicode.IsSpace(r):
		return space
	case unicode.In(r, unicode.L, unicode.M):
		return letter
	case unicode.Is(unicode.N, r):
		return digit
	}
	return sign
}

var classes = sync.OnceValue(func() *[1 << 16]class {
	var t [1 << 16]class
	for r := range rune(len(t)) {
		t[r] = classOf(r)
	}
	return &t
})

// splitter cuts one text into pre-tokens.
type splitter struct {
	text  []byte
	pos   int
	table *[1 << 16]class
}

func newSplitter(text []byte) splitter { return splitter{text: text, table: classes()} }

// at decodes the character at i. Bytes that are no UTF-8 are signs of width 1;
// past the end the width is 0.
func (s *splitter) at(i int) (class, int) {
	if i >= len(s.text) {
		return sign, 0
	}
	if b := s.text[i]; b < utf8.RuneSelf {
		return s.table[b], 1
	}
	r, w := utf8.DecodeRune(s.text[i:])
	switch {
	case w == 1:
		return sign, 1
	case r < 1<<16:
		return s.table[r], w
	}
	return classOf(r), w
}

// run returns the end of up to limit characters of class c from i on.
func (s *splitter) run(i int, c class, limit int) int {
	for ; limit > 0; limit-- {
		d, w := s.at(i)
		if d != c || w == 0 {
			break
		}
		i += w
	}
	return i
}

// next returns the next pre-token, nil at the end.
func (s *splitter) next() []byte {
	start := s.pos
	if start >= len(s.text) {
		return nil
	}
	c, w := s.at(start)
	switch c {
	case hanzi:
		s.pos = s.run(start, hanzi, maxRun)
	case letter:
		s.pos = s.run(start, letter, maxRun)
	case digit:
		s.pos = s.run(start, digit, maxDigits)
	case sign:
		if d, _ := s.at(start + w); d == letter && isApostrophe(s.text[start:start+w]) {
			s.pos = s.run(start+w, letter, maxRun)
		} else {
			s.pos = s.run(start, sign, maxRun)
		}
	default:
		s.pos = s.spaces(start, w)
	}
	return s.text[start:s.pos]
}

func isApostrophe(b []byte) bool { return string(b) == "'" || string(b) == "’" }

// spaces returns the end of the pre-token that begins with white space.
func (s *splitter) spaces(start, w int) int {
	if s.text[start] == ' ' {
		switch d, dw := s.at(start + w); {
		case dw == 0:
		case d == letter:
			return s.run(start+w, letter, maxRun)
		case d == digit:
			return s.run(start+w, digit, maxDigits)
		case d == sign:
			return s.run(start+w, sign, maxRun)
		}
	}
	end, prev, lastBreak := start, start, 0
	for n := 0; ; n++ {
		d, w := s.at(end)
		if w == 0 || d < space {
			break
		}
		if n == maxRun {
			prev = end // more white space follows: nothing is given back
			break
		}
		prev = end
		end += w
		if d == newline {
			lastBreak = end
		}
	}
	switch {
	case lastBreak > 0:
		return lastBreak
	case end == len(s.text) || prev == end || prev == start:
		return end
	}
	return prev
}
