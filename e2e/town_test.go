package e2e

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// What a model writes of a town is marked while it learns, leads to where it comes
// from, and can be held against the table of who lives there.
func TestSamplesAreMarked(t *testing.T) {
	x := open(t, "#/pretrain?lang=en", rhyme).ready()
	x.do(slow, `await (await sprout.run({preset: "seed", seed: 5, data: {town: {lang: "en"}}, tokenizer: {kind: "bpe", merges: 60}, params: {steps: 4, batch: 2, context: 96, eval_every: 100, sample_every: 2}})).done`)
	written := "sprout.state().samples.filter(s => s.text.trim()).length"
	x.wait(20*time.Second, "document.querySelectorAll('[data-mark]').length === "+written)
	if value[int](x, time.Second, "return "+written) > 0 {
		x.press("Who taught it that?")
		x.wait(slow, "document.querySelector('.taught .fact') || document.body.innerText.includes('No fact of the town can be found')")
		assert.Equal(t, "off", value[string](x, time.Second, "return document.querySelector('.taught').closest('[aria-live]').ariaLive"))
	}
	x.press("Who lives here")
	x.wait(20*time.Second, "document.querySelectorAll('.residents tbody tr').length === 24")
	assert.Equal(t, []string{"Resident", "what kind of animal", "colour", "job", "home", "favourite food"},
		value[[]string](x, time.Second, "return [...document.querySelectorAll('.residents thead th')].map(e => e.innerText)"))
}
