package e2e

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// small is a run that takes seconds: the tiniest preset on characters.
const small = `{preset: "seed", seed: 7, data: {name: "rhyme.txt", text: rhyme}, tokenizer: "char", params: {batch: 4, context: 32, warmup: 4}`

// rhyme gives every tab a text to train on.
const rhyme = `globalThis.rhyme = Array.from({length: 400}, (_, i) =>
	["the fox ", "a heron ", "one owl "][i % 3] + ["sees ", "finds ", "likes "][(i >> 1) % 3] + ["the red leaf", "a warm stone", "the old mill"][i * 7 % 3]).join(".\n") + ".\n"`

func TestFirstVisit(t *testing.T) {
	x := open(t, "").ready()
	assert.True(t, value[bool](x, time.Second, "return crossOriginIsolated"))
	assert.NotEmpty(t, value[string](x, time.Second, "return document.title"))
}

func TestTrainSampleSave(t *testing.T) {
	x := open(t, "#/pretrain", rhyme).ready()
	x.do(60*time.Second, "globalThis.r = await sprout.run("+small+", steps: 30})")
	end := value[string](x, 60*time.Second, "return await r.done")
	assert.Equal(t, "done", end)
	losses := value[[]float64](x, time.Second, "return sprout.state().metrics.map(m => m.train_loss)")
	assert.Len(t, losses, 30)
}
