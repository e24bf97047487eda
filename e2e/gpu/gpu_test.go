// Package gpu holds the webgpu backend to the conformance library and to the
// losses of simd, in a Web Worker of a real browser. Without a GPU Chromium
// computes on SwiftShader.
package gpu

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"sprout/core/backend/webgpu"
	"sprout/core/op"
	"sprout/e2e/bench/workload"
	"sprout/e2e/browser"
)

const page = `<!doctype html><title>gpu</title><link rel="icon" href="data:,"><script>
	const run = what => new Promise((resolve, reject) => {
		const worker = new Worker("worker.js", {type: "module", name: what})
		worker.onerror = e => reject(new Error(e.message))
		worker.onmessage = e => {
			worker.terminate()
			if (typeof e.data === "string") resolve(e.data)
			else reject(new Error(e.data.error))
		}
	})
</script>`

const worker = `import { open } from "./bridge.js"
import "./wasm_exec.js"
try {
	const sources = await (await fetch("shaders.json")).json()
	if (!navigator.gpu) throw new Error("no WebGPU here")
	const [as, ...args] = name.split(" ")
	if (as === "idle") GPUQueue.prototype.submit = () => {}
	const bridge = globalThis.sproutGPU = await open(navigator.gpu, sources, as === "plain")
	if (!bridge) throw new Error("no adapter for WebGPU")
	globalThis.sproutResult = line => postMessage(JSON.stringify({adapter: bridge.adapter, result: JSON.parse(line)}))
	const go = new Go()
	go.argv = ["engine", ...args]
	const { instance } = await WebAssembly.instantiateStreaming(fetch("engine.wasm"), go.importObject)
	await go.run(instance)
	throw new Error("the engine ended")
} catch (error) {
	postMessage({error: String(error)})
}`

// transpile makes JavaScript of the bridge, as the page's build does.
const transpile = `const ts = require("typescript")
process.stdout.write(ts.transpileModule(require("fs").readFileSync("src/gpu/bridge.ts", "utf8"),
	{compilerOptions: {module: "esnext", target: "es2023"}}).outputText)`

const web = "../../web"

// serve builds the engine and serves its page.
func serve(t *testing.T) string {
	t.Helper()
	wasm := filepath.Join(t.TempDir(), "engine.wasm")
	build := exec.Command("go", "build", "-o", wasm, "./engine")
	build.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm")
	out, err := build.CombinedOutput()
	require.NoError(t, err, string(out))
	node := exec.Command("node", "-e", transpile)
	node.Dir = web
	bridge, err := node.Output()
	require.NoError(t, err)
	root, err := exec.Command("go", "env", "GOROOT").Output()
	require.NoError(t, err)
	shaders := map[string]string{}
	files, err := filepath.Glob("../../core/backend/webgpu/*.wgsl")
	require.NoError(t, err)
	for _, f := range files {
		text, err := os.ReadFile(f)
		require.NoError(t, err)
		shaders[strings.TrimSuffix(filepath.Base(f), ".wgsl")] = string(text)
	}
	sources, err := json.Marshal(shaders)
	require.NoError(t, err)

	mux := http.NewServeMux()
	text := func(path, kind, body string) {
		mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", kind)
			_, _ = w.Write([]byte(body))
		})
	}
	text("/", "text/html", page)
	text("/worker.js", "text/javascript", worker)
	text("/bridge.js", "text/javascript", string(bridge))
	text("/shaders.json", "application/json", string(sources))
	file := func(path, name string) {
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, name) })
	}
	file("/engine.wasm", wasm)
	file("/wasm_exec.js", filepath.Join(strings.TrimSpace(string(root)), "lib", "wasm", "wasm_exec.js"))
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL
}

// run has a check made by the engine, in subgroups where the device has any.
func run(t *testing.T, p *browser.Page, what string, result any) { runAs(t, p, "fast", what, result) }

// runAs is run with subgroups or, as "plain", without; as "idle", nothing that is
// encoded is carried out. It says whether there were subgroups.
func runAs(t *testing.T, p *browser.Page, as, what string, result any) (subgroups bool) {
	t.Helper()
	began := time.Now()
	line, err := browser.Eval[string](p, 5*time.Minute, "run("+`"`+as+" "+what+`"`+")")
	require.NoError(t, err)
	answer := struct {
		Adapter struct {
			Name      string
			Subgroups bool
		}
		Result any
	}{Result: result}
	require.NoError(t, json.Unmarshal([]byte(line), &answer))
	t.Logf("%s %s on %s in %v", as, what, answer.Adapter.Name, time.Since(began).Round(time.Millisecond))
	return answer.Adapter.Subgroups
}

func TestWebGPU(t *testing.T) {
	b, err := browser.Start(browser.Options{Flags: map[string]any{"enable-unsafe-webgpu": true}})
	require.NoError(t, err)
	t.Cleanup(b.Close)
	p, err := b.NewPage()
	require.NoError(t, err)
	t.Cleanup(p.Close)
	require.NoError(t, p.Open(serve(t)))

	conformance, curve, steps := "operations", "steps", 2
	if os.Getenv("SPROUT_GPU") == "all" {
		conformance, curve, steps = "conformance", "curve", 50
	}

	for _, as := range []string{"fast", "plain"} {
		t.Run("every operation agrees with the reference, "+as, func(t *testing.T) {
			var r struct {
				Passed, Skipped int
				Failures        []string
			}
			subgroups := runAs(t, p, as, conformance, &r)
			assert.Equal(t, as == "fast", subgroups, "this browser's device has subgroups")
			assert.Empty(t, r.Failures)
			assert.Zero(t, r.Skipped)
			assert.Greater(t, r.Passed, len(op.Kinds()))
			t.Logf("%d results", r.Passed)
		})
	}
	t.Run("the losses of training are those of simd", func(t *testing.T) {
		var c struct {
			WebGPU, SIMD []float64
			Apart        float64
		}
		run(t, p, curve, &c)
		require.Len(t, c.WebGPU, steps)
		assert.Less(t, c.Apart, 1e-3)
		if steps == 50 {
			assert.Less(t, c.WebGPU[49], 0.9*c.WebGPU[0], "it learns")
		}
		t.Logf("loss %.4f to %.4f, simd to %.4f, %.2g apart", c.WebGPU[0], c.WebGPU[steps-1], c.SIMD[steps-1], c.Apart)
	})
	t.Run("the same text is written from the cache", func(t *testing.T) {
		var w struct {
			WebGPU, SIMD [][]int32
			Apart        float64
		}
		run(t, p, "answers", &w)
		assert.Equal(t, w.SIMD, w.WebGPU)
		assert.Len(t, w.WebGPU[0], 12)
		assert.Less(t, w.Apart, 1e-4)
	})
	t.Run("a lost device is an error", func(t *testing.T) {
		var said []string
		run(t, p, "lost", &said)
		require.Len(t, said, 3)
		assert.Empty(t, said[0])
		assert.Contains(t, said[1], "the GPU was lost")
		assert.Contains(t, said[2], "the GPU was lost")
	})
	if os.Getenv("SPROUT_GPU") == "all" {
		for _, stage := range []string{"pretrain", "sft", "lora", "reward", "ppo", "dpo", "grpo", "simpo", "distill"} {
			t.Run("steps of "+stage, func(t *testing.T) {
				var all []struct {
					WebGPU, SIMD []float64
					Apart        float64
				}
				run(t, p, "stages "+stage, &all)
				require.Len(t, all, 1)
				require.Len(t, all[0].WebGPU, 2)
				assert.Less(t, all[0].Apart, 1e-3)
				t.Log(all[0])
			})
		}
		var figures any
		run(t, p, "bench", &figures)
		t.Log(figures)
		runAs(t, p, "idle", "encoding", &figures)
		t.Log("a step of 10.7M parameters, encoded and not carried out", figures)
	}
}

// A step of the model with 10.7M parameters, as docs/WEBGPU.md gives it.
func TestWorkOfAStep(t *testing.T) {
	be := webgpu.New(webgpu.Dry(webgpu.Limits{BufferBytes: 1 << 30, Groups: 65535})) // computes nothing: what a step takes is counted
	trainer, err := workload.NewTrainer(workload.Host{}, be, workload.Shapes["large"], 1)
	require.NoError(t, err)
	defer trainer.Close()
	_, err = trainer.Step()
	require.NoError(t, err)
	before := be.Work()
	_, err = trainer.Step()
	require.NoError(t, err)
	w := be.Work().Less(before)
	t.Logf("%d calls, %.1f GFLOP, %.2f GB, %d dispatches, %d copies, %d words in %d streams",
		w.Calls, float64(w.FLOPs)/1e9, float64(w.Bytes)/1e9, w.Dispatches, w.Copies, w.Words, w.Streams)
	assert.Equal(t, 2, w.Streams, "the sums, then the norm are read back; nothing else")
	assert.Less(t, w.Words, 8<<10, "what is handed over is data, and two words for each list of calls")
	assert.Less(t, w.Dispatches, 2*w.Calls)
}

// The reason is what a page would show: no GPU, or no secure connection.
func TestNoGPU(t *testing.T) {
	b, err := browser.Start(browser.Options{})
	require.NoError(t, err)
	t.Cleanup(b.Close)
	p, err := b.NewPage()
	require.NoError(t, err)
	t.Cleanup(p.Close)
	require.NoError(t, p.Open(serve(t)))
	_, err = browser.Eval[string](p, time.Minute, `run("fast operations")`)
	require.ErrorContains(t, err, "WebGPU")
}
