package text

import (
	"sort"
	"unicode/utf8"
)

// CharOptions steer TrainChar.
type CharOptions struct {
	// MaxChars keeps only the most frequent characters, ties by code point;
	// 0 means 8192. The others are spelt in hexadecimal digits.
	MaxChars int
}

// TrainChar makes a token of every character that occurs. Bytes outside these
// characters are spelt with two of 16 hexadecimal digits each: any bytes
// round-trip at the price of 16 tokens, not 256, so that the loss of a small
// alphabet stays comparable with that of the plain character model (65
// characters of Shakespeare: V = 86).
func TrainChar(docs []Doc, o CharOptions) *Tokenizer {
	if o.MaxChars <= 0 {
		o.MaxChars = 8192
	}
	o.MaxChars = min(o.MaxChars, MaxVocab-int(firstChar))
	counts := map[rune]int{}
	for _, d := range docs {
		for part := range d.parts() {
			for len(part) > 0 {
				r, w := utf8.DecodeRune(part)
				if r != utf8.RuneError || w > 1 {
					counts[r]++
				}
				part = part[w:]
			}
		}
	}
	runes := make([]rune, 0, len(counts))
	for r := range counts {
		runes = append(runes, r)
	}
	if len(runes) > o.MaxChars {
		sort.Slice(runes, func(i, j int) bool {
			a, b := runes[i], runes[j]
			return counts[a] > counts[b] || (counts[a] == counts[b] && a < b)
		})
		runes = runes[:o.MaxChars]
	}
	sort.Slice(runes, func(i, j int) bool { return runes[i] < runes[j] })
	return newChar(runes)
}

// newChar makes a tokenizer of distinct characters in ascending order.
func newChar(runes []rune) *Tokenizer {
	t := &Tokenizer{kind: Char, tokens: make([]string, firstChar), chars: make(map[rune]int32, len(runes))}
	for _, r := range runes {
		id := int32(len(t.tokens))
		t.tokens = append(t.tokens, string(r))
		t.chars[r] = id
		if r < utf8.RuneSelf {
			t.ascii[r] = id
		}
	}
	return t
}

func (t *Tokenizer) encodeChars(dst []int32, text []byte) []int32 {
	for len(text) > 0 {
		w, id := 1, int32(0)
		if text[0] < utf8.RuneSelf {
			id = t.ascii[text[0]]
		} else {
			var r rune
			if r, w = utf8.DecodeRune(text); w > 1 {
				id = t.chars[r]
			}
		}
		if id != 0 {
			dst = append(dst, id)
		} else {
			for _, b := range text[:w] {
				dst = append(dst, firstHex+int32(b>>4), firstHex+int32(b&15))
			}
		}
		text = text[w:]
	}
	return dst
}
