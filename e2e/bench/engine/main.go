//go:build js && wasm

// Command engine is the benchmark inside a Web Worker. Its arguments are the
// mode (train, decode, op) and the workload or the operation; it posts one
// JSON object.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"syscall/js"

	"sprout/core/backend/simd"
	"sprout/e2e/bench/workload"
)

func main() {
	result, err := run(os.Args[1], os.Args[2], os.Args[3])
	if err != nil {
		result = map[string]string{"error": err.Error()}
	}
	data, err := json.Marshal(result)
	if err != nil {
		data = []byte(fmt.Sprintf(`{"error":%q}`, err))
	}
	js.Global().Call("postMessage", string(data))
}

func run(mode, name, kind string) (any, error) {
	be := simd.New()
	if mode == "decode" {
		rate, err := workload.Decode(be, name)
		return map[string]any{"decode_tok_s": map[string]float64{"kv": rate}}, err
	}
	t, err := workload.NewTrainer(be, name)
	if err != nil {
		return nil, err
	}
	if mode == "op" {
		return t.Ops(kind)
	}
	return t.Train(breathe())
}

// breathe lets the event loop turn between steps, as the page's engine does,
// so that the compiler's second tier can be swapped in.
func breathe() func() {
	channel := js.Global().Get("MessageChannel").New()
	turned := make(chan struct{}, 1)
	channel.Get("port2").Set("onmessage", js.FuncOf(func(js.Value, []js.Value) any {
		turned <- struct{}{}
		return nil
	}))
	return func() {
		channel.Get("port1").Call("postMessage", js.Null())
		<-turned
	}
}
