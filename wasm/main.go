//go:build js && wasm

// Command wasm is the engine inside a Web Worker. The worker's shell provides
// globalThis.sproutHost.emit(json, bytes?) before it starts this program and
// calls globalThis.sproutEngine.handle(json, bytes?) with every command. With
// the argument "peer" it is a worker beside that engine: see package peers.
package main

import (
	"context"
	"encoding/json"
	"os"
	"syscall/js"

	"sprout/core/backend"
	"sprout/core/backend/simd"
	"sprout/core/backend/webgpu"
	"sprout/core/checkpoint"
	"sprout/core/parallel"
	"sprout/core/problem"
	"sprout/stages"
	"sprout/wasm/peers"
	"sprout/wasm/session"
	"sprout/wasm/store"
)

func main() {
	if len(os.Args) > 1 && os.Args[1] == "peer" {
		peers.Serve(build)
	}
	h := newHost()
	s := session.New(h, session.Options{
		OpenStore: func(ctx context.Context) (checkpoint.Store, error) {
			return store.Open(ctx, store.Options{})
		},
		NewBackend: func() (backend.Backend, error) { return simd.New(), nil },
		Backend:    "simd",
		SIMD:       simd.Enabled,
		Cores:      cores(),
		Spawn:      spawner(),
		OpenGPU:    openGPU,
	})
	handle := js.FuncOf(func(_ js.Value, args []js.Value) any {
		command, file := args[0].String(), []byte(nil)
		if len(args) > 1 && args[1].Truthy() {
			file = make([]byte, args[1].Get("byteLength").Int())
			js.CopyBytesToGo(file, args[1])
		}
		// Commands run on goroutines of their own: nothing may block inside
		// a callback, since the event loop waits for it.
		go s.Handle([]byte(command), file)
		return nil
	})
	js.Global().Set("sproutEngine", map[string]any{"handle": handle})
	h.emitReady()
	select {}
}

// cores is what the browser tells, at least 1.
func cores() int {
	n := js.Global().Get("navigator").Get("hardwareConcurrency")
	if n.Type() != js.TypeNumber {
		return 1
	}
	return max(1, n.Int())
}

// openGPU has the shell open the machine's GPU. It answers with the bridge of
// web/src/gpu, or with a word for why there is none.
func openGPU() (*session.GPU, error) {
	shell := js.Global().Get("sproutHost")
	if shell.Get("gpu").Type() != js.TypeFunction {
		return nil, noGPU("absent")
	}
	bridge, err := await(shell.Call("gpu"))
	if err != nil {
		return nil, err
	}
	if bridge.Type() == js.TypeString {
		return nil, noGPU(bridge.String())
	}
	adapter, d := bridge.Get("adapter"), webgpu.NewDevice(bridge)
	return &session.GPU{
		Backend: webgpu.New(d), Adapter: adapter.Get("name").String(), Software: adapter.Get("software").Bool(),
		Dry: func() backend.Backend { return webgpu.New(webgpu.Dry(d.Limits())) },
	}, nil
}

// noGPU says why there is none: "absent", "insecure" or "no_adapter".
func noGPU(why string) error {
	return problem.New("gpu_"+why, nil, "There is no GPU: %s.", why)
}

// spawner starts workers of a run, or is nil where there can be none.
func spawner() func(stages.Blueprint) (parallel.Peer, error) {
	if !peers.Available() {
		return nil
	}
	return func(b stages.Blueprint) (parallel.Peer, error) {
		data, err := json.Marshal(b)
		if err != nil {
			return nil, err
		}
		return peers.Spawn(data)
	}
}

// build is the other side: a worker from its blueprint.
func build(blueprint []byte) (peers.Worker, error) {
	var b stages.Blueprint
	if err := json.Unmarshal(blueprint, &b); err != nil {
		return nil, err
	}
	return b.Worker(simd.New())
}
