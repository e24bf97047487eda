package e2e

import (
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What a curve shows can be read without seeing it: step by step with the arrow
// keys, and as a table that is made when it is unfolded.
func TestCurvesAreReadByKeys(t *testing.T) {
	x := open(t, "#/pretrain?lang=en", rhyme).ready()
	const unfolded = "return document.querySelector('#main-chart details').innerText"
	x.press("As figures")
	x.wait(5*time.Second, "document.querySelector('#main-chart details p')")
	assert.Contains(t, value[string](x, 5*time.Second, unfolded), "Nothing has been measured yet.")
	x.press("As figures")
	x.do(slow, "await (await sprout.run(small({steps: 30}))).done")
	said := func() string {
		return value[string](x, 5*time.Second, "return document.querySelector('#main-chart [role=slider]').getAttribute('aria-valuetext')")
	}
	hint := said()
	x.do(5*time.Second, "document.querySelector('#main-chart [role=slider]').focus()")
	losses := value[[]string](x, 5*time.Second, "return sprout.state().metrics.map(m => m.train_loss.toFixed(2) + (m.held_out_loss ? '; held out ' + m.held_out_loss.toFixed(2) : ''))")
	require.Len(t, losses, 30)
	for _, c := range []struct{ key, want string }{
		{kb.ArrowLeft, "Step 30: training " + losses[29]},
		{kb.Home, "Step 1: training " + losses[0]},
		{kb.ArrowRight, "Step 2: training " + losses[1]},
		{kb.PageUp, "Step 5: training " + losses[4]},
		{kb.ArrowRight, "Step 6: training " + losses[5]},
		{kb.End, "Step 30: training " + losses[29]},
		{kb.ArrowRight, "Step 30: training " + losses[29]},
	} {
		x.key(c.key)
		assert.Equal(t, c.want, said())
	}
	x.key(kb.Tab)
	assert.Equal(t, hint, said(), "the line is gone")

	const tables = "return [...document.querySelectorAll('#main-chart table tr')].map(r => [...r.children].map(c => c.innerText).join(' '))"
	assert.Empty(t, value[[]string](x, 5*time.Second, tables))
	x.press("As figures")
	x.wait(5*time.Second, "document.querySelector('#main-chart table')")
	rows := value[[]string](x, 5*time.Second, tables)
	assert.Len(t, rows, 1+15)
	assert.Equal(t, "Step training held out", rows[0])
	assert.Regexp(t, `^2 \d\.\d\d –$`, rows[1])
	assert.Regexp(t, `^30 \d\.\d\d \d\.\d\d$`, rows[15])
}

// The run before lies behind the next one, named by what was otherwise, in the
// legend and among the figures; a box takes it away.
func TestTheRunBeforeLiesBehind(t *testing.T) {
	x := open(t, "#/pretrain?lang=en", rhyme).ready()
	const legend = "return document.querySelector('#main-chart .legend').innerText"
	x.do(slow, "await (await sprout.run(small({steps: 30, params: {lr: 0.002}}))).done")
	assert.NotContains(t, value[string](x, 5*time.Second, legend), "before")
	x.do(slow, "await (await sprout.run(small({steps: 20, params: {lr: 0.004}}))).done")
	x.wait(5*time.Second, "document.querySelector('#main-chart .legend').innerText.includes('held out, before: ')")
	said := value[string](x, 5*time.Second, legend)
	assert.Contains(t, said, "Learning rate = 0.002")
	assert.Contains(t, said, "Steps = 30")
	x.press("As figures")
	x.wait(5*time.Second, "document.querySelector('#main-chart table')")
	head := value[string](x, 5*time.Second, "return document.querySelector('#main-chart thead').innerText")
	assert.Contains(t, head, "before: ")
	assert.Contains(t, value[string](x, 5*time.Second, "return document.querySelector('#main-chart details').innerText"), "knows nothing, ln V")
	x.do(5*time.Second, "document.querySelector('#main-chart input[type=checkbox]').click()")
	x.wait(5*time.Second, "!document.querySelector('#main-chart .legend').innerText.includes('before')")
}
