package stages

import (
	"fmt"

	"sprout/core/text"
	"sprout/core/world"
)

// A town's text: how much of a town's text is written in each language for
// training, and how much is held out.
const (
	townTrainBytes   = 1 << 20
	townHeldOutBytes = 64 << 10
)

// TownCorpus writes a town down: at least 1 MB in each of the given languages
// (none means both) to learn from, and other documents to be measured on.
func TownCorpus(t *world.Town, langs ...world.Lang) *text.Corpus {
	n := len(langs)
	if n == 0 {
		n = len(world.Langs)
	}
	docs := func(split world.Split, bytes int) []text.Doc {
		var out []text.Doc
		for _, s := range t.Texts(split, bytes*n, langs...) {
			out = append(out, text.TextDoc(s))
		}
		return out
	}
	return &text.Corpus{
		Name: fmt.Sprintf("town %d", t.Config.Seed), Format: "town",
		Train: docs(world.Train, townTrainBytes), HeldOut: docs(world.HeldOut, townHeldOutBytes),
	}
}
