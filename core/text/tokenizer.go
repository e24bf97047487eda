// Package text turns files into token streams: tokenizers learned on the spot,
// readers for the accepted file formats, datasets with their batches, and the
// n-gram models that a transformer has to beat.
package text

import (
	"fmt"
	"unicode/utf8"
)

// Kind tells how a tokenizer cuts text.
type Kind string

const (
	BPE  Kind = "bpe"  // byte-level byte-pair encoding
	Char Kind = "char" // a token per character of the training text
	Byte Kind = "byte" // a token per byte: BPE with no merges
)

// Merge joins two neighbouring tokens into one. Its index in the list of merges
// is its rank: lower ranks are applied first.
type Merge struct {
	Left, Right int32
	ID          int32 // the joined token
	Count       int   // occurrences in the training text when it was learned; 0 when read from a file
}

// Tokenizer converts between bytes and token ids. Every sequence of bytes
// encodes, and decodes to itself.
//
// Ids: the special tokens, then for BPE and Byte the 256 bytes in ascending
// order and the merged tokens by rank; for Char the 16 hexadecimal digits and
// the characters in ascending code point order.
//
// Encoding keeps a cache, so a Tokenizer serves one goroutine.
type Tokenizer struct {
	kind   Kind
	tokens []string // bytes of each id; empty for specials and hexadecimal digits
	merges []Merge
	ranks  pairTable      // (left, right) → rank
	chars  map[rune]int32 // Char only
	ascii  [128]int32     // Char only: chars for one byte, 0 where unknown
	cache  pieceCache
}

const (
	firstByte = numSpecials // id of byte 0 (BPE, Byte)
	firstHex  = numSpecials // id of digit 0 (Char)
	firstChar = firstHex + 16
)

// NewByte returns the tokenizer that maps every byte to a token of its own.
func NewByte() *Tokenizer { return newBPE(Byte) }

func newBPE(kind Kind) *Tokenizer {
	t := &Tokenizer{kind: kind, tokens: make([]string, firstByte, firstByte+256)}
	for b := range 256 {
		t.tokens = append(t.tokens, string([]byte{byte(b)}))
	}
	return t
}

// addMerge appends a merge and the token that it yields, m.ID = Vocab().
func (t *Tokenizer) addMerge(m Merge) {
	t.tokens = append(t.tokens, t.tokens[m.Left]+t.tokens[m.Right])
	t.ranks.put(pairKey(m.Left, m.Right), int32(len(t.merges)))
	t.merges = append(t.merges, m)
}

// Kind tells how the tokenizer cuts text.
func (t *Tokenizer) Kind() Kind { return t.kind }

// Vocab is the number of ids, special tokens included.
func (t *Tokenizer) Vocab() int { return len(t.tokens) }

// Merges lists the merges by rank. The caller must not change it.
func (t *Tokenizer) Merges() []Merge { return t.merges }

// Bytes is what a token stands for: nothing for special tokens, and nothing for
// the hexadecimal digits of a Char tokenizer, two of which make a byte.
// It panics for an id outside the vocabulary.
func (t *Tokenizer) Bytes(id int32) string {
	t.check(id)
	return t.tokens[id]
}

// Width is the number of bytes that a token contributes to a text. It is ½ for
// a hexadecimal digit.
func (t *Tokenizer) Width(id int32) float64 {
	if t.isHex(id) {
		return 0.5
	}
	return float64(len(t.Bytes(id)))
}

// Name is a token for the eye: its text where it is valid UTF-8, the name of a
// special token, else its bytes as <0xE4><0xB8>.
func (t *Tokenizer) Name(id int32) string {
	t.check(id)
	if IsSpecial(id) {
		return specialNames[id]
	}
	if t.isHex(id) {
		return hexName(id)
	}
	return Printable(t.tokens[id])
}

// Printable returns s unchanged where it is valid UTF-8, else its bytes as
// <0xE4><0xB8>.
func Printable(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	var out []byte
	for i := range len(s) {
		out = fmt.Appendf(out, "<0x%02X>", s[i])
	}
	return string(out)
}

func (t *Tokenizer) isHex(id int32) bool {
	return t.kind == Char && id >= firstHex && id < firstChar
}

func hexName(id int32) string { return fmt.Sprintf("<0x%X>", id-firstHex) }

func (t *Tokenizer) check(id int32) {
	if id < 0 || int(id) >= len(t.tokens) {
		panic(fmt.Sprintf("text: token %d outside the vocabulary of %d", id, len(t.tokens)))
	}
}
