package e2e

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A judge trained on the page shows what it noted of both answers before it
// compared them, in either language, and samples are its notes.
func TestJudgeShowsItsNotes(t *testing.T) {
	x := open(t, "#/judge?lang=en").ready()
	x.do(time.Minute, "await sprout.journey.walk({preset: 'tiny', only: ['pretrain', 'sft']})")
	x.do(slow, `const sft = (await sprout.checkpoints.list()).find(c => c.stage === 'sft').id;
		await (await sprout.run({stage: 'judge', parent: sft, params: {steps: 40, batch: 8, context: 320, lr: 3e-3, warmup: 4, eval_every: 20, sample_every: 10, checkpoint_every: 1000}})).done`)
	for _, lang := range []struct{ name, title, found string }{
		{"en", "Both orders side by side", "It finds"},
		{"zh", "两种顺序并排看", "它"},
	} {
		if lang.name == "zh" {
			x.press("中文")
		}
		x.sees(lang.title)
		assert.Equal(t, 6, value[int](x, time.Second, "return [...document.querySelectorAll('.case .caption')].filter(e => e.innerText.startsWith('"+lang.found+"')).length"), "of each answer of three comparisons")
		if dir := os.Getenv("SPROUT_PICTURES"); dir != "" {
			x.do(time.Second, "document.querySelector('#orders').scrollIntoView()")
			require.NoError(t, x.Screenshot(filepath.Join(dir, "judge-"+lang.name+".png")))
		}
	}
}
