//go:build js && wasm

// Command wasm is the engine inside a Web Worker. The worker's shell provides
// globalThis.sproutHost.emit(json, bytes?) before it starts this program and
// calls globalThis.sproutEngine.handle(json, bytes?) with every command.
package main

import (
	"context"
	"syscall/js"

	"sprout/core/backend"
	"sprout/core/backend/simd"
	"sprout/core/checkpoint"
	"sprout/wasm/session"
	"sprout/wasm/store"
)

func main() {
	h := newHost()
	s := session.New(h, session.Options{
		OpenStore: func(ctx context.Context) (checkpoint.Store, error) {
			return store.Open(ctx, store.Options{})
		},
		NewBackend: func() (backend.Backend, error) { return simd.New(), nil },
		Backend:    "simd",
		SIMD:       simd.Enabled,
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
