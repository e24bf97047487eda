package stages

import (
	"bytes"
	"cmp"
	"math"
	"slices"
	"strings"
	"unicode"

	"sprout/core/text"
)

// SharedLine is a line of a text that shares words with a question and its
// answer. It shows where a model may have read something like it, no more: that
// the model learned it there is not known.
type SharedLine struct {
	Document int
	Text     string
	Words    []string // the shared ones, rarest first
	Score    float64  // Σ ln(lines / lines that have the word), over the shared words
}

// LinesThatShareWords finds the n lines of a text with the highest scores: the
// rarer a word, the more it tells (the inverse document frequency of Spärck
// Jones 1972). Words are runs of letters and digits; of Chinese, which has no
// blanks, pairs of neighbouring characters. Equal lines are given once.
func LinesThatShareWords(docs []text.Doc, question, answer string, n int) []SharedLine {
	wanted := map[string]bool{}
	for _, w := range wordsOf(question + "\n" + answer) {
		wanted[w] = true
	}
	lines, has := 0, map[string]int{}
	var found []SharedLine
	seen := map[string]bool{}
	eachLine(docs, func(doc int, line string) {
		lines++
		var shared []string
		for _, w := range wordsOf(line) {
			if wanted[w] && !slices.Contains(shared, w) {
				shared = append(shared, w)
				has[w]++
			}
		}
		if len(shared) > 0 && !seen[line] {
			seen[line] = true
			found = append(found, SharedLine{Document: doc, Text: line, Words: shared})
		}
	})
	rarity := func(w string) float64 { return math.Log(float64(lines) / float64(has[w])) }
	for i := range found {
		for _, w := range found[i].Words {
			found[i].Score += rarity(w)
		}
	}
	slices.SortStableFunc(found, func(a, b SharedLine) int { return cmp.Compare(b.Score, a.Score) })
	found = found[:min(n, len(found))]
	for i := range found {
		slices.SortStableFunc(found[i].Words, func(a, b string) int { return has[a] - has[b] })
	}
	return found
}

// eachLine goes through the lines of plain documents and of conversations.
func eachLine(docs []text.Doc, line func(doc int, line string)) {
	for i, d := range docs {
		for l := range bytes.Lines(d.Text) {
			if s := strings.TrimSpace(string(l)); s != "" {
				line(i, s)
			}
		}
		for _, turn := range d.Turns {
			for l := range strings.Lines(turn.Content) {
				if s := strings.TrimSpace(l); s != "" {
					line(i, s)
				}
			}
		}
	}
}

// wordsOf are the words of a text in lower case; of Chinese, pairs of
// characters.
func wordsOf(s string) (out []string) {
	var word []rune
	var han rune // the character before, if it was Chinese
	end := func() {
		if len(word) > 0 {
			out = append(out, string(word))
			word = word[:0]
		}
	}
	for _, r := range strings.ToLower(s) {
		switch {
		case unicode.Is(unicode.Han, r):
			end()
			if han != 0 {
				out = append(out, string([]rune{han, r}))
			}
			han = r
			continue
		case unicode.IsLetter(r), unicode.IsDigit(r), r == '\'' && len(word) > 0:
			word = append(word, r)
		default:
			end()
		}
		han = 0
	}
	end()
	return out
}
