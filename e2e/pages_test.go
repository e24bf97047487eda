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
// the screen. "make accept" sees every look and keeps the pictures;
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
