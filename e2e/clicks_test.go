package e2e

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// From home by the buttons that lead on, and no others: each stage begins with
// what the one before it has made. Then the family tree by keyboard, two of its
// members compared, what depends on one said before it is deleted, and the page
// to print.
func TestJourneyByClicks(t *testing.T) {
	x := open(t, "#/?lang=en&pace=taste").ready()
	x.press("Begin with the alphabet")
	x.wait(time.Minute, "sprout.state().tokenizer?.merges > 0")
	x.press("Go on: Pretraining")
	for _, leg := range [][2]string{{"pretrain", "SFT"}, {"sft", "LoRA"}, {"lora", "Reward model"}} {
		x.wait(20*time.Second, "location.hash.startsWith('#/"+leg[0]+"')")
		x.press("Start")
		x.wait(slow, "sprout.state().run?.stage === '"+leg[0]+"' && sprout.state().phase === 'done'")
		x.press("Go on: " + leg[1])
	}
	type entry struct{ ID, Stage, Parent string }
	list := value[[]entry](x, 20*time.Second, "return (await sprout.checkpoints.list()).map(c => ({id: c.id, stage: c.stage, parent: c.parent ?? ''}))")
	require.Len(t, list, 3)
	assert.Equal(t, []string{"lora", "sft", "pretrain"}, []string{list[0].Stage, list[1].Stage, list[2].Stage})
	assert.Equal(t, []string{list[1].ID, list[2].ID, ""}, []string{list[0].Parent, list[1].Parent, list[2].Parent})
	x.wait(20*time.Second, "location.hash.includes('parent="+list[1].ID+"')") // the adapter's model, not the adapter

	const key = "document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {bubbles: true, key: '"
	x.do(5*time.Second, key+"t'}))")
	x.wait(20*time.Second, "document.querySelectorAll('[role=dialog] [role=treeitem]').length === 3")
	x.do(5*time.Second, "document.querySelector('[role=treeitem][tabindex=\"0\"]').focus()")
	x.do(5*time.Second, key+"Home'}))")
	x.wait(5*time.Second, "document.activeElement.ariaLevel === '1'")
	x.do(5*time.Second, key+"ArrowDown'}))")
	x.wait(5*time.Second, "document.activeElement.ariaLevel === '2' && document.activeElement.ariaSelected === 'true'")
	x.press("Delete")
	x.sees("Adapters on it, which would be nothing without it")
	x.press("Keep it")
	x.do(5*time.Second, "const s = document.querySelector('[role=dialog] select'); s.value = '"+list[2].ID+"'; s.dispatchEvent(new Event('change', {bubbles: true}))")
	x.sees("Two checkpoints, side by side")
	x.sees("Two different stages minimise different things")
	x.wait(5*time.Second, "document.querySelector('[role=dialog] figure .legend')?.children.length === 2")
	x.press("Ask both")
	x.wait(time.Minute, "document.querySelectorAll('[role=dialog] article dd').length >= 4")

	x.do(5*time.Second, "location.hash = '#/grown'")
	x.press("Close")
	x.wait(20*time.Second, "document.querySelectorAll('figure path.line[d^=M]').length === 3")
}
