//go:build js && wasm

package main

import (
	"errors"
	"fmt"
	"syscall/js"
)

// host is what the session sees of JavaScript.
type host struct {
	emit    js.Value
	port    js.Value // posting here wakes the other port's listener
	resumed chan struct{}
	clock   js.Value
}

func newHost() *host {
	h := &host{
		emit:    js.Global().Get("sproutHost").Get("emit"),
		resumed: make(chan struct{}, 16),
		clock:   js.Global().Get("performance"),
	}
	channel := js.Global().Get("MessageChannel").New()
	h.port = channel.Get("port1")
	channel.Get("port2").Set("onmessage", js.FuncOf(func(js.Value, []js.Value) any {
		h.resumed <- struct{}{}
		return nil
	}))
	return h
}

// Emit sends one message to the page, with bytes beside it where there are any.
func (h *host) Emit(message []byte, file []byte) {
	if file == nil {
		h.emit.Invoke(string(message))
		return
	}
	array := js.Global().Get("Uint8Array").New(len(file))
	js.CopyBytesToJS(array, file)
	h.emit.Invoke(string(message), array)
}

// Yield lets the worker's event loop run, so that commands arrive. A message
// channel is used because timers are throttled in hidden tabs. Of several
// goroutines that yield, any may be woken by any message.
func (h *host) Yield() {
	h.port.Call("postMessage", js.Null())
	<-h.resumed
}

// Now is a monotonic time in milliseconds.
func (h *host) Now() float64 { return h.clock.Call("now").Float() }

// Fetch reads a file of the site.
func (h *host) Fetch(url string) ([]byte, error) {
	response, err := await(js.Global().Call("fetch", url))
	if err != nil {
		return nil, err
	}
	if !response.Get("ok").Bool() {
		return nil, fmt.Errorf("fetch %s: status %d", url, response.Get("status").Int())
	}
	buffer, err := await(response.Call("arrayBuffer"))
	if err != nil {
		return nil, err
	}
	array := js.Global().Get("Uint8Array").New(buffer)
	data := make([]byte, array.Get("byteLength").Int())
	js.CopyBytesToGo(data, array)
	return data, nil
}

// Post sends JSON to the site's server.
func (h *host) Post(url string, body []byte, patience int) (int, []byte, error) {
	signal := js.Global().Get("AbortSignal")
	options := map[string]any{
		"method": "POST", "body": string(body), "credentials": "same-origin", "redirect": "error",
		"headers": map[string]any{"Content-Type": "application/json"},
	}
	if signal.Get("timeout").Type() == js.TypeFunction { // not in older browsers, where the server's own limit counts
		options["signal"] = signal.Call("timeout", patience)
	}
	response, err := await(js.Global().Call("fetch", url, options))
	if err != nil {
		return 0, nil, err
	}
	text, err := await(response.Call("text"))
	if err != nil {
		return 0, nil, err
	}
	return response.Get("status").Int(), []byte(text.String()), nil
}

func (h *host) emitReady() { h.emit.Invoke(`{"type":"started"}`) }

// await blocks the goroutine until the promise settles.
func await(promise js.Value) (js.Value, error) {
	type outcome struct {
		value js.Value
		err   error
	}
	done := make(chan outcome, 1)
	resolve := js.FuncOf(func(_ js.Value, args []js.Value) any {
		done <- outcome{value: args[0]}
		return nil
	})
	defer resolve.Release()
	reject := js.FuncOf(func(_ js.Value, args []js.Value) any {
		done <- outcome{err: errors.New(args[0].Call("toString").String())}
		return nil
	})
	defer reject.Release()
	promise.Call("then", resolve, reject)
	o := <-done
	return o.value, o.err
}
