//go:build js && wasm

package main

import (
	"syscall/js"

	"sprout/core/backend/webgpu"
	"sprout/core/op"
	"sprout/core/tensor"
)

// lost is what a sum says, what it says when the device has been taken away, and
// once more. It ends: nothing waits for ever.
func lost(be *webgpu.Backend, device js.Value) (said []string) {
	x := tensor.Tensor{Shape: tensor.Shape{3}}
	y := tensor.Tensor{Shape: tensor.Shape{1}}
	var err error
	if x.Buf, err = be.Alloc(tensor.F32, 3); err != nil {
		return []string{err.Error()}
	}
	if y.Buf, err = be.Alloc(tensor.F32, 1); err != nil {
		return []string{err.Error()}
	}
	calls := []op.Call{{Kind: "sum", In: []tensor.Tensor{x}, Out: []tensor.Tensor{y}}}
	for i := range 3 {
		if i == 1 {
			device.Get("device").Call("destroy")
		}
		err := be.Write(x, []float32{1, 2, 3})
		if err == nil {
			err = be.Run(calls)
		}
		if err == nil {
			err = be.Read(make([]float32, 1), y)
		}
		if err != nil {
			said = append(said, err.Error())
		} else {
			said = append(said, "")
		}
	}
	return said
}
