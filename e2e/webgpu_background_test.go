package e2e

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// powerSaving has Chromium hold back hidden tabs as it does by itself, except that
// their processes keep their priority: an imitated GPU on a busy machine needs it.
var powerSaving = map[string]any{
	"enable-unsafe-webgpu": true, "disable-background-timer-throttling": false, "disable-backgrounding-occluded-windows": false,
}

// A run on the GPU goes on in a hidden tab and, after it was frozen, where it was; one
// whose GPU is taken meanwhile goes on with workers from the copy that was made when
// the tab was hidden. No step is missing or made twice.
func TestHiddenTabOnGPU(t *testing.T) {
	x := newTab(t, startWith(t, powerSaving), inWorker(t, takeAway)+"/#/pretrain?lang=en", rhyme).ready()
	// The imitated GPU does not come to the end, where the run is measured and writes.
	const options = "small({steps: 60, params: {context: 16, batch: 2, eval_every: 1000}, compute: "
	x.do(slow, "await (await sprout.run("+options+"'workers'}))).done")
	want := value[[][3]float64](x, slow, losses)
	step := func() int { return value[int](x, slow, "return sprout.state().step") }

	for _, run := range []struct {
		name, backend, code string
		meanwhile           func()
	}{
		{"hidden", "webgpu", "compute_asked", func() {}},
		{"frozen", "webgpu", "compute_asked", func() {
			require.NoError(t, x.Freeze(true))
			time.Sleep(time.Second) // what was on its way has arrived
			at := step()
			time.Sleep(8 * time.Second)
			assert.Equal(t, at, step())
			require.NoError(t, x.Freeze(false))
		}},
		{"lost", "simd", "gpu_lost", func() { x.do(slow, "new BroadcastChannel('gpu').postMessage(0)") }},
	} {
		t.Run(run.name, func(t *testing.T) {
			x.do(slow, "globalThis.r = await sprout.run("+options+"'gpu', paused: true})); await sprout.step(); await sprout.step()")
			require.NoError(t, x.Hide(true))
			x.wait(slow, "document.visibilityState === 'hidden'")
			x.do(slow, "await sprout.resume()")
			x.wait(slow, "sprout.state().step >= 3")
			run.meanwhile()
			x.wait(slow, "sprout.state().step >= 6 && sprout.state().compute.why.code === '"+run.code+"'")
			assert.Equal(t, "hidden", value[string](x, slow, "return document.visibilityState"))
			assert.Equal(t, run.backend, value[computing](x, slow, compute).Backend)
			require.NoError(t, x.Hide(false))
			x.do(slow, "await sprout.stop()")
			got := value[[][3]float64](x, slow, losses)
			require.GreaterOrEqual(t, len(got), 6)
			for i := range got {
				assert.Equal(t, want[i][0], got[i][0], "every step once")
				assert.InEpsilon(t, want[i][1], got[i][1], 1e-3)
			}
		})
	}
	x.sees("The GPU failed at step")
	assert.GreaterOrEqual(t, value[float64](x, slow, "return sprout.state().problems.find(p => p.code === 'gpu_lost').args.from"), 2.0, "the copy made when the tab was hidden")
	x.Forgive() // Chromium says in the console that a device was lost
}
