// Package backend is the contract between recorded operations and the code
// that computes them. Implementations live in the packages below it and never
// import each other.
package backend

import (
	"sprout/core/op"
	"sprout/core/tensor"
)

// Backend owns buffers and runs calls on them. It is used by one goroutine.
// Wrong handles, shapes or kinds panic; a device that fails returns an error.
type Backend interface {
	// Name is a short stable word: "ref", "simd", "webgpu".
	Name() string
	// Supports reports whether Run accepts the operation.
	Supports(k op.Kind) bool
	// Alloc reserves a zeroed buffer of n elements.
	Alloc(dt tensor.DType, n int) (tensor.Buffer, error)
	// Free gives a buffer back. Its handle is never reused.
	Free(b tensor.Buffer)
	// Write copies host values into t; lengths must match.
	Write(t tensor.Tensor, src []float32) error
	// WriteInts is Write for I32 tensors.
	WriteInts(t tensor.Tensor, src []int32) error
	// Run executes the calls in order. Replaying the same slice again
	// allocates nothing on the Go heap.
	Run(calls []op.Call) error
	// Read copies t into dst and waits for all work that t depends on.
	Read(dst []float32, t tensor.Tensor) error
	// Close frees everything.
	Close() error
}

// DeviceError is a failure of the device itself: it was lost, its memory is full,
// it refuses a shader, or what is asked for is beyond its limits. Nothing that lies
// on it can be relied on any more; the same work may well be possible on another
// backend.
type DeviceError struct {
	Why string
	// Need and Limit are bytes of one buffer, where that was the trouble.
	Need, Limit int64
}

func (e *DeviceError) Error() string { return e.Why }

// Viewer is a backend whose buffers lie in the program's memory, so that what is
// only handed on need not be copied first.
type Viewer interface {
	// View is the F32 tensor t where it lies, to be read until it is written,
	// freed, or its backend closed.
	View(t tensor.Tensor) []float32
}
