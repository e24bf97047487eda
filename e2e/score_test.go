package e2e

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A reward model in training scores what is typed, by itself and among held-out
// answers; as a saved model it gives the same numbers. Its page shows held-out
// pairs in words, as that of DPO does.
func TestAnyTextIsScored(t *testing.T) {
	const (
		rows   = "return [...document.querySelectorAll('[aria-labelledby=score] tbody tr')].map(r => [...r.children].map(c => c.innerText))"
		scored = "document.querySelectorAll('[aria-labelledby=score] tbody tr').length === 2"
		pairs  = "return document.querySelectorAll('[aria-labelledby=pairs] .case').length"
	)
	x := open(t, "#/reward?lang=en").ready()
	x.do(time.Minute, "await sprout.journey.walk({preset: 'tiny', only: ['pretrain', 'sft']})")
	x.sees("There is no reward model yet.")
	train := `const sft = (await sprout.checkpoints.list()).find(c => c.stage === 'sft').id;
		await (await sprout.run({stage: STAGE, parent: sft, params: {steps: 20, batch: 8, context: 256, warmup: 2, eval_every: 10, checkpoint_every: 1000}})).done`
	x.do(slow, "const STAGE = 'reward';"+train)
	x.wait(30*time.Second, scored)
	x.sees("The scale is centred")
	x.sees("is preferred is σ(")
	live := value[[][]string](x, 5*time.Second, rows)
	require.Equal(t, "A", live[0][0])
	require.Len(t, live[0], 3, "among held-out answers")
	assert.Equal(t, 3, value[int](x, time.Second, pairs))
	x.sees("to be preferred")

	x.press("Token by token")
	x.wait(30*time.Second, "document.querySelectorAll('[aria-labelledby=score] ol li').length > 10")
	assert.Equal(t, live[0][1], value[string](x, time.Second, "return [...document.querySelectorAll('[aria-labelledby=score] ol')][0].lastElementChild.querySelector('.number').innerText"))

	x.do(5*time.Second, `const e = document.querySelector('[aria-labelledby=score] textarea');
		e.value = 'Word '.repeat(380); e.dispatchEvent(new Event('input', {bubbles: true}))`)
	x.wait(30*time.Second, "document.querySelector('[aria-labelledby=score] [role=alert]')?.innerText.includes('reads no more than')")

	x.reload()
	x.ready()
	x.press("Score both")
	x.wait(time.Minute, scored)
	assert.Equal(t, live, value[[][]string](x, 5*time.Second, rows), "the saved model says the same, among the same answers")

	x.do(slow, "const STAGE = 'dpo'; location.hash = '#/dpo';"+train)
	x.wait(30*time.Second, "document.querySelectorAll('[aria-labelledby=pairs] .case').length === 3")
	x.sees("Some of these pairs in words")
	x.sees("implicit reward of")
}
