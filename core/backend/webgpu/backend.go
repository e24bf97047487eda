// Package webgpu is the backend of machines with a GPU: every operation as WGSL
// compute shaders. It owns no shader text and no device: it turns lists of calls
// into programs of dispatches, written as one stream of words that a Device
// executes. In a page that is web/src/gpu/bridge.ts, which also holds the
// shaders. docs/WEBGPU.md describes both sides.
//
// Nothing is computed before Read or until enough has been written: Write and Run
// only append to the stream. A list of calls becomes a program when it is first
// run; to replay it takes two words.
package webgpu

import (
	"fmt"
	"unsafe"

	"sprout/core/backend"
	"sprout/core/op"
	"sprout/core/tensor"
)

// Device executes streams. Words are little-endian; see stream.go.
type Device interface {
	// Submit hands a stream over without waiting for its results. An error is
	// one of an earlier stream: devices fail later than they are told to work.
	Submit(words []uint32) error
	// Read is Submit of a stream that ends in reading bytes, and waits for them.
	Read(words []uint32, dst []byte) error
	// Limits are those of the adapter.
	Limits() Limits
	Close()
}

// Dry is a device with the given limits that computes nothing, to find out what
// would be asked of one.
func Dry(l Limits) Device { return dry(l) }

type dry Limits

func (d dry) Submit([]uint32) error       { return nil }
func (d dry) Read([]uint32, []byte) error { return nil }
func (d dry) Close()                      {}
func (d dry) Limits() Limits              { return Limits(d) }

// Limits bound what a device accepts.
type Limits struct {
	BufferBytes int64 // of one buffer, as a whole and as bound by a shader
	Groups      int   // workgroups along one axis of a dispatch
}

// kernel encodes one call whose shapes the op's rule has accepted.
type kernel func(e *encoder, c *op.Call)

var kernels = map[op.Kind]kernel{}

// register adds the encoder of an operation; called from init functions only.
func register(k op.Kind, f kernel) {
	if _, dup := kernels[k]; dup {
		panic("webgpu: " + string(k) + " registered twice")
	}
	kernels[k] = f
}

type buffer struct {
	n        int // elements; 0: freed
	dt       tensor.DType
	programs []*program // that use it, closed ones included
}

// Backend implements backend.Backend.
type Backend struct {
	device   Device
	bufs     []buffer // index = handle; entry 0 is what stands in for absent tensors
	stream   stream
	shaders  map[string]uint32
	programs map[listKey]*program
	next     uint32 // id of the newest program
	work     Work
}

// listKey tells lists of calls apart. A program keeps its list alive, so that
// the address is not used again.
type listKey struct {
	first *op.Call
	n     int
}

// New returns an empty backend on a device, which is closed with it.
func New(d Device) *Backend {
	be := &Backend{device: d, bufs: make([]buffer, 1), shaders: map[string]uint32{}, programs: map[listKey]*program{}}
	be.stream.alloc(0, 4)
	return be
}

// Name is "webgpu".
func (be *Backend) Name() string { return "webgpu" }

// Supports reports whether Run accepts the operation.
func (be *Backend) Supports(k op.Kind) bool { return kernels[k] != nil }

// Alloc reserves a zeroed buffer of n elements. It fails where the adapter's
// limits forbid the size; a device without memory fails at a later call.
func (be *Backend) Alloc(dt tensor.DType, n int) (tensor.Buffer, error) {
	if most := be.device.Limits().BufferBytes; 4*int64(n) > most {
		need := 4 * int64(n)
		return 0, &backend.DeviceError{
			Why:  fmt.Sprintf("a buffer of %d MiB is needed, and the GPU's limit is %d MiB", need>>20, most>>20),
			Need: need, Limit: most,
		}
	}
	be.bufs = append(be.bufs, buffer{n: max(n, 1), dt: dt})
	b := tensor.Buffer(len(be.bufs) - 1)
	be.stream.alloc(b, 4*max(n, 1))
	return b, nil
}

// Free gives a buffer back, and drops the programs that use it.
func (be *Backend) Free(b tensor.Buffer) {
	be.check(b)
	users := be.bufs[b].programs
	be.bufs[b] = buffer{}
	for _, p := range users {
		be.drop(p)
	}
	be.stream.free(b)
}

func (be *Backend) check(b tensor.Buffer) {
	if b <= 0 || int(b) >= len(be.bufs) || be.bufs[b].n == 0 {
		panic(fmt.Sprintf("webgpu: no buffer %d (freed, virtual, or of another backend)", b))
	}
}

// mustHold panics unless t lies in its buffer.
func (be *Backend) mustHold(t tensor.Tensor) {
	be.check(t.Buf)
	if b := be.bufs[t.Buf]; t.DType != b.dt || t.Off < 0 || t.Off+t.Len() > b.n {
		panic(fmt.Sprintf("webgpu: %v at %d does not lie in buffer %d of %d %v", t, t.Off, t.Buf, b.n, b.dt))
	}
}

func (be *Backend) mustMatch(verb string, t tensor.Tensor, dt tensor.DType, n int) {
	be.mustHold(t)
	if t.DType != dt || t.Len() != n {
		panic(fmt.Sprintf("webgpu: %s of %d values, tensor is %v", verb, n, t))
	}
}

// Write copies host values into t.
func (be *Backend) Write(t tensor.Tensor, src []float32) error {
	be.mustMatch("write", t, tensor.F32, len(src))
	return be.write(t, unsafe.Slice((*uint32)(unsafe.Pointer(unsafe.SliceData(src))), len(src)))
}

// WriteInts copies host values into an I32 tensor.
func (be *Backend) WriteInts(t tensor.Tensor, src []int32) error {
	be.mustMatch("write", t, tensor.I32, len(src))
	return be.write(t, unsafe.Slice((*uint32)(unsafe.Pointer(unsafe.SliceData(src))), len(src)))
}

// write cuts what is long, so that a stream stays within memory.
func (be *Backend) write(t tensor.Tensor, src []uint32) error {
	at := t.Off
	for len(src) > 0 {
		n := min(len(src), streamWords)
		be.stream.write(t.Buf, at, src[:n])
		src, at = src[n:], at+n
		if err := be.flushLong(); err != nil {
			return err
		}
	}
	return nil
}

// Run appends the calls' program to the stream.
func (be *Backend) Run(calls []op.Call) error {
	if len(calls) == 0 {
		return nil
	}
	key := listKey{&calls[0], len(calls)}
	p := be.programs[key]
	if p == nil {
		var err error
		if p, err = be.compile(key, calls); err != nil {
			return err
		}
	}
	be.stream.run(p.id)
	be.work.Calls += p.work.Calls
	be.work.FLOPs += p.work.FLOPs
	be.work.Bytes += p.work.Bytes
	be.work.Dispatches += p.work.Dispatches
	be.work.Copies += p.work.Copies
	return be.flushLong()
}

// flushLong submits a stream that has grown long.
func (be *Backend) flushLong() error {
	if len(be.stream) < streamWords {
		return nil
	}
	return be.flush()
}

func (be *Backend) flush() error {
	err := be.device.Submit(be.stream)
	be.handedOver()
	return err
}

// Read copies t into dst and waits for all work that t depends on.
func (be *Backend) Read(dst []float32, t tensor.Tensor) error {
	be.mustMatch("read", t, tensor.F32, len(dst))
	if len(dst) == 0 {
		return be.flush()
	}
	be.stream.read(t.Buf, t.Off, t.Len())
	err := be.device.Read(be.stream, unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(dst))), 4*len(dst)))
	be.handedOver()
	return err
}

func (be *Backend) handedOver() {
	be.work.Streams++
	be.work.Words += len(be.stream)
	be.stream = be.stream[:0]
}

// Close frees everything, the device included.
func (be *Backend) Close() error {
	be.device.Close()
	be.bufs, be.stream = be.bufs[:1], be.stream[:0]
	clear(be.programs)
	return nil
}
