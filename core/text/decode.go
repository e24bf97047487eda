package text

import "unicode/utf8"

// Decode returns the bytes of the tokens; special tokens stand for none.
// It panics for ids outside the vocabulary.
func (t *Tokenizer) Decode(ids []int32) []byte {
	d := Decoder{tok: t}
	for _, id := range ids {
		d.take(id)
	}
	return d.buf
}

// Decoder turns a stream of tokens into text piece by piece, never cutting
// inside a character.
type Decoder struct {
	tok  *Tokenizer
	buf  []byte // bytes that are not yet text
	high int32  // pending high half of a byte + 1, 0 for none
}

// NewDecoder starts a stream.
func NewDecoder(t *Tokenizer) *Decoder { return &Decoder{tok: t} }

// take appends a token's bytes to buf. A hexadecimal digit waits for its
// second half; one that stays alone is dropped.
func (d *Decoder) take(id int32) {
	if !d.tok.isHex(id) {
		d.high = 0
		d.buf = append(d.buf, d.tok.Bytes(id)...)
		return
	}
	v := id - firstHex
	if d.high == 0 {
		d.high = v + 1
		return
	}
	d.buf = append(d.buf, byte((d.high-1)<<4|v))
	d.high = 0
}

// Push takes one token and returns the text that it completes: possibly
// nothing, while a character lacks bytes. Bytes that cannot become a character
// come out as U+FFFD.
func (d *Decoder) Push(id int32) string {
	d.take(id)
	n := completeLen(d.buf)
	if n == 0 {
		return ""
	}
	s := toValid(d.buf[:n])
	d.buf = append(d.buf[:0], d.buf[n:]...)
	return s
}

// Flush ends the stream: what is left of an unfinished character comes out as
// U+FFFD.
func (d *Decoder) Flush() string {
	s := toValid(d.buf)
	d.buf, d.high = d.buf[:0], 0
	return s
}

// completeLen is the length of b without an unfinished character at its end.
func completeLen(b []byte) int {
	for back := 1; back <= min(utf8.UTFMax-1, len(b)); back++ {
		if c := b[len(b)-back]; utf8.RuneStart(c) {
			if c >= utf8.RuneSelf && !utf8.FullRune(b[len(b)-back:]) {
				return len(b) - back
			}
			break
		}
	}
	return len(b)
}

// toValid copies b as a string with U+FFFD for every byte that is no UTF-8.
func toValid(b []byte) string {
	if utf8.Valid(b) {
		return string(b)
	}
	return string([]rune(string(b)))
}
