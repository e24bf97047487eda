//go:build js && wasm

package main

import (
	"syscall/js"

	"sprout/core/backend/webgpu"
	"sprout/e2e/bench/workload"
)

// lost is what training says when the device is taken away between two steps,
// and when it goes on nevertheless. It ends: nothing waits for ever.
func lost(be *webgpu.Backend, device js.Value) (said []string) {
	say := func(err error) {
		if err != nil {
			said = append(said, err.Error())
		} else {
			said = append(said, "")
		}
	}
	t, err := workload.NewTrainer(workload.Host{}, be, small, 1)
	if err != nil {
		return []string{err.Error()}
	}
	_, err = t.Step()
	say(err)
	device.Get("device").Call("destroy")
	for range 2 {
		_, err = t.Step()
		say(err)
	}
	return said
}
