//go:build js && wasm

// Command engine is the benchmark inside a Web Worker. Its argument is a
// workload.Request in JSON; it posts one JSON object. With the argument "peer"
// it is a worker beside that engine.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"syscall/js"

	"sprout/e2e/bench/workload"
	"sprout/wasm/peers"
)

func main() {
	if os.Args[1] == "peer" {
		peers.Serve(func(blueprint []byte) (peers.Worker, error) { return workload.NewWorker(blueprint) })
	}
	result, err := run(os.Args[1])
	if err != nil {
		result = map[string]string{"error": err.Error()}
	}
	data, err := json.Marshal(result)
	if err != nil {
		data = []byte(fmt.Sprintf(`{"error":%q}`, err))
	}
	js.Global().Call("postMessage", string(data))
}

func run(text string) (any, error) {
	var request workload.Request
	if err := json.Unmarshal([]byte(text), &request); err != nil {
		return nil, err
	}
	return workload.Run(workload.Host{
		Spawn:   peers.Spawn,
		Cores:   js.Global().Get("navigator").Get("hardwareConcurrency").Int(),
		Breathe: breathe(),
		Memory:  func() int64 { return int64(js.Global().Call("memoryBytes").Int()) },
	}, request)
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
