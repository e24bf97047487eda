//go:build js && wasm

package webgpu

import (
	"syscall/js"
	"unsafe"

	"sprout/core/backend"
)

// bridge is a Device behind web/src/gpu/bridge.ts.
type bridge struct {
	value  js.Value
	array  js.Value // its memory for streams, and how much it holds
	length int
	limits Limits
	dst    []byte // of the Read that waits
	done   chan string
	taken  js.Func
}

// NewDevice drives an open Bridge.
func NewDevice(value js.Value) Device {
	d := &bridge{
		value: value, done: make(chan string, 1),
		limits: Limits{BufferBytes: int64(value.Get("bufferBytes").Float()), Groups: value.Get("groups").Int()},
	}
	d.taken = js.FuncOf(func(_ js.Value, args []js.Value) any {
		if bytes := args[1]; !bytes.IsNull() {
			js.CopyBytesToGo(d.dst, bytes)
		}
		d.done <- args[0].String()
		return nil
	})
	return d
}

func (d *bridge) Limits() Limits { return d.limits }

func (d *bridge) hand(words []uint32) int {
	n := 4 * len(words)
	if n > d.length {
		d.array = d.value.Call("reserve", n)
		d.length = d.array.Get("byteLength").Int()
	}
	if n > 0 {
		js.CopyBytesToJS(d.array, unsafe.Slice((*byte)(unsafe.Pointer(&words[0])), n))
	}
	return n
}

func (d *bridge) Submit(words []uint32) error {
	return failed(d.value.Call("submit", d.hand(words)).String())
}

func (d *bridge) Read(words []uint32, dst []byte) error {
	d.dst = dst
	d.value.Call("read", d.hand(words), d.taken)
	why := <-d.done
	d.dst = nil
	return failed(why)
}

func (d *bridge) Close() {
	d.value.Call("close")
	d.taken.Release()
}

func failed(why string) error {
	if why == "" {
		return nil
	}
	return &backend.DeviceError{Why: why}
}
