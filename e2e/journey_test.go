package e2e

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// rhyme gives a tab a text to train on, and small a run of seconds on it: the
// tiniest preset on characters.
const rhyme = `globalThis.rhyme = Array.from({length: 600}, (_, i) =>
	["the fox ", "a heron ", "one owl "][i % 3] + ["sees ", "finds ", "likes "][(i >> 1) % 3] + ["the red leaf", "a warm stone", "the old mill"][i * 7 % 3]).join(".\n") + ".\n"
globalThis.small = (more) => ({preset: "seed", seed: 7, data: {name: "rhyme.txt", text: rhyme}, tokenizer: "char", ...more,
	params: {batch: 4, context: 32, warmup: 4, eval_every: 10, sample_every: 20, checkpoint_every: 1000, ...more.params}})`

// losses are the bits of every step's training loss and gradient norm.
const losses = "return sprout.state().metrics.map(m => [m.step, m.train_loss, m.grad_norm])"

// The whole way by hand: choose a text, start, pause, step, go on, stop.
func TestTrainByClicks(t *testing.T) {
	file := filepath.Join(t.TempDir(), "rhyme.txt")
	x := open(t, "#/pretrain?lang=en&preset=seed", rhyme).ready()
	require.NoError(t, os.WriteFile(file, []byte(value[string](x, time.Second, "return rhyme")), 0o600))
	require.NoError(t, x.Choose("input[type=file]", file))
	x.wait(20*time.Second, "sprout.state().dataset?.name.startsWith('rhyme')")
	x.press("Start")
	x.wait(60*time.Second, "sprout.state().step >= 3")
	x.press("Pause")
	x.wait(20*time.Second, "sprout.state().phase === 'paused'")
	at := value[int](x, time.Second, "return sprout.state().step")
	x.press("One step")
	x.wait(20*time.Second, "sprout.state().metrics.length === "+number(at+1))
	x.press("Go on")
	x.wait(60*time.Second, "sprout.state().metrics.length > "+number(at+3))
	x.press("Stop")
	x.wait(20*time.Second, "sprout.state().phase === 'stopped'")
	assert.Positive(t, value[int](x, 10*time.Second, "return (await sprout.checkpoints.list()).length"), "stopping saves")
}

// Interrupted by a reload and gone on with equals uninterrupted, to the bit.
func TestResumeIsExact(t *testing.T) {
	const steps, half = 40, 17
	whole := open(t, "#/pretrain", rhyme).ready()
	whole.do(60*time.Second, "await (await sprout.run(small({steps: 40}))).done")
	want := value[[][3]float64](whole, time.Second, losses)
	require.Len(t, want, steps)
	again := value[[][3]float64](whole, 60*time.Second, "await (await sprout.run(small({steps: 40}))).done; "+losses)
	assert.Equal(t, want, again, "the same seed, the same bits")

	x := open(t, "#/pretrain", rhyme).ready()
	x.do(60*time.Second, "await sprout.run(small({steps: 40, paused: true})); for (let i = 0; i < 17; i++) await sprout.step(); await sprout.save()")
	assert.Len(t, value[[][3]float64](x, time.Second, losses), half)
	x.reload()
	id := value[string](x, 10*time.Second, "return (await sprout.checkpoints.list())[0].id")
	x.do(60*time.Second, "await (await sprout.run({resume: '"+id+"'})).done")
	assert.Equal(t, want, value[[][3]float64](x, time.Second, losses))
	text := "return (await sprout.sample({prompt: 'the fox', maxTokens: 40, seed: 3})).text"
	assert.Equal(t, value[string](whole, 20*time.Second, text), value[string](x, 20*time.Second, text), "and the same words")
}

// A reload without warning loses at most what the automatic checkpoints allow.
func TestReloadKeepsTheRun(t *testing.T) {
	x := open(t, "#/pretrain", rhyme).ready()
	x.do(60*time.Second, "await sprout.run(small({steps: 100000, params: {checkpoint_every: 5}}))")
	x.wait(60*time.Second, "sprout.state().step > 12")
	x.reload()
	assert.GreaterOrEqual(t, value[int](x, 10*time.Second, "return sprout.state().resumable?.step ?? 0"), 5)
	x.sees("An earlier run was not finished.")
	x.press("Go on from there")
	x.wait(30*time.Second, "sprout.state().phase === 'running' && sprout.state().step > 13")
	x.do(20*time.Second, "await sprout.stop()")
}

// Sample, download, rename, delete and import a checkpoint.
func TestCheckpointsComeAndGo(t *testing.T) {
	x := open(t, "#/pretrain?lang=en", rhyme).ready()
	dir := t.TempDir()
	require.NoError(t, x.Downloads(dir))
	x.do(60*time.Second, "await (await sprout.run(small({steps: 20}))).done")
	first := value[string](x, 10*time.Second, "return (await sprout.checkpoints.list())[0].id")
	streamed := value[[]string](x, 20*time.Second, `let text = ""; const r = await sprout.sample({checkpoint: '`+first+`', prompt: "a heron", maxTokens: 12, onToken: e => text += e.delta})
		return [r.text, text, String(r.tokens)]`)
	assert.Equal(t, streamed[0], streamed[1], "what streams is what comes back")
	assert.Equal(t, "12", streamed[2])

	x.press("Checkpoints")
	x.press("Download")
	var file string
	require.Eventually(t, func() bool {
		found, _ := filepath.Glob(filepath.Join(dir, "*.safetensors"))
		if len(found) == 1 {
			file = found[0]
		}
		return file != ""
	}, 20*time.Second, 50*time.Millisecond)
	x.press("Delete")
	x.wait(5*time.Second, "document.querySelector('[role=alertdialog], dialog[open]')")
	x.do(5*time.Second, `[...document.querySelectorAll('[role=alertdialog] button, dialog[open] button')].findLast(b => b.innerText.trim() === 'Delete').click()`)
	x.wait(10*time.Second, "(async () => !(await sprout.checkpoints.list()).some(c => c.id === '"+first+"'))()")
	require.NoError(t, x.Choose("[role=dialog] input[type=file], dialog input[type=file]", file))
	x.wait(20*time.Second, "(async () => (await sprout.checkpoints.list()).some(c => c.kind === 'imported'))()")
	second := value[string](x, 10*time.Second, "return (await sprout.checkpoints.list()).find(c => c.kind === 'imported').id")
	assert.NotEqual(t, first, second)
	again := value[string](x, 20*time.Second, "return (await sprout.sample({checkpoint: '"+second+"', prompt: 'a heron', maxTokens: 12})).text")
	assert.Equal(t, streamed[0], again, "the file is the model")
	x.do(10*time.Second, "await sprout.checkpoints.rename('"+second+"', '红叶 red leaf')")
	x.sees("红叶 red leaf")
}

// The town through the tokenizer page, in Chinese.
func TestChinese(t *testing.T) {
	x := open(t, "#/tokenizer?lang=zh").ready()
	x.wait(60*time.Second, "sprout.state().tokenizer?.merges > 0")
	assert.Contains(t, value[string](x, time.Second, "return document.documentElement.lang"), "zh")
	tokens := value[[]string](x, 20*time.Second, "return (await sprout.encode('狐狸住在磨坊。')).tokens.map(t => t.hex)")
	assert.NotEmpty(t, tokens)
	x.press("English")
	x.wait(5*time.Second, "document.documentElement.lang.startsWith('en')")
	x.press("中文")
	x.wait(5*time.Second, "document.documentElement.lang.startsWith('zh')")
	for _, route := range []string{"#/", "#/pretrain", "#/tokenizer"} {
		x.do(time.Second, "location.hash = '"+route+"'")
		x.wait(10*time.Second, `document.querySelector('h1') && /[\u4e00-\u9fff]/.test(document.querySelector('h1').innerText)`)
		assert.LessOrEqual(t, value[float64](x, time.Second, `return (text => (text.match(/[a-z]{4,}/gi) ?? []).length / (text.match(/[\u4e00-\u9fff]/g) ?? []).length)(document.querySelector('main').innerText)`), 0.5,
			"the Chinese page is in Chinese")
	}
	x.reload()
	assert.Contains(t, value[string](x, time.Second, "return document.documentElement.lang"), "zh", "the choice is kept")
}

// While training, no task of the main thread lasts longer than 50 ms. The
// bound here is loose, since a test machine does other things too; the figure
// of the acceptance run is the strict one.
func TestThePageStaysAlive(t *testing.T) {
	x := open(t, "#/pretrain", rhyme).ready()
	x.do(60*time.Second, "await sprout.run(small({steps: 100000}))")
	x.wait(30*time.Second, "sprout.state().step > 5")
	blocked := value[float64](x, 20*time.Second, `const seen = []; new PerformanceObserver(l => seen.push(...l.getEntries().map(e => e.duration))).observe({type: 'longtask'})
		await new Promise(r => setTimeout(r, 3000)); return Math.max(0, ...seen)`)
	assert.Less(t, blocked, 500.0)
	x.do(20*time.Second, "await sprout.stop()")
}
