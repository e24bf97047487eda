package stages

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"sprout/core/text"
	"sprout/core/world"
)

// In nats per token the town's own entropy is what its generator chose, over the
// tokens of the same documents, and no table of triples comes near it.
func TestOwnEntropyIsTheDicePerToken(t *testing.T) {
	for _, langs := range [][]world.Lang{{world.EN}, {world.ZH}, nil} {
		town := world.New(world.Config{Seed: 1})
		corpus := TownCorpus(town, langs...)
		tok := text.TrainChar(corpus.All(), text.CharOptions{})
		data, err := text.NewDataset(corpus, tok, nil)
		require.NoError(t, err)
		const T = 128
		grams := baselines(data, T, data.SpreadWindows(T, trainingTokens/T))
		own := OwnEntropy(town, langs, grams[2])

		tokens, n := 0, 0
		for d := range town.Documents(world.HeldOut, langs...) {
			if n++; n > ownDocuments {
				break
			}
			tokens += len(tok.Encode(d.Text)) + 1 // and EOS
		}
		nats, _ := town.Floor(world.HeldOut, ownDocuments, langs...)
		assert.InEpsilon(t, nats/float64(tokens), own, 0.03, "langs %v", langs)
		assert.Less(t, own, grams[2].Loss/2, "langs %v", langs)
		// The same from every n-gram model.
		assert.InEpsilon(t, own, OwnEntropy(town, langs, grams[0]), 1e-9)
	}
	assert.Zero(t, OwnEntropy(world.New(world.Config{Seed: 1}), nil, NGram{Loss: 1}))
}
