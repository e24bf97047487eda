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
	const unfolded = "return document.querySelector('#loss-chart details').innerText"
	x.press("As figures")
	x.wait(5*time.Second, "document.querySelector('#loss-chart details p')")
	assert.Contains(t, value[string](x, 5*time.Second, unfolded), "Nothing has been measured yet.")
	x.press("As figures")
	x.do(slow, "await (await sprout.run(small({steps: 30}))).done")
	said := func() string {
		return value[string](x, 5*time.Second, "return document.querySelector('#loss-chart [role=slider]').getAttribute('aria-valuetext')")
	}
	hint := said()
	x.do(5*time.Second, "document.querySelector('#loss-chart [role=slider]').focus()")
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

	const tables = "return [...document.querySelectorAll('#loss-chart table tr')].map(r => [...r.children].map(c => c.innerText).join(' '))"
	assert.Empty(t, value[[]string](x, 5*time.Second, tables))
	x.press("As figures")
	x.wait(5*time.Second, "document.querySelector('#loss-chart table')")
	rows := value[[]string](x, 5*time.Second, tables)
	assert.Len(t, rows, 1+15)
	assert.Equal(t, "Step training held out", rows[0])
	assert.Regexp(t, `^2 \d\.\d\d –$`, rows[1])
	assert.Regexp(t, `^30 \d\.\d\d \d\.\d\d$`, rows[15])
}
