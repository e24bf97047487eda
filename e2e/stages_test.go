package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// lessons gives a tab small conversations and preferences, a parent for the
// later stages, settings of seconds, and the bits of a checkpoint's weights.
const lessons = rhyme + `
const lines = (n, f) => Array.from({length: n}, (_, i) => JSON.stringify(f(i))).join("\n") + "\n";
const who = ["fox", "heron", "owl"];
globalThis.talk = {name: "talk.jsonl", text: lines(40, i => ({conversations: [{role: "user", content: "What does the " + who[i % 3] + " see, " + i + "?"}, {role: "assistant", content: "The red leaf."}]}))};
globalThis.pairs = {name: "pairs.jsonl", text: lines(40, i => ({prompt: "What does the " + who[i % 3] + " see, " + i + "?", chosen: "The red leaf, " + i + ".", rejected: "Go away."}))};
globalThis.brief = (more) => ({steps: 8, batch: 4, warmup: 1, eval_every: 4, sample_every: 100, checkpoint_every: 1000, ...more});
globalThis.parent = async () => { await (await sprout.run(small({steps: 6, tokenizer: "byte", params: {context: 96}}))).done; return (await sprout.checkpoints.list())[0].id };
globalThis.weights = async (id) => {
	const file = await sprout.checkpoints.export(id), n = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
	const header = JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + n))), out = [];
	for (const [name, t] of Object.entries(header)) if (name !== "__metadata__" && !name.startsWith("optim.")) {
		const [from, to] = t.data_offsets.map(o => 8 + n + o);
		out.push(name + " " + new Uint8Array(await crypto.subtle.digest("SHA-256", file.slice(from, to))))
	}
	return out.sort()
}`

const slow = 3 * time.Minute // for what trains, on a busy machine

// Fine-tuning by hand from a parent on a file of one's own: paused, the tab
// reloaded, gone on with to its end, which has the weights of a run without a
// break.
func TestFineTuningByClicks(t *testing.T) {
	x := open(t, "#/pretrain?lang=en", lessons).ready()
	parent := value[string](x, slow, "return await parent()")
	file := filepath.Join(t.TempDir(), "talk.jsonl")
	require.NoError(t, os.WriteFile(file, []byte(value[string](x, time.Second, "return talk.text")), 0o600))

	x.do(time.Second, "location.hash = '#/sft?steps=8&batch=4&warmup=1&eval_every=4&context=80&lr=0.005&seed=4'")
	x.sees("It knows things. Why does it not answer?")
	x.wait(20*time.Second, "document.querySelector('select')?.value === '"+parent+"'")
	require.NoError(t, x.Choose("input.lessons", file))
	x.sees("40 conversations")
	x.press("What is learned and what is only read")
	x.wait(20*time.Second, "document.querySelectorAll('.window .learned').length > 10")
	assert.NotContains(t, value[string](x, time.Second, "return [...document.querySelectorAll('.window .learned')].map(e => e.textContent).join('')"), "What does", "questions are not learned")

	x.press("One step") // begins, and waits for the next
	x.wait(slow, "sprout.state().phase === 'paused'")
	for _, step := range []string{"1", "2"} {
		x.press("One step")
		x.wait(slow, "sprout.state().step === "+step)
	}
	x.press("Save")
	x.wait(20*time.Second, "(async () => (await sprout.checkpoints.list()).some(c => c.stage === 'sft'))()")
	x.reload()
	x.press("Go on from there")
	x.wait(slow, "sprout.state().phase === 'done'")
	x.sees("What does the")
	final := value[string](x, 10*time.Second, "return (await sprout.checkpoints.list())[0].id")
	assert.Equal(t, parent, value[string](x, 10*time.Second, "return (await sprout.checkpoints.list())[0].parent"))
	got := value[[]string](x, slow, "return await weights('"+final+"')")

	x.do(slow, "await (await sprout.run({stage: 'sft', parent: '"+parent+"', seed: 4, lessons: talk, params: {steps: 8, batch: 4, warmup: 1, eval_every: 4, context: 80, lr: 0.005}})).done")
	whole := value[string](x, 10*time.Second, "return (await sprout.checkpoints.list())[0].id")
	require.NotEqual(t, final, whole)
	assert.Equal(t, value[[]string](x, slow, "return await weights('"+whole+"')"), got, "to the bit")
	assert.NotEqual(t, value[[]string](x, slow, "return await weights('"+parent+"')"), got)
}

// An answer is traced by keys through the lineage of the checkpoint that gave it. A
// page still has its model after a reload, measures it as the live one, and asks it
// alone where the one that it began with is gone.
func TestAStageRemembersItsModel(t *testing.T) {
	x := open(t, "#/sft?lang=en", lessons).ready()
	base := value[string](x, slow, "return await parent()")
	x.do(time.Second, "location.hash = '#/sft?parent="+base+"'")
	train := "globalThis.base = '" + base + "'; await (await sprout.run({stage: 'sft', parent: base, lessons: talk, params: brief({context: 80})})).done"
	x.do(slow, train)
	traced := func() []string {
		x.wait(slow, "document.querySelector('.questions dl > div:nth-child(2) .taught button:enabled')")
		x.do(time.Second, "document.querySelector('.questions dl > div:nth-child(2) .taught button').focus()")
		x.key("\r") // Enter
		x.wait(slow, "document.querySelectorAll('.questions .generations tbody tr').length === 2")
		assert.Equal(t, "true", value[string](x, time.Second, "return document.activeElement.getAttribute('aria-expanded')"))
		return value[[]string](x, time.Second, "return [...document.querySelectorAll('.questions .generations .name')].map(e => e.innerText)")
	}
	line := value[[]string](x, 10*time.Second, "return (await sprout.checkpoints.list()).slice(0, 2).map(c => c.name).reverse()")
	assert.Equal(t, line, traced(), "the run that has ended is its last checkpoint")
	measured := func() string {
		x.press("Measure everything")
		x.wait(slow, "document.querySelector('[aria-labelledby=measure] tbody tr')")
		return value[string](x, time.Second, "return document.querySelector('[aria-labelledby=measure] table').innerText")
	}
	live := measured()
	x.reload()
	x.sees("After: “")
	x.sees("Of “")
	assert.Equal(t, live, measured())
	x.press("Ask both")
	x.wait(slow, "document.querySelectorAll('.questions article').length > 1 && document.querySelectorAll('.questions article dd').length === 2 * document.querySelectorAll('.questions article').length")
	x.sees("You hear “")
	assert.Equal(t, line, traced())

	x.do(slow, train)
	x.do(10*time.Second, "await sprout.checkpoints.delete('"+base+"')")
	x.sees("The model that it began with was deleted")
	x.press("Ask")
	x.wait(slow, "document.querySelectorAll('.questions article').length > 1 && document.querySelectorAll('.questions article dd').length === document.querySelectorAll('.questions article').length")
}

// An adapter is put on and off while sampling; a reward model and DPO run to
// their ends and tell what they measure.
func TestAdapterRewardAndPreferences(t *testing.T) {
	x := open(t, "#/lora?lang=en", lessons).ready()
	parent := value[string](x, slow, "return globalThis.base = await parent()")
	x.do(slow, "await (await sprout.run({stage: 'lora', parent: base, lessons: talk, params: brief({context: 80, lr: 0.05})})).done")
	adapter := value[string](x, 10*time.Second, "const c = (await sprout.checkpoints.list())[0]; return c.adapter && c.base === base ? c.id : ''")
	require.NotEmpty(t, adapter)
	x.press("Show what it changed")
	x.sees("possible directions")
	assert.Positive(t, value[int](x, time.Second, "return document.querySelectorAll('figure canvas').length"))
	// Turns stay when the adapter is switched, and go when one begins anew.
	const talk = "section[aria-labelledby=talk] "
	turns := func(n string) { x.wait(slow, "document.querySelectorAll('"+talk+".talk li').length === "+n) }
	ask := func() { x.do(time.Second, "document.querySelector('"+talk+"form button').click()") }
	ask()
	x.sees("Begin a new conversation")
	x.do(time.Second, "const s = document.querySelector('"+talk+"select'); s.value = 'none'; s.dispatchEvent(new Event('change', {bubbles: true}))")
	ask()
	turns("2")
	x.press("Begin a new conversation")
	turns("0")
	x.press("Next skill: “end with a rhyme”")
	x.sees("The skill is set to “end with a rhyme”")
	say := func(model, with string) string {
		return value[string](x, 30*time.Second, "return (await sprout.sample({checkpoint: '"+model+"', adapter: '"+with+"', chat: true, prompt: 'What?', maxTokens: 16, temperature: 1})).text")
	}
	plain, styled := say(parent, "none"), say(parent, adapter)
	assert.NotEqual(t, plain, styled)
	assert.Equal(t, styled, say(adapter, ""))
	assert.Equal(t, plain, say("live", "none"), "taken out of the live model")
	assert.Equal(t, plain, say(parent, "none"), "and the model is as it was")

	for _, stage := range []string{"reward", "dpo"} {
		x.do(time.Second, "location.hash = '#/"+stage+"'")
		assert.Equal(t, "done", value[string](x, slow, "return await (await sprout.run({stage: '"+stage+"', parent: base, lessons: pairs, params: brief({})})).done"))
		x.sees("pairs judged right")
	}
}

// What does not fit is refused by name in both languages, and the page goes on.
func TestBadLessons(t *testing.T) {
	x := open(t, "#/dpo?lang=en", lessons).ready()
	x.do(slow, "globalThis.base = await parent()")
	line := `'{"prompt":"Who?","chosen":"A fox.","rejected":"A fox."}\n'`
	for _, c := range []struct{ code, options string }{
		{"parent_missing", "stage: 'dpo'"},
		{"parent_tokenizer", "stage: 'dpo', parent: base, lessons: pairs, data: {name: 'rhyme.txt', text: rhyme}, tokenizer: 'char'"},
		{"file_empty", "stage: 'dpo', parent: base, lessons: {name: 'none.jsonl', text: ''}"},
		{"jsonl_wrong_type", `stage: 'dpo', parent: base, lessons: {name: 'half.jsonl', text: '{"prompt":"Who?","chosen":"A fox."}\n'.repeat(9)}`},
		{"pair_equal", "stage: 'dpo', parent: base, lessons: {name: 'equal.jsonl', text: " + line + ".repeat(9)}"},
		{"pair_too_long", "stage: 'dpo', parent: base, lessons: {name: 'long.jsonl', text: pairs.text.replaceAll('What', 'What '.repeat(90))}"},
		{"pairs_missing", "stage: 'dpo', parent: base, lessons: talk"},
	} {
		assert.Equal(t, c.code, refusal(x, "sprout.run({"+c.options+"})"), c.options)
	}
	assert.Equal(t, "done", value[string](x, slow, "return await (await sprout.run({stage: 'dpo', parent: base, lessons: pairs, params: brief({steps: 2})})).done"))

	// By hand, in both languages.
	file := filepath.Join(t.TempDir(), "equal.jsonl")
	require.NoError(t, os.WriteFile(file, []byte(strings.Repeat(`{"prompt":"Who?","chosen":"A fox.","rejected":"A fox."}`+"\n", 9)), 0o600))
	require.NoError(t, x.Choose("input.lessons", file))
	x.sees("9 preferences")
	for _, words := range [][2]string{{"Start anew", "are the same"}, {"开始", "一模一样"}} {
		x.press(words[0])
		x.sees(words[1])
		if words[0] == "Start anew" {
			x.press("中文")
		}
	}
	x.Forgive()
}

// The student without a teacher is the one that was just trained, of the same seed,
// shape and steps, and found beside it.
func TestStudentAloneByClick(t *testing.T) {
	x := open(t, "#/distill?lang=en", lessons).ready()
	x.do(slow, `globalThis.made = (await sprout.run({stage: 'distill', teacher: await parent(), lessons: talk, seed: 7, params: brief({steps: 4, width: 16, layers: 1})}))
		await made.done`)
	x.press("Train it without a teacher")
	x.wait(slow, "sprout.state().run.run !== made.info.run && sprout.state().phase === 'done'")
	assert.True(t, value[bool](x, 5*time.Second, `const {run} = sprout.state(), was = made.info
		return run.stage === 'distill' && run.seed === 7 && run.parameters === was.parameters &&
			JSON.stringify({...run.params, teacher: 1}) === JSON.stringify(was.params) && run.params.teacher === 0`))
}
