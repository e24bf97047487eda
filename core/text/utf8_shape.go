package text

import "unicode/utf8"

// utf8Shape says where the bytes of a token lie in characters: missing is the
// number of bytes that its last character still lacks, and a tail of one to
// three bytes continues a character that began before it. Whole characters have
// neither; broken marks what can be no part of UTF-8.
type utf8Shape struct {
	missing, tail uint8
	broken        bool
}

// joins reports whether the bytes of s and then t are whole characters, or a
// part of one.
func (s utf8Shape) joins(t utf8Shape) bool {
	switch {
	case s.broken || t.broken:
		return false
	case s.missing > 0:
		return t.tail > 0 && t.tail <= s.missing
	case s.tail > 0:
		return t.tail > 0 && s.tail+t.tail < utf8.UTFMax
	}
	return t == utf8Shape{}
}

func shapeOf(token string) utf8Shape {
	if utf8.ValidString(token) {
		return utf8Shape{}
	}
	lead := token[0]
	continuation := token
	need := 0
	switch {
	case lead >= 0xF8 || lead == 0xC0 || lead == 0xC1:
		return utf8Shape{broken: true}
	case lead >= 0xF0:
		need = 3
	case lead >= 0xE0:
		need = 2
	case lead >= 0xC0:
		need = 1
	}
	if need > 0 {
		continuation = token[1:]
	}
	for i := range len(continuation) {
		if utf8.RuneStart(continuation[i]) {
			return utf8Shape{broken: true}
		}
	}
	n := len(continuation)
	switch {
	case need == 0 && n < utf8.UTFMax:
		return utf8Shape{tail: uint8(n)}
	case need > n:
		return utf8Shape{missing: uint8(need - n)}
	}
	return utf8Shape{broken: true} // too long, or bytes that form no character
}
