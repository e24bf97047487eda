package gen

import (
	_ "embed"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

// The page draws what the sampler would do with probabilities of its own; its
// tests read these cases, too, so that both agree.
//
//go:embed testdata/cuts.json
var cutCases []byte

func TestSharesOfTheCases(t *testing.T) {
	var cases []struct {
		Temperature float64   `json:"temperature"`
		TopK        int       `json:"top_k"`
		TopP        float64   `json:"top_p"`
		Logits      []float32 `json:"logits"`
		Shares      []float64 `json:"shares"`
	}
	require.NoError(t, json.Unmarshal(cutCases, &cases))
	require.NotEmpty(t, cases)
	for _, c := range cases {
		s := newSampler(len(c.Logits))
		best := argmax(c.Logits)
		got := make([]float64, len(c.Logits))
		if o := (Sampling{c.Temperature, c.TopK, c.TopP}); c.Temperature == 0 {
			got[best] = 1
		} else {
			// Every token is drawn by some number in [0, 1).
			for u := range 4000 {
				id, share := s.draw(c.Logits, float64(c.Logits[best]), o, (float64(u)+0.5)/4000)
				got[id] = share
			}
		}
		require.InDeltaSlice(t, c.Shares, got, 1e-12, "temperature %v, top-k %d, top-p %v", c.Temperature, c.TopK, c.TopP)
	}
}
