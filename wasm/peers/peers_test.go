//go:build js && wasm

package peers

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"runtime"
	"syscall/js"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sprout/core/parallel"
)

// The test program is both sides, as the engine is.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "peer" {
		Serve(func(blueprint []byte) (Worker, error) {
			if string(blueprint) == "impossible" {
				return nil, errors.New("no memory for a model")
			}
			return &calculator{name: string(blueprint)}, nil
		})
	}
	os.Exit(m.Run())
}

// calculator is a worker without a model.
type calculator struct {
	name     string
	weights  []float32
	out      []float32
	begun    uint64
	measured [16]byte
}

func (c *calculator) Do(weights []float32, j *parallel.Job, emit func(parallel.Result) error) error {
	if weights != nil {
		c.weights = append(c.weights[:0], weights...)
	}
	switch j.Kind {
	case parallel.Gradient: // weights + the node + the batch
		for _, n := range j.Nodes {
			c.out = append(c.out[:0], c.weights...)
			for i := range c.out {
				c.out[i] += float32(n.First) + j.Batch.Scale*j.Batch.Floats[0][0]*float32(j.Batch.Ints[0][0])
			}
			if err := emit(parallel.Result{Floats: c.out}); err != nil {
				return err
			}
		}
	case "echo":
		return emit(parallel.Result{Floats: weights})
	case "name":
		return emit(parallel.Result{Data: fmt.Appendf(nil, "%s, %s", c.name, j.Options)})
	case "memory": // bytes allocated since the last time, bytes in use
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		binary.LittleEndian.PutUint64(c.measured[:], m.TotalAlloc-c.begun)
		binary.LittleEndian.PutUint64(c.measured[8:], m.HeapAlloc)
		c.begun = m.TotalAlloc
		return emit(parallel.Result{Data: c.measured[:]})
	case "error":
		return errors.New("out of ink")
	case "panic":
		panic("a mistake")
	case "close": // as when the browser runs out of memory
		js.Global().Call("close")
	case "exit":
		os.Exit(3)
	case "hang":
		select {}
	}
	return nil
}

// shell installs sproutHost as the package comment asks for it; prelude runs in
// the worker before anything else. The workers are kept for tests that end one.
func shell(t testing.TB, prelude string) {
	t.Helper()
	done := make(chan error, 1)
	settle := js.FuncOf(func(_ js.Value, args []js.Value) any {
		if len(args) > 0 && args[0].Truthy() {
			done <- errors.New(args[0].Call("toString").String())
		} else {
			done <- nil
		}
		return nil
	})
	defer settle.Release()
	js.Global().Get("Function").New("prelude", "settle", `
		const url = performance.getEntriesByType('resource').map((e) => e.name).find((n) => n.endsWith('.wasm') || n.endsWith('.test'))
		const script = URL.createObjectURL(new Blob([prelude + ';importScripts("' + new URL('wasm_exec.js', location) + '");onmessage = ' +
			async function ({ data: module }) {
				const go = new Go()
				go.argv = ['test', 'peer']
				let why = 'the program ended'
				try {
					await go.run(await WebAssembly.instantiate(module, go.importObject))
				} catch (error) {
					why = String(error)
				}
				postMessage('ended ' + why)
				close()
			}]))
		globalThis.module ??= WebAssembly.compileStreaming(fetch(url))
		globalThis.module.then((module) => {
			globalThis.sproutHost = {
				workers: [],
				spawn() {
					const worker = new Worker(script)
					worker.postMessage(module)
					this.workers.push(worker)
					return worker
				},
			}
		}).then(() => settle(), settle)`).Invoke(prelude, settle)
	require.NoError(t, <-done)
}

func spawn(t testing.TB, blueprint string) *peer {
	t.Helper()
	p, err := Spawn([]byte(blueprint))
	require.NoError(t, err)
	t.Cleanup(p.Close)
	return p.(*peer)
}

// kill ends the newest worker from outside.
func kill() { js.Global().Get("sproutHost").Get("workers").Call("at", -1).Call("terminate") }

func ask(t testing.TB, p parallel.Peer, kind, options string) string {
	t.Helper()
	require.NoError(t, p.Start(nil, &parallel.Job{Kind: kind, Options: []byte(options)}))
	r, err := p.Next()
	require.NoError(t, err)
	return string(r.Data)
}

func gradient(n int) *parallel.Job {
	return &parallel.Job{
		Kind:  parallel.Gradient,
		Nodes: []parallel.Node{{First: 0, Count: 2}, {First: 2, Count: 1}}[:n],
		Batch: &parallel.Batch{Rows: 1, Scale: 0.5, Ints: [][]int32{{4}}, Floats: [][]float32{{3}}},
	}
}

func TestNothingIsAvailableWithoutAShell(t *testing.T) {
	js.Global().Set("sproutHost", js.Undefined())
	require.False(t, Available())
	_, err := Spawn(nil)
	require.Error(t, err)
	shell(t, "")
	require.True(t, Available())
}

func TestJobsAndResults(t *testing.T) {
	shell(t, "")
	one, two := spawn(t, "one"), spawn(t, "two")
	require.Equal(t, "one, x", ask(t, one, "name", "x"))
	require.Equal(t, "two, ", ask(t, two, "name", ""))

	weights := make([]float32, 100_000)
	for i := range weights {
		weights[i] = float32(i)
	}
	for step := range 4 {
		for _, p := range []*peer{one, two} {
			if step == 2 { // the newest weights are there already
				require.NoError(t, p.Start(nil, gradient(2)))
			} else {
				weights[7] = float32(100 + step)
				require.NoError(t, p.Start(weights, gradient(2)))
			}
		}
		for _, p := range []*peer{one, two} {
			for _, first := range []float32{0, 2} {
				r, err := p.Next()
				require.NoError(t, err)
				require.Empty(t, r.Data)
				require.Len(t, r.Floats, len(weights))
				require.Equal(t, weights[7]+first+6, r.Floats[7])
				require.Equal(t, weights[99_999]+first+6, r.Floats[99_999])
			}
			require.Len(t, p.free, 2, "one buffer per result")
		}
	}
}

func TestLostWorkersAreNoticed(t *testing.T) {
	for name, c := range map[string]struct {
		kind, why string
		prelude   string
	}{
		"terminated":       {kind: "terminate", why: "terminated"},
		"closed itself":    {kind: "close", why: "terminated"},
		"program ended":    {kind: "exit", why: "program ended"},
		"no locks, ended":  {kind: "exit", why: "program ended", prelude: "Object.defineProperty(navigator, 'locks', {value: undefined})"},
		"error":            {kind: "error", why: "out of ink"},
		"panic":            {kind: "panic", why: "a mistake"},
		"hangs":            {kind: "hang", why: "silent"},
		"no locks, closed": {kind: "close", why: "silent", prelude: "Object.defineProperty(navigator, 'locks', {value: undefined})"},
		"locks refused":    {kind: "close", why: "silent", prelude: "LockManager.prototype.request = () => Promise.reject(new Error('no'))"},
	} {
		t.Run(name, func(t *testing.T) {
			shell(t, c.prelude)
			defer func(s time.Duration) { silence = s }(silence)
			if c.why == "silent" {
				silence = time.Second
			}
			p := spawn(t, "lost")
			require.Equal(t, "lost, x", ask(t, p, "name", "x"))
			kind := c.kind
			if kind == "terminate" {
				kind = "hang"
			}
			require.NoError(t, p.Start(nil, &parallel.Job{Kind: kind}))
			if c.kind == "terminate" {
				kill()
			}
			begun := time.Now()
			_, err := p.Next()
			require.ErrorContains(t, err, c.why)
			require.Less(t, time.Since(begun), 5*time.Second)
			require.Error(t, p.Start(nil, gradient(1)))
			_, err = p.Next()
			require.Error(t, err)
		})
	}
}

func TestWorkersThatCannotStart(t *testing.T) {
	shell(t, "")
	p := spawn(t, "impossible")
	require.NoError(t, p.Start(nil, gradient(1)))
	_, err := p.Next()
	require.ErrorContains(t, err, "no memory for a model")

	shell(t, "throw new Error('no such script')")
	p = spawn(t, "broken")
	_, err = p.Next()
	require.ErrorContains(t, err, "no such script")
}

// Closing ends the worker and gives its lock back.
func TestCloseEndsTheWorker(t *testing.T) {
	shell(t, "")
	p := spawn(t, "short")
	require.Equal(t, "short, ", ask(t, p, "name", ""))
	require.Equal(t, 1, locksHeld(t))
	p.Close()
	require.Eventually(t, func() bool { return locksHeld(t) == 0 }, 5*time.Second, 20*time.Millisecond)
}

func locksHeld(t *testing.T) int {
	t.Helper()
	n := make(chan int, 1)
	count := js.FuncOf(func(_ js.Value, args []js.Value) any {
		held, mine := args[0].Get("held"), 0
		for i := range held.Length() {
			if name := held.Index(i).Get("name").String(); len(name) > len(Lock) && name[:len(Lock)] == Lock {
				mine++
			}
		}
		n <- mine
		return nil
	})
	defer count.Release()
	js.Global().Get("navigator").Get("locks").Call("query").Call("then", count)
	return <-n
}

// What a step costs on both sides, and that it does not grow.
func TestMemoryOfTenThousandSteps(t *testing.T) {
	if testing.Short() {
		t.Skip("ten thousand steps")
	}
	const steps, limit = 10_000, 16 << 10
	shell(t, "")
	p := spawn(t, "long")
	weights := make([]float32, 20_000)
	job := gradient(2)
	step := func() {
		require.NoError(t, p.Start(weights, job))
		for range job.Nodes {
			_, err := p.Next()
			require.NoError(t, err)
		}
	}
	there := func() (total, inUse uint64) {
		data := []byte(ask(t, p, "memory", ""))
		return binary.LittleEndian.Uint64(data), binary.LittleEndian.Uint64(data[8:])
	}
	here := func() (m runtime.MemStats) {
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m
	}
	for range 200 {
		step()
	}
	there()
	_, workerBefore := there() // once more: what has a finaliser goes in the second round
	here()
	before := here()
	begun := time.Now()
	for range steps {
		step()
	}
	took := time.Since(begun)
	after := here()
	workerTotal, _ := there()
	_, workerAfter := there()
	after.HeapAlloc = here().HeapAlloc

	perStep, workerPerStep := (after.TotalAlloc-before.TotalAlloc)/steps, workerTotal/steps
	t.Logf("per step: %d bytes of heap in the leader, %d in the worker, %.0f µs; in use %d → %d and %d → %d bytes",
		perStep, workerPerStep, float64(took.Microseconds())/steps, before.HeapAlloc, after.HeapAlloc, workerBefore, workerAfter)
	require.LessOrEqual(t, perStep+workerPerStep, uint64(limit))
	const slack = 64 << 10
	require.Less(t, after.HeapAlloc, before.HeapAlloc+slack)
	require.Less(t, workerAfter, workerBefore+slack)
	step()
	require.Len(t, p.free, 2, "no buffer was made on the way")
}

// What the exchange of a step costs beside the computation: the weights of the
// bench's 803,000 parameters there, a gradient back.
func BenchmarkExchange(b *testing.B) {
	shell(b, "")
	p := spawn(b, "fast")
	weights := make([]float32, 803_000)
	b.SetBytes(int64(2 * 4 * len(weights)))
	ask(b, p, "name", "")
	for b.Loop() {
		require.NoError(b, p.Start(weights, &parallel.Job{Kind: "echo"}))
		_, err := p.Next()
		require.NoError(b, err)
	}
}
