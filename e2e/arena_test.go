package e2e

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// townTalk gives a tab a model that has read of a town and one that was taught
// on top of it, both by far too little, and the address of an arena.
const townTalk = rhyme + `
globalThis.grown = async () => {
	await (await sprout.run({preset: "seed", seed: 5, data: {town: {lang: "en"}}, tokenizer: {kind: "bpe", merges: 60}, params: {steps: 4, batch: 2, context: 96, eval_every: 100, sample_every: 100}})).done;
	const read = (await sprout.checkpoints.list())[0].id;
	await (await sprout.run({stage: "sft", parent: read, params: {steps: 3, batch: 2, context: 96, eval_every: 100, sample_every: 100}})).done;
	return [read, (await sprout.checkpoints.list())[0].id]
}`

// A blind vote by key hides the names until it is given, is counted, outlives a
// reload, and can be taken back; then an answer is traced to the lines that
// state it, and the models are trained again without them.
func TestArena(t *testing.T) {
	x := open(t, "#/tokenizer?lang=en", townTalk).ready()
	models := value[[]string](x, slow, "return await grown()")
	at := "#/arena?a=" + models[0] + "&b=" + models[1]
	x.do(time.Second, "location.hash = '"+at+"&prompt=Hello%21&blind=1&seed=3&temperature=1'")
	x.wait(20*time.Second, "document.querySelectorAll('select').length >= 3")
	x.press("Send")
	x.sees("No difference")
	assert.Equal(t, "Answer 1,Answer 2", value[string](x, time.Second, "return [...document.querySelectorAll('article h3')].map(e => e.innerText).join()"), "names are hidden")
	x.key("2")
	x.wait(20*time.Second, "document.querySelector('table[data-votes=\"1\"]')")
	x.sees("You chose this one")
	x.key("1")
	x.reload()
	x.wait(20*time.Second, "document.querySelector('table[data-votes=\"1\"]')")
	assert.Contains(t, value[string](x, time.Second, "return location.hash"), "blind=1&seed=3")
	x.press("Take the last vote back")
	x.sees("No votes yet")

	x.do(time.Second, "location.hash = '#/'")
	x.do(time.Second, "location.hash = '#/arena?a="+models[1]+"'")
	x.wait(20*time.Second, "document.querySelectorAll('select').length === 4 && document.querySelectorAll('.tries button:enabled').length > 4")
	x.do(time.Second, "document.querySelector('.tries button').click()")
	x.wait(slow, "document.querySelector('.taught button')")
	x.press("Who taught it that?")
	x.wait(slow, "document.querySelectorAll('table.generations tbody tr').length === 2")
	who := value[string](x, time.Second, "return document.querySelector('.fact h4').innerText.split(':')[0]")
	assert.Contains(t, value[string](x, time.Second, "return document.querySelector('.asked').innerText"), who)
	assert.Contains(t, value[string](x, time.Second, "return document.querySelector('.fact ul').innerText"), who)
	x.press("Delete these lines and train again")
	x.wait(slow, "document.querySelectorAll('tr[data-without]').length === 2")
	type model struct {
		Parent    string
		Seed      int
		DatasetID string `json:"dataset_id"`
	}
	again := value[[]model](x, 10*time.Second, "return (await sprout.checkpoints.list()).slice(0, 2)")
	fact := value[string](x, time.Second, "return document.querySelector('.fact').dataset.fact")
	require.Len(t, again, 2)
	assert.Equal(t, "town:quick:en:1:"+fact, again[0].DatasetID)
	assert.Equal(t, "town:quick:en:1:"+fact, again[1].DatasetID)
	assert.Equal(t, 5, again[1].Seed, "the same seed, from the beginning")
	assert.Empty(t, again[1].Parent)
	assert.NotEqual(t, models[0], again[0].Parent)
}
