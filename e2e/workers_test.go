package e2e

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// peers counts the workers beside the engine: each holds a lock for life.
const peers = "(await navigator.locks.query()).held.filter(l => l.name.startsWith('sprout-peer-')).length"

// trained is what a run computed: every loss and gradient norm, the texts, and
// a sample at the end.
type trained struct {
	Losses  [][3]float64
	Texts   []string
	Written string
}

const whatWasTrained = `return {losses: sprout.state().metrics.map(m => [m.step, m.train_loss, m.grad_norm]),
	texts: sprout.state().samples.map(s => s.text), written: (await sprout.sample({prompt: 'the fox', maxTokens: 24, seed: 3})).text}`

// The same bits for any number of workers, for a number that changes on the way,
// and for an automatic one; when the run is over they are gone.
func TestWorkersChangeNoBit(t *testing.T) {
	x := open(t, "#/pretrain?lang=en", rhyme).ready()
	run := func(options, meanwhile string) trained {
		x.do(60*time.Second, "globalThis.r = await sprout.run({...small({steps: 24}), "+options+"});"+meanwhile+"; await r.done")
		require.Equal(t, "done", value[string](x, 60*time.Second, "return await r.done"))
		x.wait(10*time.Second, "(async () => "+peers+" === 0)()")
		return value[trained](x, 20*time.Second, whatWasTrained)
	}
	want := run("workers: 1", "")
	require.Len(t, want.Losses, 24)
	require.NotEmpty(t, want.Texts)
	for _, n := range []string{"2", "3", "4"} {
		got := run("workers: "+n+", paused: true", "for (let i = 0; i < 3; i++) await sprout.step(); globalThis.seen = ["+peers+", sprout.state().workers.count]; await sprout.resume()")
		assert.Equal(t, want, got, "%s workers", n)
		assert.Equal(t, n, value[string](x, time.Second, "return String(seen[0] + 1)"), "so many workers are running")
		assert.Equal(t, n, value[string](x, time.Second, "return String(seen[1])"), "and the page says so")
	}
	changing := run("workers: 1, paused: true", "for (const n of [3, 1, 4, 2]) { await sprout.workers(n); await sprout.step(); await sprout.step() } await sprout.resume()")
	assert.Equal(t, want, changing, "a number that changes")
	assert.Equal(t, want, run("workers: 0", ""), "automatic")
}

// An automatic run measures the counts that the machine has cores for.
func TestWorkersAreCalibrated(t *testing.T) {
	x := open(t, "#/pretrain?lang=en", rhyme).ready()
	cores := value[int](x, time.Second, "return navigator.hardwareConcurrency")
	if cores < 2 {
		t.Skip("one core")
	}
	x.do(60*time.Second, "await sprout.run({...small({steps: 100000}), workers: 0})")
	x.wait(60*time.Second, "!sprout.state().workers.measuring && sprout.state().workers.speeds?.length > 1")
	w := value[struct {
		Count  int
		Speeds []struct {
			Count int
			Speed float64 `json:"steps_per_s"`
		}
	}](x, time.Second, "return sprout.state().workers")
	fastest, chosen := 0.0, 0.0
	for _, s := range w.Speeds {
		fastest = max(fastest, s.Speed)
		if s.Count == w.Count {
			chosen = s.Speed
		}
	}
	assert.Equal(t, min(cores, 4), w.Speeds[len(w.Speeds)-1].Count, "as many as there are cores, or shards")
	assert.GreaterOrEqual(t, chosen, 0.9*fastest, "about the fastest stays")
	x.sees("Measured on this machine")
	x.do(20*time.Second, "await sprout.stop()")
	x.wait(10*time.Second, "(async () => "+peers+" === 0)()")
}

// killable lets a test end the newest worker beside the engine, which neither
// of them is told.
const killable = `{ const all = []; self.Worker = class extends self.Worker { constructor(...a) { super(...a); all.push(this) } };
	new BroadcastChannel('kill').onmessage = () => all.at(-1).terminate() }`

// A worker that is killed in mid-run is replaced, and no bit changes.
func TestKilledPeerIsReplaced(t *testing.T) {
	x := openAt(t, inWorker(t, killable)+"/#/pretrain?lang=en", rhyme).ready()
	x.do(60*time.Second, "await (await sprout.run({...small({steps: 30}), workers: 1})).done")
	want := value[trained](x, 20*time.Second, whatWasTrained)
	x.do(60*time.Second, `globalThis.r = await sprout.run({...small({steps: 30}), workers: 2, paused: true})
		const lost = new Promise(resolve => { const off = sprout.on('problem', e => { off(); resolve(e.problem.code) }) })
		for (let i = 0; i < 10; i++) await sprout.step()
		new BroadcastChannel('kill').postMessage(0)
		await new Promise(resolve => setTimeout(resolve, 100))
		for (let i = 0; i < 10; i++) await sprout.step()
		globalThis.code = await lost; globalThis.count = sprout.state().workers.count
		await sprout.resume(); await r.done`)
	assert.Equal(t, "worker_lost", value[string](x, time.Second, "return code"))
	assert.Equal(t, 2, value[int](x, time.Second, "return count"), "it was replaced")
	assert.Equal(t, want, value[trained](x, 20*time.Second, whatWasTrained))
	x.sees("A worker was lost")
}

// A run with workers goes on exactly with another number of them.
func TestResumeWithWorkers(t *testing.T) {
	x := open(t, "#/pretrain", rhyme).ready()
	x.do(60*time.Second, "await (await sprout.run({...small({steps: 24}), workers: 1})).done")
	want := value[[][3]float64](x, time.Second, losses)
	x.do(60*time.Second, "await sprout.run({...small({steps: 24}), workers: 2, paused: true}); for (let i = 0; i < 11; i++) await sprout.step(); await sprout.save()")
	x.reload()
	x.do(60*time.Second, "await (await sprout.run({resume: (await sprout.checkpoints.list())[0].id, workers: 3})).done")
	assert.Equal(t, want, value[[][3]float64](x, time.Second, losses))
}

// Workers end with the engine that started them.
func TestPeersEndWithTheEngine(t *testing.T) {
	x := open(t, "#/pretrain", rhyme, keepWorkers).ready()
	x.do(60*time.Second, "await sprout.run({...small({steps: 100000}), workers: 3})")
	x.wait(30*time.Second, "(async () => "+peers+" === 2)()")
	x.do(time.Second, "workers.at(-1).terminate()")
	x.wait(30*time.Second, "(async () => "+peers+" === 0)()")
}

// Without workers inside workers one computes, and the page says why.
func TestWithoutNestedWorkers(t *testing.T) {
	x := openAt(t, inWorker(t, "delete self.Worker;")+"/#/pretrain?lang=en", rhyme).ready()
	x.sees("cannot start workers")
	assert.True(t, value[bool](x, time.Second, "return document.querySelector('select[aria-labelledby=workers]').disabled"))
	x.do(60*time.Second, "globalThis.r = await sprout.run({...small({steps: 10}), workers: 4}); globalThis.w = sprout.state().workers")
	assert.Equal(t, "done", value[string](x, 60*time.Second, "return await r.done"))
	assert.Equal(t, []int{1, 1}, value[[]int](x, time.Second, "return [w.count, w.max]"))
}
