package text

import (
	_ "embed"
	"encoding/json"
	"flag"
	"math/rand"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The golden files were made by Hugging Face's own library:
//
//	go test ./core/text -run HuggingFace -update   writes the tokenizers and texts
//	(npm i tokenizers@0.23.2 elsewhere, then)
//	node core/text/testdata/huggingface.cjs        writes what the library says
var update = flag.Bool("update", false, "write the inputs of the golden files")

var (
	//go:embed testdata/bpe.tokenizer.json
	goldenBPE []byte
	//go:embed testdata/char.tokenizer.json
	goldenChar []byte
	//go:embed testdata/bpe.resaved.json
	resavedBPE []byte
	//go:embed testdata/huggingface.json
	goldenIDs []byte
)

func TestHuggingFaceGivesTheSameTokens(t *testing.T) {
	toks := tokenizers(t)
	if *update {
		r := rand.New(rand.NewSource(5))
		texts := []string{sample, "", " ", "\n", "don't  stop\n\n  now ", "１２３４ Ⅷ 〇〇 〡", "x\u0085y\u00a0z\u3000é\u2028"}
		for range 24 {
			texts = append(texts, string([]rune(randomText(r))))
		}
		b, err := json.MarshalIndent(texts, "", " ")
		require.NoError(t, err)
		require.NoError(t, os.WriteFile("testdata/texts.json", b, 0o644))
		require.NoError(t, os.WriteFile("testdata/bpe.tokenizer.json", toks["bpe"].JSON(), 0o644))
		require.NoError(t, os.WriteFile("testdata/char.tokenizer.json", toks["char"].JSON(), 0o644))
		t.Skip("wrote the inputs; now run testdata/huggingface.cjs")
	}
	assert.Equal(t, string(goldenBPE), string(toks["bpe"].JSON()), "training is reproducible")
	assert.Equal(t, string(goldenChar), string(toks["char"].JSON()))
	var cases []struct {
		Text      string
		BPE, Char []int32
	}
	require.NoError(t, json.Unmarshal(goldenIDs, &cases))
	require.Greater(t, len(cases), 20)
	for _, c := range cases {
		assert.Equal(t, c.BPE, append([]int32{}, toks["bpe"].Encode(c.Text)...), "%q", c.Text)
		// The library leaves out what the vocabulary lacks; here it is spelt in digits.
		known := []int32{}
		for _, id := range toks["char"].Encode(c.Text) {
			if !toks["char"].isHex(id) {
				known = append(known, id)
			}
		}
		assert.Equal(t, c.Char, known, "%q", c.Text)
	}
}

func TestReadsWhatHuggingFaceSaves(t *testing.T) {
	tok, err := ParseJSON(resavedBPE)
	require.NoError(t, err)
	want, err := ParseJSON(goldenBPE)
	require.NoError(t, err)
	assert.Equal(t, want.tokens, tok.tokens)
	assert.Equal(t, want.merges, tok.merges)
}
