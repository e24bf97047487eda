package e2e

import (
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"sprout/e2e/pages"
)

// Every page in both languages and both themes, and pages in the midst of
// something: nothing that axe objects to, nothing left in English, no wider than
// the screen, nothing cut off in what is fixed on it. "make accept" sees every look and keeps the pictures;
// SPROUT_PICTURES names a folder for those of this test.
func TestEveryPage(t *testing.T) {
	axe, err := pages.Script("..")
	require.NoError(t, err)
	x := open(t, "#/pretrain?lang=en", axe, rhyme).ready()
	// A model, so that the pages that go on from one have one.
	x.do(time.Minute, "await (await sprout.run(small({steps: 20}))).done")
	w := &pages.Walk{Page: x.Page, Pictures: os.Getenv("SPROUT_PICTURES")}
	for _, l := range pages.Looks[:2] {
		found, err := w.Every(l)
		require.NoError(t, err)
		assert.Empty(t, found)
	}
	found, err := w.States(pages.Looks[1])
	require.NoError(t, err)
	assert.Empty(t, found)
	require.Greater(t, w.Visits, 50)
}

// What a phone's run bar cuts off is found, however it does so.
func TestCutOff(t *testing.T) {
	x := open(t, "#/pretrain?lang=en", rhyme).ready()
	require.NoError(t, x.Resize(390, 844))
	x.do(slow, "await (await sprout.run(small({steps: 20}))).done")
	w := &pages.Walk{Page: x.Page}
	found, err := w.CutOff()
	require.NoError(t, err)
	assert.Empty(t, found)
	for _, css := range []string{
		".bar .steps dd {width: 3em !important; min-width: 0 !important; overflow: hidden}",
		".bar .steps dd {width: 3em !important; min-width: 0 !important}",
		".bar dl {max-height: 6px; overflow: clip}",
		".bar dl {margin-inline-start: 20em}",
	} {
		x.do(5*time.Second, "const s = new CSSStyleSheet(); s.replaceSync('main "+css+"'); document.adoptedStyleSheets = [s]")
		found, err := w.CutOff()
		require.NoError(t, err)
		assert.NotEmpty(t, found, css)
	}
}

// Keys pressed alone can be switched off, for good, and buttons do the same.
func TestKeysAreSwitchedOff(t *testing.T) {
	x := open(t, "#/pretrain?lang=en", rhyme).ready()
	projector := func() bool {
		return value[bool](x, 5*time.Second, "await new Promise(r => setTimeout(r, 200)); return document.documentElement.hasAttribute('data-projector')")
	}
	controls := func() bool {
		return value[bool](x, 5*time.Second, "await new Promise(r => setTimeout(r, 50)); return !!document.querySelector('main .controls')")
	}
	x.key("p")
	assert.True(t, projector())
	assert.False(t, controls())
	x.press("Controls")
	assert.True(t, controls())
	x.key("p")
	assert.False(t, projector())

	x.press("Single-key shortcuts")
	x.key("p")
	assert.False(t, projector())
	x.reload()
	x.key("p")
	assert.False(t, projector())
	x.press("Single-key shortcuts")
	x.key("p")
	assert.True(t, projector())
}
