package stages

import (
	"math"

	"sprout/core/world"
)

// ownDocuments are enough for the mean of what they hold to be known to a percent
// or two, and few enough to be written before a run begins.
const ownDocuments = 200

// OwnEntropy is how low the loss on a town's held-out text can go, in nats per
// token: its generator rolls dice, and whoever knows all else still has to guess
// them. It is an upper bound, see world.Town.Floor; that no held-out text is one
// to learn from is not counted, since a reader cannot know it. baseline is any
// n-gram model of the run: it was measured in both units, and so tells how many
// bytes a token has; 0 where its tokens stand for no text.
func OwnEntropy(town *world.Town, langs []world.Lang, baseline NGram) float64 {
	if baseline.BitsPerByte == 0 {
		return 0
	}
	nats, bytes := town.Floor(world.HeldOut, ownDocuments, langs...)
	bytesPerToken := baseline.Loss / (baseline.BitsPerByte * math.Ln2)
	return nats / float64(bytes) * bytesPerToken
}
