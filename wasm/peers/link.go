//go:build js && wasm

package peers

import (
	"errors"
	"fmt"
	"runtime"
	"syscall/js"
)

// link is one end of the way between leader and worker. A buffer belongs to the
// end where it is. Results bring buffers to the leader, and each job brings all
// of them back, so after the first steps none is made.
type link struct {
	to      js.Value // has postMessage: a Worker, or the worker's global scope
	free    []buffer
	out, in []byte // head and body of the frame being written, being read
	floats  []float32
	frames  int
}

type buffer struct {
	value js.Value // ArrayBuffer
	size  int
}

// Sizes of new buffers are multiples of this, so that the frames of one run,
// which differ a little, fit in each other's.
const bufferStep = 64 << 10

// Every message leaves a few handles of JavaScript's objects, which Go gives
// back when it collects garbage; a replayed step makes so little of it that it
// would hardly ever do so.
const collectEvery = 2048 // frames

// pack moves a frame whose head and body are in l.out into a list to be posted.
func (l *link) pack(kind int, floats []float32) (js.Value, error) {
	h := finish(l.out, kind, len(floats))
	for len(l.out) < h.floatsAt() {
		l.out = append(l.out, 0)
	}
	b, err := l.take(h.size())
	if err != nil {
		return js.Value{}, err
	}
	bytes := uint8Array.New(b.value)
	js.CopyBytesToJS(bytes, l.out)
	if len(floats) > 0 {
		js.CopyBytesToJS(bytes.Call("subarray", h.floatsAt()), bytesOf(floats))
	}
	list := array.New(1)
	list.SetIndex(0, b.value)
	return list, nil
}

// withSpares adds the buffers that are not in use.
func (l *link) withSpares(list js.Value) js.Value {
	for i, spare := range l.free {
		list.SetIndex(1+i, spare.value)
	}
	clear(l.free)
	l.free = l.free[:0]
	return list
}

// post sends what pack made.
func (l *link) post(list js.Value) { l.to.Call("postMessage", list, list) }

// unpack reads a frame. Body and floats are valid until the next one.
func (l *link) unpack(list js.Value) (kind int, body []byte, floats []float32) {
	for i := range list.Length() {
		value := list.Index(i)
		l.free = append(l.free, buffer{value, value.Get("byteLength").Int()})
	}
	bytes := uint8Array.New(l.free[len(l.free)-list.Length()].value)
	l.in = resize(l.in, headBytes)
	js.CopyBytesToGo(l.in, bytes)
	h := parseHead(l.in)
	if h.body > 0 {
		l.in = resize(l.in, headBytes+h.body)
		js.CopyBytesToGo(l.in, bytes)
	}
	l.floats = resize(l.floats, h.floats)
	if h.floats > 0 {
		js.CopyBytesToGo(bytesOf(l.floats), bytes.Call("subarray", h.floatsAt()))
	}
	if l.frames++; l.frames%collectEvery == 0 {
		runtime.GC()
	}
	return h.kind, l.in[headBytes:], l.floats
}

// take finds a buffer that is large enough, or replaces one that is not.
func (l *link) take(size int) (buffer, error) {
	for i, b := range l.free {
		if b.size >= size {
			l.free = append(l.free[:i], l.free[i+1:]...)
			return b, nil
		}
	}
	if n := len(l.free); n > 0 {
		l.free = l.free[:n-1]
	}
	size = (size + bufferStep - 1) / bufferStep * bufferStep
	var b buffer
	err := try(func() { b = buffer{arrayBuffer.New(size), size} })
	if err != nil {
		return buffer{}, fmt.Errorf("no memory for a message of %d bytes: %w", size, err)
	}
	return b, nil
}

var (
	uint8Array  = js.Global().Get("Uint8Array")
	arrayBuffer = js.Global().Get("ArrayBuffer")
	array       = js.Global().Get("Array")
)

// try turns what JavaScript throws into an error.
func try(f func()) (err error) {
	defer func() {
		switch e := recover().(type) {
		case nil:
		case js.Error:
			err = errors.New(e.Value.Call("toString").String())
		default:
			panic(e)
		}
	}()
	f()
	return nil
}
