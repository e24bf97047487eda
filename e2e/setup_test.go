package e2e

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// A link restores text, tokenizer, who scores, and the projector, and goes on doing
// so after a reload; a town that cannot be is told.
func TestAddressRestoresChoices(t *testing.T) {
	x := open(t, "#/pretrain?lang=en&town=quick:zh:3&merges=0&projector=1").ready()
	restored := func() {
		t.Helper()
		x.wait(20*time.Second, "document.documentElement.hasAttribute('data-projector')")
		x.do(5*time.Second, "document.activeElement.blur(); if (!document.querySelector('.controls')) document.body.dispatchEvent(new KeyboardEvent('keydown', {key: 'c', bubbles: true}))")
		x.wait(20*time.Second, "document.querySelector('input[value=town]:checked')")
		x.wait(20*time.Second, "[...document.querySelectorAll('.controls select')].slice(0, 3).map(s => s.value).join() === 'quick,zh,bpe'")
		assert.Equal(t, "3", value[string](x, 5*time.Second, "return document.querySelector('.controls input[type=number]').value"))
		x.sees("261 tokens in all")
	}
	restored()
	x.reload()
	restored()
	x.do(5*time.Second, "location.hash = '#/pretrain?town=quick:fr:3'")
	x.sees("town = quick:fr:3: it is a size (quick, standard), a language (both, en, zh) and a seed from 0 to 999999")
	x.sees("quick:zh:3 is used")
	x.wait(20*time.Second, "location.hash.includes('projector=1')")
	x.key("p")
	x.wait(20*time.Second, "!location.hash.includes('projector')")

	x.do(5*time.Second, "location.hash = '#/grpo?reward=2'")
	for range 2 {
		x.wait(20*time.Second, "document.querySelector('[data-setting=reward] select')?.value === '2' && location.hash.includes('reward=2')")
		x.reload()
	}

	x.do(5*time.Second, "location.hash = '#/distill?direction=2'")
	x.wait(20*time.Second, "document.querySelector('[data-setting=direction] select')?.selectedOptions[0].text === 'JSD'")
	x.do(5*time.Second, "location.hash = '#/sft'")
	x.wait(20*time.Second, "document.querySelector('[data-setting=loss_mask] input[type=checkbox]:checked')")
	x.do(5*time.Second, "document.querySelector('[data-setting=loss_mask] input').click()")
	x.wait(20*time.Second, "location.hash.includes('loss_mask=0') && document.querySelector('[data-setting=loss_mask] output').textContent === 'questions, too'")
}

// What learns from its own answers practises before the reward model of its
// parent's family as soon as there is one, and before the graders where they are
// chosen, or where it is gone.
func TestRewardModelIsChosen(t *testing.T) {
	x := open(t, "#/ppo?lang=en", lessons).ready()
	const selected = "document.querySelector('[data-setting=reward] select')"
	newest := "(await sprout.checkpoints.list())[0].id"
	train := func(options string) string {
		t.Helper()
		return value[string](x, slow, "await (await sprout.run({"+options+"})).done; return "+newest)
	}
	sft := train("stage: 'sft', parent: await parent(), lessons: talk, params: brief({context: 80})")
	x.wait(20*time.Second, selected+"?.value === '1'")
	x.sees("No reward model of this model’s family is here")

	judge := train("stage: 'reward', parent: '" + sft + "', lessons: pairs, params: brief({})")
	x.do(5*time.Second, "location.hash = '#/ppo?beta=0&steps=240'") // as the lesson plan has it
	x.wait(20*time.Second, selected+"?.value === '"+judge+"' && location.hash.includes('reward="+judge+"')")
	x.wait(20*time.Second, "document.querySelector('[data-break=betaZero] button:enabled')")

	choose := func(v string) {
		x.do(5*time.Second, "const s = "+selected+"; s.value = '"+v+"'; s.dispatchEvent(new Event('change', {bubbles: true}))")
	}
	choose("1")
	x.wait(20*time.Second, "location.hash.includes('reward=1')")
	x.wait(20*time.Second, "document.querySelector('[data-break=betaZero] button:disabled')")
	x.do(5*time.Second, "location.hash = '#/ppo?seed=2'")
	x.wait(20*time.Second, "location.hash.includes('reward=1') && "+selected+".value === '1'")

	choose(judge)
	x.wait(20*time.Second, "location.hash.includes('reward="+judge+"')")
	x.do(20*time.Second, "await sprout.checkpoints.delete('"+judge+"')")
	x.wait(20*time.Second, selected+".value === '1' && !location.hash.includes('reward')")
}
