// Package simd is the default backend: float32 kernels in plain Go on vectors
// of four lanes. With GOEXPERIMENT=simd and Go 1.27 the vectors are WebAssembly,
// AVX or NEON instructions; without, the same kernels run on plain loops.
//
// Three rules hold for every kernel:
//
//   - The order in which an output element's terms are summed depends only on
//     how many there are. A row gives the same bits alone, in a batch, or from
//     the KV cache.
//   - No fused multiply-add, no library function whose last bit may differ.
//   - Nothing is allocated once a list of calls has run before: scratch memory
//     and packed weights grow to what is needed and stay.
package simd

import (
	"fmt"

	"sprout/core/op"
	"sprout/core/tensor"
)

// kernel computes one call whose shapes the op's rule has accepted.
type kernel func(be *Backend, c *op.Call)

var kernels = map[op.Kind]kernel{}

// register adds the kernel of an operation; called from init functions only.
func register(k op.Kind, f kernel) {
	if _, dup := kernels[k]; dup {
		panic("simd: " + string(k) + " registered twice")
	}
	kernels[k] = f
}

// buffer is one allocation. version counts the writes to it, so that whoever
// derives something from the content (packed weights) knows when it is stale.
type buffer struct {
	f32     []float32
	i32     []int32
	version uint64
	packs   []*pack // packed forms of tensors in this buffer
}

// Backend implements backend.Backend. The zero value is not usable; see New.
type Backend struct {
	bufs  []buffer // index = handle; entry 0 stays empty
	runs  uint64   // calls of Run so far
	arena scratch
	gm    gemmScratch
	rows  distributions
	loose pack // the last operand that was packed without being kept
}

// New returns an empty backend.
// It panics where the program was built for vector instructions that the
// processor lacks (x86-64 before 2013); such a build needs GOEXPERIMENT unset.
func New() *Backend {
	requireCPU()
	return &Backend{bufs: make([]buffer, 1)}
}

// Name is "simd".
func (be *Backend) Name() string { return "simd" }

// Supports reports whether Run accepts the operation.
func (be *Backend) Supports(k op.Kind) bool { return kernels[k] != nil }

// Alloc reserves a zeroed buffer of n elements. It never fails; a Go program
// that runs out of memory ends.
func (be *Backend) Alloc(dt tensor.DType, n int) (tensor.Buffer, error) {
	var b buffer
	if dt == tensor.I32 {
		b.i32 = make([]int32, n)
	} else {
		b.f32 = make([]float32, n)
	}
	be.bufs = append(be.bufs, b)
	return tensor.Buffer(len(be.bufs) - 1), nil
}

// Free gives a buffer and everything derived from it back.
func (be *Backend) Free(b tensor.Buffer) {
	be.check(b)
	be.bufs[b] = buffer{}
	if be.loose.key.buf == b {
		be.loose.key = packKey{}
	}
}

// Close frees everything.
func (be *Backend) Close() error {
	*be = Backend{bufs: make([]buffer, 1)}
	return nil
}

// Write copies host values into t.
func (be *Backend) Write(t tensor.Tensor, src []float32) error {
	dst := be.f32(t)
	mustMatch("write", t, len(src))
	copy(dst, src)
	be.bufs[t.Buf].version++
	return nil
}

// WriteInts copies host values into an I32 tensor.
func (be *Backend) WriteInts(t tensor.Tensor, src []int32) error {
	dst := be.i32(t)
	mustMatch("write", t, len(src))
	copy(dst, src)
	be.bufs[t.Buf].version++
	return nil
}

// Read copies t into dst.
func (be *Backend) Read(dst []float32, t tensor.Tensor) error {
	src := be.f32(t)
	mustMatch("read", t, len(dst))
	copy(dst, src)
	return nil
}

// View is t where it lies.
func (be *Backend) View(t tensor.Tensor) []float32 { return be.f32(t) }

func mustMatch(verb string, t tensor.Tensor, n int) {
	if t.Len() != n {
		panic(fmt.Sprintf("simd: %s of %d values, tensor is %v", verb, n, t))
	}
}

// Run executes the calls in order.
func (be *Backend) Run(calls []op.Call) error {
	be.runs++
	for i := range calls {
		c := &calls[i]
		f := kernels[c.Kind]
		if f == nil {
			op.Panic(c.Kind, c.In, "the simd backend has no kernel for it")
		}
		freshRegisters()
		f(be, c)
		for j := range c.Out {
			be.bufs[c.Out[j].Buf].version++
		}
	}
	return nil
}

// f32 is the memory of a tensor, nil for None.
func (be *Backend) f32(t tensor.Tensor) []float32 {
	if t.Buf == 0 {
		return nil
	}
	be.check(t.Buf)
	n := t.Off + t.Shape.Len()
	b := be.bufs[t.Buf].f32
	if n > len(b) {
		panic(fmt.Sprintf("simd: %v at %d does not fit the float buffer %d of %d elements", t, t.Off, t.Buf, len(b)))
	}
	return b[t.Off:n:n]
}

// i32 is the memory of an integer tensor, nil for None.
func (be *Backend) i32(t tensor.Tensor) []int32 {
	if t.Buf == 0 {
		return nil
	}
	be.check(t.Buf)
	n := t.Off + t.Shape.Len()
	b := be.bufs[t.Buf].i32
	if n > len(b) {
		panic(fmt.Sprintf("simd: %v at %d does not fit the integer buffer %d of %d elements", t, t.Off, t.Buf, len(b)))
	}
	return b[t.Off:n:n]
}

func (be *Backend) check(b tensor.Buffer) {
	if b <= 0 || int(b) >= len(be.bufs) || (be.bufs[b].f32 == nil && be.bufs[b].i32 == nil) {
		panic(fmt.Sprintf("simd: no buffer %d (freed, virtual, or of another backend)", b))
	}
}
