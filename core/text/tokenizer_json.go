package text

import (
	"bytes"
	"encoding/json"
)

// tokenizer.json in the format of Hugging Face's tokenizers library. Every kind
// is a BPE model there:
//
//   - BPE and Byte: bytes in the byte-level alphabet; SplitPattern, then
//     ByteLevel without a pattern of its own, before the model.
//   - Char: no merges, every character a pre-token. Hexadecimal digits are in
//     the vocabulary as <0x0> … <0xF>, but the library knows no such fallback and
//     leaves characters out that the vocabulary lacks.
//
// Special tokens are in the vocabulary and in added_tokens. The library
// recognises them inside a text, Encode does not.

// charPattern makes a pre-token of every character.
const charPattern = `[\s\S]`

type jsonFile struct {
	Version      string           `json:"version"`
	Truncation   *struct{}        `json:"truncation"`
	Padding      *struct{}        `json:"padding"`
	AddedTokens  []jsonAdded      `json:"added_tokens"`
	Normalizer   *struct{}        `json:"normalizer"`
	PreTokenizer jsonPreTokenizer `json:"pre_tokenizer"`
	PostProc     *struct{}        `json:"post_processor"`
	Decoder      jsonDecoder      `json:"decoder"`
	Model        jsonModel        `json:"model"`
}

type jsonAdded struct {
	ID         int32  `json:"id"`
	Content    string `json:"content"`
	SingleWord bool   `json:"single_word"`
	LStrip     bool   `json:"lstrip"`
	RStrip     bool   `json:"rstrip"`
	Normalized bool   `json:"normalized"`
	Special    bool   `json:"special"`
}

type jsonPreTokenizer struct {
	Type           string              `json:"type"`
	PreTokenizers  []*jsonPreTokenizer `json:"pretokenizers,omitempty"`
	Pattern        *jsonPattern        `json:"pattern,omitempty"`
	Behavior       string              `json:"behavior,omitempty"`
	Invert         *bool               `json:"invert,omitempty"`
	AddPrefixSpace *bool               `json:"add_prefix_space,omitempty"`
	TrimOffsets    *bool               `json:"trim_offsets,omitempty"`
	UseRegex       *bool               `json:"use_regex,omitempty"`
}

type jsonPattern struct {
	Regex string `json:"Regex"`
}

type jsonDecoder struct {
	Type           string `json:"type"`
	AddPrefixSpace *bool  `json:"add_prefix_space,omitempty"`
	TrimOffsets    *bool  `json:"trim_offsets,omitempty"`
	UseRegex       *bool  `json:"use_regex,omitempty"`
}

type jsonModel struct {
	Type                    string          `json:"type"`
	Dropout                 *float64        `json:"dropout"`
	UnkToken                *string         `json:"unk_token"`
	ContinuingSubwordPrefix *string         `json:"continuing_subword_prefix"`
	EndOfWordSuffix         *string         `json:"end_of_word_suffix"`
	FuseUnk                 bool            `json:"fuse_unk"`
	ByteFallback            bool            `json:"byte_fallback"`
	IgnoreMerges            bool            `json:"ignore_merges"`
	Vocab                   json.RawMessage `json:"vocab"`  // object: token → id
	Merges                  json.RawMessage `json:"merges"` // "left right" strings or [left, right] pairs
}

func splitBy(pattern string) *jsonPreTokenizer {
	no := false
	return &jsonPreTokenizer{Type: "Split", Pattern: &jsonPattern{pattern}, Behavior: "Isolated", Invert: &no}
}

// framework is all of the file but vocabulary and merges.
func framework(kind Kind) jsonFile {
	no, yes := false, true
	f := jsonFile{Version: "1.0", Model: jsonModel{Type: "BPE"}}
	for id, name := range specialNames {
		f.AddedTokens = append(f.AddedTokens, jsonAdded{ID: int32(id), Content: name, Special: true})
	}
	if kind == Char {
		f.PreTokenizer = *splitBy(charPattern)
		f.Decoder = jsonDecoder{Type: "Fuse"}
		return f
	}
	f.PreTokenizer = jsonPreTokenizer{Type: "Sequence", PreTokenizers: []*jsonPreTokenizer{
		splitBy(SplitPattern),
		{Type: "ByteLevel", AddPrefixSpace: &no, TrimOffsets: &yes, UseRegex: &no},
	}}
	f.Decoder = jsonDecoder{Type: "ByteLevel", AddPrefixSpace: &no, TrimOffsets: &yes, UseRegex: &no}
	return f
}

// spelling is a token's key in the file's vocabulary.
func (t *Tokenizer) spelling(id int32) string {
	if t.kind == Char || IsSpecial(id) {
		return t.Name(id)
	}
	return toAlphabet(t.tokens[id])
}

// JSON writes the tokenizer as a tokenizer.json. Equal tokenizers give equal
// bytes.
func (t *Tokenizer) JSON() []byte {
	var vocab, merges bytes.Buffer
	vocab.WriteByte('{')
	for id := range t.tokens {
		if id > 0 {
			vocab.WriteByte(',')
		}
		vocab.Write(quote(t.spelling(int32(id))))
		vocab.WriteByte(':')
		vocab.Write(quote(id))
	}
	vocab.WriteByte('}')
	merges.WriteByte('[')
	for rank, m := range t.merges {
		if rank > 0 {
			merges.WriteByte(',')
		}
		// Strings, not pairs: every version of the library reads them, and the
		// alphabet has no space of its own.
		merges.Write(quote(t.spelling(m.Left) + " " + t.spelling(m.Right)))
	}
	merges.WriteByte(']')
	f := framework(t.kind)
	f.Model.Vocab, f.Model.Merges = vocab.Bytes(), merges.Bytes()
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(f); err != nil {
		panic("text: tokenizer.json: " + err.Error()) // plain strings and numbers always encode
	}
	return out.Bytes()
}

// quote is v as JSON, with < and > as they are.
func quote(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic("text: tokenizer.json: " + err.Error())
	}
	return bytes.TrimSuffix(b.Bytes(), []byte{'\n'})
}
