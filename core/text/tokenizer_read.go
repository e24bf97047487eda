package text

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"unicode/utf8"

	"sprout/core/jsonlimit"
	"sprout/core/problem"
)

// maxTokenizerJSON bounds a tokenizer.json, in bytes: 65,536 tokens with their
// merges take about 4 MB.
const maxTokenizerJSON = 16 << 20

// ParseJSON reads a tokenizer.json that JSON wrote, by Sprout or after a round
// through Hugging Face's library. It accepts nothing that would encode otherwise
// than the library does; errors are problems.
func ParseJSON(data []byte) (*Tokenizer, error) {
	if len(data) > maxTokenizerJSON {
		return nil, problem.New("tokenizer_too_large", problem.Args{"bytes": len(data), "limit": maxTokenizerJSON},
			"The tokenizer.json has %d bytes; the limit is %d. Choose another, or train one.", len(data), maxTokenizerJSON)
	}
	var f jsonFile
	if err := jsonlimit.Unmarshal(data, &f); err != nil {
		// The library's other pre-tokenizers, decoders and normalizers have
		// fields of other types; all that is not JSON at all is a SyntaxError.
		var wrong *json.UnmarshalTypeError
		if errors.As(err, &wrong) {
			return nil, unsupported(wrong.Field)
		}
		return nil, problem.Wrap(err, "tokenizer_not_json", problem.Args{"reason": err.Error()}, "The tokenizer.json is not valid JSON. Choose another, or train one.")
	}
	kind := BPE
	if f.PreTokenizer.Type == "Split" {
		kind = Char
	}
	if err := checkFramework(f, framework(kind)); err != nil {
		return nil, err
	}
	vocab, err := readVocab(f.Model.Vocab)
	if err != nil {
		return nil, err
	}
	merges, err := readMerges(f.Model.Merges)
	if err != nil {
		return nil, err
	}
	if kind == Char {
		return charFromFile(vocab, merges)
	}
	return bpeFromFile(vocab, merges)
}

func unsupported(field string) error {
	return problem.New("tokenizer_unsupported", problem.Args{"field": field},
		"The tokenizer.json cuts text in another way than Sprout's tokenizers (%s). Use a file that Sprout wrote, or learn a tokenizer here.", field)
}

func inconsistent(format string, a ...any) error {
	reason := fmt.Sprintf(format, a...)
	return problem.New("tokenizer_inconsistent", problem.Args{"reason": reason},
		"The tokenizer.json contradicts itself: %s. Choose another, or train one.", reason)
}

// checkFramework compares what decides how text is cut. Fields that only matter
// elsewhere (offsets, padding, truncation) may differ.
func checkFramework(got, want jsonFile) error {
	switch {
	case got.Normalizer != nil:
		return unsupported("normalizer")
	case !samePreTokenizer(got.PreTokenizer, want.PreTokenizer):
		return unsupported("pre_tokenizer")
	case got.Decoder.Type != want.Decoder.Type:
		return unsupported("decoder")
	case got.Model.Type != "BPE":
		return unsupported("model.type")
	case got.Model.Dropout != nil && *got.Model.Dropout != 0:
		return unsupported("model.dropout")
	case !empty(got.Model.UnkToken), !empty(got.Model.ContinuingSubwordPrefix), !empty(got.Model.EndOfWordSuffix),
		got.Model.ByteFallback, got.Model.IgnoreMerges:
		return unsupported("model")
	case !reflect.DeepEqual(got.AddedTokens, want.AddedTokens):
		return unsupported("added_tokens")
	}
	return nil
}

func empty(s *string) bool { return s == nil || *s == "" }

func samePreTokenizer(got, want jsonPreTokenizer) bool {
	if got.Type != want.Type || len(got.PreTokenizers) != len(want.PreTokenizers) || got.Behavior != want.Behavior ||
		(got.Pattern == nil) != (want.Pattern == nil) || got.Pattern != nil && *got.Pattern != *want.Pattern {
		return false
	}
	for _, b := range [][2]*bool{{got.Invert, want.Invert}, {got.AddPrefixSpace, want.AddPrefixSpace}, {got.UseRegex, want.UseRegex}} {
		if !reflect.DeepEqual(b[0], b[1]) {
			return false
		}
	}
	for i, w := range want.PreTokenizers {
		if g := got.PreTokenizers[i]; g == nil || !samePreTokenizer(*g, *w) {
			return false
		}
	}
	return true
}

// readVocab returns the spellings by id: 0 … V-1, each once.
func readVocab(raw json.RawMessage) ([]string, error) {
	var m map[string]int
	if err := json.Unmarshal(raw, &m); err != nil || m == nil {
		return nil, unsupported("model.vocab")
	}
	if len(m) > MaxVocab {
		return nil, inconsistent("%d tokens, the limit is %d", len(m), MaxVocab)
	}
	vocab := make([]string, len(m))
	seen := make([]bool, len(m))
	for s, id := range m {
		if id < 0 || id >= len(vocab) || seen[id] {
			return nil, inconsistent("the ids of its %d tokens are not 0 to %d, each once", len(m), len(m)-1)
		}
		vocab[id], seen[id] = s, true
	}
	for id, name := range specialNames {
		if id >= len(vocab) || vocab[id] != name {
			return nil, inconsistent("token %d is not %s", id, name)
		}
	}
	return vocab, nil
}

func readMerges(raw json.RawMessage) ([][2]string, error) {
	var pairs [][2]string
	var lines []string
	if json.Unmarshal(raw, &lines) == nil {
		for _, l := range lines {
			left, right, ok := strings.Cut(l, " ")
			if !ok || strings.Contains(right, " ") {
				return nil, inconsistent("the merge %q is not two tokens", shorten(l))
			}
			pairs = append(pairs, [2]string{left, right})
		}
		return pairs, nil
	}
	var lists [][]string
	if json.Unmarshal(raw, &lists) != nil {
		return nil, unsupported("model.merges")
	}
	for _, l := range lists {
		if len(l) != 2 {
			return nil, inconsistent("a merge of %d tokens", len(l))
		}
		pairs = append(pairs, [2]string{l[0], l[1]})
	}
	return pairs, nil
}

// bpeFromFile replays the merges, which must give the vocabulary in order.
func bpeFromFile(vocab []string, merges [][2]string) (*Tokenizer, error) {
	t := newBPE(BPE)
	if len(merges) == 0 {
		t.kind = Byte
	}
	ids := make(map[string]int32, len(vocab)) // spellings of what exists so far
	for b := range 256 {
		id := firstByte + int32(b)
		s := t.spelling(id)
		if int(id) >= len(vocab) || vocab[id] != s {
			return nil, inconsistent("token %d is not byte %d (%q)", id, b, s)
		}
		ids[s] = id
	}
	size := 0 // of all tokens, so that doubling merges cannot fill the memory
	for rank, pair := range merges {
		left, okL := ids[pair[0]]
		right, okR := ids[pair[1]]
		if !okL || !okR {
			return nil, inconsistent("merge %d joins tokens that do not exist yet", rank)
		}
		joined, id := pair[0]+pair[1], int32(t.Vocab())
		if _, known := ids[joined]; known {
			return nil, inconsistent("merge %d gives a token that exists already", rank)
		}
		if size += len(joined); size > maxTokenizerJSON || int(id) >= len(vocab) || vocab[id] != joined {
			return nil, inconsistent("merge %d does not give token %d of the vocabulary", rank, id)
		}
		ids[joined] = id
		t.addMerge(Merge{Left: left, Right: right, ID: id})
	}
	if t.Vocab() != len(vocab) {
		return nil, inconsistent("%d tokens come from no merge", len(vocab)-t.Vocab())
	}
	return t, nil
}

func charFromFile(vocab []string, merges [][2]string) (*Tokenizer, error) {
	if len(merges) > 0 {
		return nil, inconsistent("a character tokenizer with merges")
	}
	for i := range int32(16) {
		if id := firstHex + i; int(id) >= len(vocab) || vocab[id] != hexName(id) {
			return nil, inconsistent("token %d is not %s", id, hexName(id))
		}
	}
	runes := make([]rune, 0, len(vocab)-int(firstChar))
	for _, s := range vocab[firstChar:] {
		r, w := utf8.DecodeRuneInString(s)
		if w != len(s) || w == 0 || len(runes) > 0 && r <= runes[len(runes)-1] {
			return nil, inconsistent("%q is not one character in ascending order", shorten(s))
		}
		runes = append(runes, r)
	}
	return newChar(runes), nil
}
