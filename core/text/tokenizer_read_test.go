package text

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"sprout/core/problem"
)

func TestTokenizerFileRoundTrips(t *testing.T) {
	for name, tok := range tokenizers(t) {
		b := tok.JSON()
		back, err := ParseJSON(b)
		require.NoError(t, err, name)
		assert.Equal(t, tok.Kind(), back.Kind())
		assert.Equal(t, tok.tokens, back.tokens)
		assert.Equal(t, tok.Encode(sample), back.Encode(sample))
		assert.Equal(t, string(b), string(back.JSON()), name)
	}
}

func TestBadTokenizerFiles(t *testing.T) {
	toks := tokenizers(t)
	bpe, char := string(toks["bpe"].JSON()), string(toks["char"].JSON())
	swap := func(s, old, new string) string {
		require.Contains(t, s, old)
		return strings.Replace(s, old, new, 1)
	}
	cases := map[string]struct{ file, code string }{
		"empty":                 {"", "tokenizer_not_json"},
		"truncated":             {bpe[:len(bpe)/2], "tokenizer_not_json"},
		"nested too deep":       {strings.Repeat("[", 9000) + strings.Repeat("]", 9000), "tokenizer_not_json"},
		"an array":              {"[]", "tokenizer_unsupported"},
		"an empty object":       {"{}", "tokenizer_unsupported"},
		"too large":             {strings.Repeat(" ", maxTokenizerJSON+1), "tokenizer_too_large"},
		"a normalizer":          {swap(bpe, `"normalizer": null`, `"normalizer": {"type":"NFC"}`), "tokenizer_unsupported"},
		"another pattern":       {swap(bpe, `{1,3}`, `{1,4}`), "tokenizer_unsupported"},
		"another algorithm":     {swap(bpe, `"type": "BPE"`, `"type": "WordPiece"`), "tokenizer_unsupported"},
		"an unknown token":      {swap(bpe, `"unk_token": null`, `"unk_token": "x"`), "tokenizer_unsupported"},
		"a missing special":     {swap(bpe, `"content": "<|pad|>"`, `"content": "<|pod|>"`), "tokenizer_unsupported"},
		"specials swapped":      {swap(bpe, `"<|pad|>": 0`, `"<|pod|>": 0`), "tokenizer_inconsistent"},
		"an id twice":           {swap(bpe, `"!": 38`, `"!": 39`), "tokenizer_inconsistent"},
		"a huge id":             {swap(bpe, `"!": 38`, `"!": 3800000000`), "tokenizer_inconsistent"},
		"an id of another type": {swap(bpe, `"!": 38`, `"!": "x"`), "tokenizer_unsupported"},
		"a merge of strangers":  {swap(bpe, `"merges": [`, `"merges": ["zq zz",`), "tokenizer_inconsistent"},
		"a merge of three":      {swap(bpe, `"merges": [`, `"merges": ["a b c",`), "tokenizer_inconsistent"},
		"a merge of one":        {swap(bpe, `"merges": [`, `"merges": ["abc",`), "tokenizer_inconsistent"},
		"a merge too many":      {swap(bpe, `"merges": [`, `"merges": ["q z",`), "tokenizer_inconsistent"},
		"merges left out":       {bpe[:strings.Index(bpe, `"merges"`)] + `"merges": []}}`, "tokenizer_inconsistent"},
		"digits left out":       {swap(char, `"<0x3>"`, `"<0x33>"`), "tokenizer_inconsistent"},
		"not one character":     {swap(char, `"M"`, `"MM"`), "tokenizer_inconsistent"},
		"character merges":      {swap(char, `"merges": []`, `"merges": ["a b"]`), "tokenizer_inconsistent"},
	}
	for name, c := range cases {
		_, err := ParseJSON([]byte(c.file))
		var p *problem.Problem
		require.ErrorAs(t, err, &p, name)
		assert.Equal(t, c.code, p.Code, "%s: %s", name, p.Text)
	}
}

func TestDoublingMergesAreBounded(t *testing.T) {
	// Every merge doubles the last token: 40 of them would spell a terabyte.
	b := NewByte().JSON()
	var merges []string
	s := "a"
	for range 40 {
		if len(s) < 1<<12 {
			merges = append(merges, `"`+s+" "+s+`"`)
			s += s
		}
	}
	_, err := ParseJSON(bytes.Replace(b, []byte(`"merges": []`), []byte(`"merges": [`+strings.Join(merges, ",")+`]`), 1))
	requireProblem(t, err, "tokenizer_inconsistent")
}

func FuzzTokenizerJSON(f *testing.F) {
	for _, tok := range tokenizers(f) {
		f.Add(tok.JSON())
	}
	f.Add([]byte(`{"model":{"vocab":{},"merges":[]}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		tok, err := ParseJSON(b)
		if err != nil {
			var p *problem.Problem
			require.ErrorAs(t, err, &p)
			return
		}
		const s = "any text 任何文字\xff"
		require.Equal(t, s, string(tok.Decode(tok.Encode(s))))
	})
}
