package e2e

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// Bad texts are refused by name, and nothing else is lost.
func TestBadTexts(t *testing.T) {
	x := open(t, "#/pretrain?lang=en", rhyme).ready()
	for _, c := range []struct{ name, bytes, code string }{
		{"empty.txt", "new Uint8Array()", "file_empty"},
		{"one.txt", "new Uint8Array([65])", "text_too_short"},
		{"short.txt", "new TextEncoder().encode('less than a context')", "context_too_long"},
		{"binary.txt", "Uint8Array.from({length: 9000}, (_, i) => i * 7 % 32 === 9 ? 0 : i * 7 % 256)", "file_binary"},
		{"latin.txt", "Uint8Array.from({length: 9000}, (_, i) => i % 2 ? 0xE9 : 97)", "text_not_utf8"},
		{"broken.jsonl", `new TextEncoder().encode('{"text": "a fox"}\n{"text": \n'.repeat(20))`, "jsonl_broken_line"},
		{"other.jsonl", `new TextEncoder().encode('{"story": "a fox"}\n'.repeat(20))`, "jsonl_unknown_keys"},
		{"list.jsonl", `new TextEncoder().encode('[{"text": "a fox"}]')`, "jsonl_array"},
	} {
		got := refusal(x, "sprout.run({...small({steps: 5}), data: {name: '"+c.name+"', bytes: "+c.bytes+"}})")
		assert.Equal(t, c.code, got, c.name)
	}
	line := value[float64](x, 20*time.Second, `try { await sprout.run({...small({}), data: {name: "b.jsonl", text: '{"text": "a fox"}\n'.repeat(6) + '{"text": oops}\n'}}) } catch (e) { return e.problem.args.line }`)
	assert.Equal(t, 7.0, line, "the line is named")
	assert.Equal(t, "done", value[string](x, 60*time.Second, "return await (await sprout.run(small({steps: 5}))).done"), "and a good text still trains")
	x.Forgive()
}

// A large file is read in a stated excerpt.
func TestLargeText(t *testing.T) {
	x := open(t, "#/pretrain?lang=en", rhyme).ready()
	x.do(2*time.Minute, "globalThis.r = await sprout.run({...small({steps: 3}), data: {name: 'large.txt', text: rhyme.repeat(Math.ceil(52e6 / rhyme.length))}})")
	notes := value[[]string](x, time.Second, "return sprout.state().dataset.notes.map(n => n.code)")
	assert.Contains(t, notes, "note_excerpt")
	assert.Equal(t, "done", value[string](x, 60*time.Second, "return await r.done"))
}

// A learning rate that explodes ends the run at its last good step.
func TestDivergence(t *testing.T) {
	x := open(t, "#/pretrain?lang=en", rhyme).ready()
	end := value[string](x, 2*time.Minute, "return await (await sprout.run(small({steps: 3000, params: {lr: 10, clip: 0, warmup: 0, weight_decay: 1, beta2: 0}}))).done")
	assert.Equal(t, "failed", end)
	assert.Contains(t, value[[]string](x, time.Second, "return sprout.state().problems.map(p => p.code)"), "training_diverged")
	assert.True(t, value[bool](x, time.Second, "return sprout.state().metrics.every(m => Number.isFinite(m.train_loss) && Number.isFinite(m.grad_norm))"), "no number on the page is none")

	// With the same settings it would end in the same place, so only others are offered.
	x.sees("lower the learning rate or the clipping limit first")
	kept := value[int](x, time.Second, "sessionStorage.was = JSON.stringify(sprout.state().run); return sprout.state().step")

	// The same after a reload.
	x.reload()
	x.sees("An earlier run diverged")
	x.sees("lower the learning rate or the clipping limit first")
	x.do(time.Second, "globalThis.was = JSON.parse(sessionStorage.was); location.hash = '#/pretrain?lang=en&lr=0.001&clip=1&weight_decay=0.1&beta2=0.99'")
	x.press(fmt.Sprintf("Go on from step %d with these settings", kept))
	x.wait(10*time.Second, "sprout.state().phase === 'running'")
	x.wait(2*time.Minute, "sprout.state().phase !== 'running'")
	assert.Equal(t, "done", value[string](x, time.Second, "return sprout.state().phase"))
	assert.Equal(t, []int{1, 3000}, value[[]int](x, time.Second, "const m = sprout.state().metrics; return [m[0].step, m.at(-1).step]"), "one run, from its beginning to its end")
	assert.Less(t, value[float64](x, time.Second, "return sprout.state().metrics.at(-1).train_loss"), value[float64](x, time.Second, "return was.ln_v"))
	assert.Equal(t, []bool{true, true}, value[[]bool](x, time.Second, "const {run} = sprout.state(); return [run.run === was.run, run.params.lr === 0.001 && run.params.batch === was.params.batch]"))

	assert.Equal(t, "done", value[string](x, 60*time.Second, "return await (await sprout.run(small({steps: 5}))).done"), "the page stays usable")
}

// Bad checkpoints are refused by what is wrong with them.
func TestBadCheckpoints(t *testing.T) {
	x := open(t, "#/pretrain?lang=en", rhyme).ready()
	x.do(60*time.Second, "await (await sprout.run(small({steps: 5}))).done; globalThis.good = await sprout.checkpoints.export((await sprout.checkpoints.list())[0].id)")
	x.do(time.Second, `globalThis.header = JSON.parse(new TextDecoder().decode(good.slice(8, 8 + Number(new DataView(good.buffer, good.byteOffset).getBigUint64(0, true)))))
		globalThis.body = good.slice(8 + Number(new DataView(good.buffer, good.byteOffset).getBigUint64(0, true)))
		globalThis.tensors = Object.keys(header).filter(k => k !== '__metadata__' && header[k].dtype === 'F32')
		globalThis.crc = (bytes) => { let c = ~0; for (const x of bytes) { c ^= x; for (let k = 0; k < 8; k++) c = c >>> 1 ^ (0x82F63B78 & -(c & 1)) } return (~c >>> 0).toString(16).padStart(8, "0") }
		globalThis.file = (change) => { const h = structuredClone(header), b = body.slice(); change(h, b, tensors)
			const text = new TextEncoder().encode(JSON.stringify(h)), out = new Uint8Array(8 + text.length + b.length)
			new DataView(out.buffer).setBigUint64(0, BigInt(text.length), true); out.set(text, 8); out.set(b, 8 + text.length); return out }`)
	before := value[int](x, time.Second, "return (await sprout.checkpoints.list()).length")
	for name, c := range map[string]struct{ bytes, code string }{
		"unchanged":   {"file(() => {})", "accepted"},
		"truncated":   {"good.slice(0, good.length - 100)", "safetensors_"},
		"empty":       {"new Uint8Array()", "safetensors_"},
		"huge header": {"(() => { const b = good.slice(); new DataView(b.buffer).setBigUint64(0, 1n << 50n, true); return b })()", "safetensors_header_length"},
		"overlap":     {"file((h, b, t) => { const n = h[t[1]].data_offsets; const m = h[t[0]].data_offsets; h[t[1]].data_offsets = [m[0], m[0] + n[1] - n[0]] })", "safetensors_"},
		"outside":     {"file((h, b, t) => { h[t[0]].data_offsets = [b.length, b.length + 64] })", "safetensors_"},
		"shape":       {"file((h, b, t) => { h[t[0]].shape = [...h[t[0]].shape].reverse().concat(1) })", "checkpoint_tensor_shape"},
		"damaged":     {"file((h, b, t) => { b[h[t[0]].data_offsets[0]] ^= 1 })", "checkpoint_corrupt"},
		"nan":         {"file((h, b, t) => { const [from, to] = h[t[0]].data_offsets; new DataView(b.buffer).setFloat32(from, NaN, true); const sums = JSON.parse(h.__metadata__['sprout.crc32c']); sums[t[0]] = crc(b.slice(from, to)); h.__metadata__['sprout.crc32c'] = JSON.stringify(sums) })", "not_finite"},
		"text":        {"new TextEncoder().encode(rhyme)", "safetensors_"},
	} {
		assert.Contains(t, refusal(x, "sprout.checkpoints.import('"+name+".safetensors', "+c.bytes+")"), c.code, name)
	}
	assert.Equal(t, before+1, value[int](x, 10*time.Second, "return (await sprout.checkpoints.list()).length"), "only the good one came in")
	x.Forgive()
}

// A seed that cannot be is told under its field, and the last one that could be
// is used.
func TestSeedThatCannotBe(t *testing.T) {
	x := open(t, "#/sft?lang=en&seed=3").ready()
	const field = ".controls input[type=number]"
	x.wait(20*time.Second, `document.querySelector("`+field+`")?.value === '3'`)
	// A tool that clears fields of text does not clear this one.
	write := func(text string) {
		x.do(5*time.Second, `const e = document.querySelector("`+field+`"); e.value = '`+text+`'; e.dispatchEvent(new Event('input', {bubbles: true}))`)
	}
	for _, text := range []string{"", "-5", "1.5", "99999999999"} {
		write(text)
		x.sees("It is a whole number from 0 to 999,999,999.")
		x.wait(5*time.Second, `document.querySelector("`+field+`").ariaInvalid === 'true' && location.hash.includes('seed=3')`)
	}
	write("7")
	x.wait(5*time.Second, `document.querySelector("`+field+`").ariaInvalid === 'false' && location.hash.includes('seed=7')`)
}

// Setups that cannot be are refused by what is wrong with them, before anything is
// trained, and what can be still trains.
func TestBadSetups(t *testing.T) {
	x := open(t, "#/sft?lang=en", rhyme).ready()
	x.do(2*time.Minute, `const few = {steps: 4, batch: 2, eval_every: 100, sample_every: 100}
		globalThis.made = {}
		const newest = async () => (await sprout.checkpoints.list())[0].id
		await (await sprout.run({...small({steps: 4}), preset: 'sprout'})).done
		made.other = await newest()
		await (await sprout.run({preset: 'seed', data: 'town', tokenizer: {kind: 'bpe', merges: 300}, params: few})).done
		made.base = await newest()
		await (await sprout.run({stage: 'sft', parent: made.base, params: few})).done
		made.sft = await newest()
		await (await sprout.run({stage: 'reward', parent: made.sft, params: few})).done
		made.reward = await newest()`)
	kept := value[int](x, time.Second, "return (await sprout.checkpoints.list()).length")
	pair := func(chosen, rejected string) string {
		return fmt.Sprintf(`{name: 'p.jsonl', text: Array.from({length: 20}, (_, i) => JSON.stringify({prompt: 'Who are you, ' + i + '?', chosen: %s, rejected: %s})).join('\n')}`, chosen, rejected)
	}
	for _, c := range []struct{ name, options, code string }{
		{"no parent", "{stage: 'dpo'}", "parent_missing"},
		{"a reward model as parent", "{stage: 'sft', parent: made.reward}", "parent_stage"},
		{"another size", "{stage: 'sft', parent: made.base, preset: 'sprout'}", "parent_preset"},
		{"a reward model without a head", "{stage: 'ppo', parent: made.sft, reward: made.sft}", "reward_head"},
		{"a teacher of another tokenizer", "{stage: 'distill', teacher: made.sft, parent: made.other}", "parent_"},
		{"no teacher", "{stage: 'distill'}", "teacher_missing"},
		{"out of range", "{stage: 'sft', parent: made.base, params: {lr: 100}}", "param_range"},
		{"unknown", "{stage: 'sft', parent: made.base, params: {speed: 1}}", "param_unknown"},
		{"no room for the prompt", "{stage: 'ppo', parent: made.sft, params: {reward: 1, context: 64, max_tokens: 60}}", "prompt_too_long"},
		{"equal answers", "{stage: 'dpo', parent: made.sft, lessons: " + pair(`'A fox.'`, `'A fox.'`) + "}", "pair_equal"},
		{"one side", "{stage: 'dpo', parent: made.sft, lessons: " + pair("'A fox.'", "'No ' + i") + "}", "pairs_one_sided"},
		{"no pair", "{stage: 'dpo', parent: made.sft, lessons: {name: 'p.jsonl', text: '{\"text\": \"no pair\"}\\n'.repeat(20)}}", "pairs_missing"},
		{"a pair longer than the context", "{stage: 'dpo', parent: made.sft, lessons: " + pair("i + ' foxes, and so on. '.repeat(20)", "'No.'") + ", params: {context: 32}}", "pair_too_long"},
	} {
		assert.Contains(t, refusal(x, "sprout.run("+c.options+")"), c.code, c.name)
	}
	assert.Equal(t, kept, value[int](x, time.Second, "return (await sprout.checkpoints.list()).length"), "nothing was lost, and nothing made")
	assert.Equal(t, "done", value[string](x, 60*time.Second, "return await (await sprout.run({stage: 'dpo', parent: made.sft, params: {steps: 2, batch: 2}})).done"))
	x.Forgive()
}
