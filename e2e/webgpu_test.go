package e2e

import (
	"fmt"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// imitated has Chromium offer SwiftShader, which computes on the processor, where
// there is no GPU.
var imitated = map[string]any{"enable-unsafe-webgpu": true}

// computing is what the page says of what computes.
type computing struct {
	Backend, Requested, Adapter string
	Software, Mixed             bool
	Why                         struct {
		Code string
		Args map[string]any
	}
}

const compute = "return sprout.state().compute"

// Without WebGPU, or with it and no GPU, workers compute, and the page says why: at
// once, and as a banner to somebody who asked for the GPU.
func TestWithoutWebGPU(t *testing.T) {
	for name, x := range map[string]struct {
		page, worker, code string
	}{
		"no adapter": {rhyme, "", "gpu_no_adapter"},
		"no WebGPU":  {rhyme + ";delete Navigator.prototype.gpu", "delete WorkerNavigator.prototype.gpu;", "gpu_absent"},
	} {
		t.Run(name, func(t *testing.T) {
			x, code := openAt(t, inWorker(t, x.worker)+"/#/pretrain?lang=en", x.page).ready(), x.code
			x.do(60*time.Second, "globalThis.r = await sprout.run(small({steps: 4}))")
			c := value[computing](x, time.Second, compute)
			assert.Equal(t, []string{"simd", "auto", code}, []string{c.Backend, c.Requested, c.Why.Code})
			assert.Equal(t, "done", value[string](x, 60*time.Second, "return await r.done"))
			assert.Empty(t, value[[]string](x, time.Second, "return sprout.state().problems"), "nobody asked for one")
			x.do(60*time.Second, "await (await sprout.run(small({steps: 4, compute: 'gpu'}))).done")
			assert.Equal(t, []string{code}, value[[]string](x, time.Second, "return sprout.state().problems.map(p => p.code)"))
			x.sees("so workers compute")
			x.press("中文")
			x.sees("所以由工作线程来算")
		})
	}
}

// A page that came over an insecure connection has no WebGPU, wherever there is a GPU.
func TestInsecurePageHasNoGPU(t *testing.T) {
	const host = "school.test"
	at, err := url.Parse(origin)
	require.NoError(t, err)
	b := startWith(t, map[string]any{
		"enable-unsafe-webgpu": true, "host-resolver-rules": "MAP " + host + " 127.0.0.1", "proxy-bypass-list": host,
	})
	x := newTab(t, b, "http://"+host+":"+at.Port()+"/#/pretrain?lang=en&compute=gpu", rhyme).ready()
	require.False(t, value[bool](x, time.Second, "return isSecureContext"))
	x.sees("only over a secure connection")
	assert.True(t, value[bool](x, time.Second, "return document.querySelector('select[aria-labelledby=computes] option[value=gpu]').disabled"))
	assert.Equal(t, "done", value[string](x, 60*time.Second, "return await (await sprout.run(small({steps: 4}))).done"))
	c := value[computing](x, time.Second, compute)
	assert.Equal(t, []string{"simd", "gpu", "gpu_insecure"}, []string{c.Backend, c.Requested, c.Why.Code}, "asked for by the address")
	x.Forgive() // headers that only count over secure connections are in the console
}

// An imitation of a GPU is named and not taken unasked.
func TestImitatedGPUIsNotChosen(t *testing.T) {
	x := newTab(t, startWith(t, imitated), origin+"/#/pretrain?lang=en", rhyme).ready()
	x.do(60*time.Second, "await (await sprout.run(small({steps: 4}))).done")
	c := value[computing](x, time.Second, compute)
	assert.Equal(t, []string{"simd", "auto", "gpu_software"}, []string{c.Backend, c.Requested, c.Why.Code})
	assert.True(t, c.Software)
	assert.Contains(t, c.Adapter, "swiftshader")
	x.sees("is imitated on the processor")
}

// takeAway lets a test destroy the engine's GPU, as a driver does that is reset.
const takeAway = `{ const all = [], ask = GPUAdapter.prototype.requestDevice; GPUAdapter.prototype.requestDevice = async function (...a) {
	const d = await ask.apply(this, a); all.push(d); return d }; new BroadcastChannel('gpu').onmessage = () => all.at(-1).destroy() };`

// A run whose GPU is taken away goes back to its last copy and on with workers, to
// the end and the losses that they would have come to.
func TestLostGPU(t *testing.T) {
	x := newTab(t, startWith(t, imitated), inWorker(t, takeAway)+"/#/pretrain?lang=en", rhyme).ready()
	const options = "small({steps: 12, params: {checkpoint_every: 4, context: 16, batch: 2}, compute: "
	x.do(60*time.Second, "await (await sprout.run("+options+"'workers'}))).done")
	want := value[[][3]float64](x, time.Second, losses)
	x.do(60*time.Second, `globalThis.r = await sprout.run(`+options+`'gpu', paused: true}))
		for (let i = 0; i < 6; i++) await sprout.step()
		globalThis.before = sprout.state().compute
		new BroadcastChannel('gpu').postMessage(0)
		globalThis.text = (await sprout.sample({checkpoint: 'live', maxTokens: 4})).text
		globalThis.at = sprout.state().step
		await sprout.resume()`)
	before := value[computing](x, time.Second, "return before")
	assert.Equal(t, []string{"webgpu", "compute_asked"}, []string{before.Backend, before.Why.Code})
	assert.Equal(t, "done", value[string](x, 60*time.Second, "return await r.done"))
	// The last copy is that of a checkpoint, or a later one where ten seconds have passed.
	at := value[int](x, time.Second, "return at")
	assert.GreaterOrEqual(t, at, 4)
	assert.LessOrEqual(t, at, 6)
	c := value[computing](x, time.Second, compute)
	assert.Equal(t, []string{"simd", "gpu_lost"}, []string{c.Backend, c.Why.Code})
	assert.True(t, c.Mixed)
	got := value[[][3]float64](x, time.Second, losses)
	require.Len(t, got, len(want))
	for i := range want {
		assert.Equal(t, want[i][0], got[i][0], "every step once")
		assert.InEpsilon(t, want[i][1], got[i][1], 1e-3)
	}
	x.sees("The GPU failed at step 6")
	x.sees(fmt.Sprintf("its last copy, step %d,", at))
	x.press("中文")
	x.sees("显卡在第 6 步出了错")
	x.Forgive() // Chromium says in the console that a device was lost
}

// hardware hides that the GPU is imitated.
const hardware = `Object.defineProperty(GPUAdapterInfo.prototype, 'architecture', {get: () => 'test'});
	Object.defineProperty(GPUAdapterInfo.prototype, 'description', {get: () => ''});
	Object.defineProperty(GPUAdapterInfo.prototype, 'isFallbackAdapter', {get: () => false});`

// What is not known to be an imitation is measured on the run's own shape, and what
// was measured decides. A run goes on, and is gone on with, on something else.
func TestGPUIsMeasured(t *testing.T) {
	x := newTab(t, startWith(t, imitated), inWorker(t, hardware)+"/#/pretrain?lang=en", rhyme).ready()
	x.do(120*time.Second, `globalThis.seen = []; sprout.on('progress', e => seen.push(e.what))
		globalThis.r = await sprout.run(small({steps: 8, params: {context: 16, batch: 2}, workers: 1, paused: true}))`)
	c := value[computing](x, time.Second, compute)
	assert.Contains(t, value[[]string](x, time.Second, "return seen"), "compare")
	require.Contains(t, []string{"gpu_faster", "gpu_slower"}, c.Why.Code)
	assert.Equal(t, c.Why.Code == "gpu_faster", c.Backend == "webgpu")
	times, ok := c.Why.Args["times"].(float64)
	require.True(t, ok)
	assert.GreaterOrEqual(t, times, 1.0)
	t.Logf("%s %s", c.Why.Code, value[string](x, time.Second, "return document.getElementById('computes-why').textContent"))
	x.do(60*time.Second, `for (const on of ['gpu', 'workers', 'gpu']) { await sprout.step(); await sprout.compute(on) }
		await sprout.save(); await sprout.stop()
		globalThis.r = await sprout.run({resume: (await sprout.checkpoints.list())[0].id, compute: 'workers'})`)
	c = value[computing](x, time.Second, compute)
	assert.True(t, c.Mixed)
	assert.Equal(t, "simd", c.Backend)
	x.sees("not the same to the bit")
	assert.Equal(t, "done", value[string](x, 60*time.Second, "return await r.done"))
	assert.Equal(t, 8, value[int](x, time.Second, "return sprout.state().metrics.length"))
}
