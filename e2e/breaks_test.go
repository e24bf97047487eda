package e2e

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"sprout/e2e/byhand"
)

// Four experiments that show their failure on any model, by their one button; all
// of them, on models that have something to lose, are in e2e/accept.
func TestBreakByClick(t *testing.T) {
	x := open(t, "#/?lang=en&pace=taste").ready()
	for _, b := range byhand.Breaks {
		switch b.Name {
		case "lrMax", "coin", "raving":
		case "tinyLr":
			x.do(slow, `const few = {steps: 4, batch: 2, eval_every: 100, sample_every: 100}
				await (await sprout.run({preset: 'seed', data: 'town', params: few})).done
				await (await sprout.run({stage: 'sft', parent: (await sprout.checkpoints.list())[0].id, params: few})).done`)
		default:
			continue
		}
		shown, err := byhand.Broke(x.Page, b, "")
		require.NoError(t, err, b.Name)
		assert.Equal(t, "seen", shown.Verdict, shown.Words)
		// The words carry the run's own figure.
		switch b.Name {
		case "lrMax":
			assert.Regexp(t, `went up to \d`, shown.Words)
		case "tinyLr":
			assert.Contains(t, shown.Words, "0.693")
		case "coin":
			assert.Regexp(t, `the loss is 0\.69\d*, ln 2`, shown.Words)
		case "raving":
			assert.Regexp(t, `held-out answers [67]\.\d+, where knowing nothing costs 7`, shown.Words)
		}
	}
}
