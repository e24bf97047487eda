package webgpu

import (
	"fmt"
	"math"
	"slices"

	"sprout/core/backend"
	"sprout/core/op"
	"sprout/core/tensor"
)

// program is a list of calls as the device keeps it.
type program struct {
	id      uint32
	key     listKey
	scratch []tensor.Buffer
	work    Work
	dropped bool
}

// Work counts what a device was told to do.
type Work struct {
	Calls      int   // operations
	FLOPs      int64 // multiplications and additions of the calls
	Bytes      int64 // that the calls read and write
	Dispatches int   // of shaders
	Copies     int   // between buffers, clearing included
	Words      int   // of streams, the data that was written included
	Streams    int   // handed over, each one command buffer
}

// Less is the work since an earlier sum.
func (w Work) Less(earlier Work) Work {
	return Work{
		Calls: w.Calls - earlier.Calls, FLOPs: w.FLOPs - earlier.FLOPs, Bytes: w.Bytes - earlier.Bytes,
		Dispatches: w.Dispatches - earlier.Dispatches, Copies: w.Copies - earlier.Copies,
		Words: w.Words - earlier.Words, Streams: w.Streams - earlier.Streams,
	}
}

// Work is the sum since the backend was made.
func (be *Backend) Work() Work { return be.work }

// compile encodes a list of calls and has the device keep it.
func (be *Backend) compile(key listKey, calls []op.Call) (*program, error) {
	be.next++
	p := &program{id: be.next, key: key}
	e := &encoder{be: be, used: map[tensor.Buffer]bool{}}
	for i := range calls {
		c := &calls[i]
		k := kernels[c.Kind]
		if k == nil {
			op.Panic(c.Kind, c.In, "the webgpu backend has no shader for it")
		}
		for _, ts := range [2][]tensor.Tensor{c.In, c.Out} {
			for _, t := range ts {
				if !t.IsNone() {
					be.mustHold(t)
					e.used[t.Buf] = true
				}
			}
		}
		e.work.FLOPs += c.FLOPs()
		e.work.Bytes += c.Bytes()
		e.call = c
		e.temps = 0
		k(e, c)
	}
	if e.err != nil {
		return nil, e.err
	}
	p.work = e.work
	p.work.Calls = len(calls)
	handles := make([]uint32, len(e.scratch))
	for i, n := range e.scratch {
		b, err := be.Alloc(tensor.F32, n)
		if err != nil {
			for _, b := range p.scratch {
				be.Free(b)
			}
			return nil, fmt.Errorf("%s: %w", calls[0].Kind, err)
		}
		p.scratch = append(p.scratch, b)
		handles[i] = uint32(b)
	}
	for _, at := range e.patches {
		e.steps[at] = handles[e.steps[at]]
	}
	be.stream.put(opProgram, p.id, uint32(1+len(e.uniforms)+len(e.steps)), uint32(len(e.uniforms)))
	be.stream.put(e.uniforms...)
	be.stream.put(e.steps...)
	for b := range e.used {
		be.bufs[b].programs = append(slices.DeleteFunc(be.bufs[b].programs, func(p *program) bool { return p.dropped }), p)
	}
	be.programs[key] = p
	return p, nil
}

func (be *Backend) drop(p *program) {
	if p.dropped {
		return
	}
	p.dropped = true
	delete(be.programs, p.key)
	be.stream.drop(p.id)
	for _, b := range p.scratch {
		be.Free(b)
	}
}

// encoder collects the steps of a program.
//
// Shaders see tensors from their first element on, so a tensor must begin where
// a binding may (a multiple of tensor.Align), and a dispatch must not read a
// buffer that it also writes. Where a call does otherwise, the encoder lets the
// shader work on a copy.
type encoder struct {
	be       *Backend
	call     *op.Call
	uniforms []uint32 // blocks of uniformWords
	steps    []uint32
	work     Work
	patches  []int // places in steps that hold an index into scratch
	scratch  []int // elements of each scratch buffer
	temps    int   // scratch buffers that the call uses
	used     map[tensor.Buffer]bool
	err      error
}

// uniformWords is the distance of uniform blocks: 256 bytes, the alignment of
// their bindings. A shader has at most blockWords of them.
const (
	uniformWords = 64
	blockWords   = 16
)

// binding is one tensor of a dispatch.
type binding struct {
	buf     tensor.Buffer // or
	scratch int           // index + 1 of a scratch buffer
	off, n  int           // elements
	write   bool
}

func (e *encoder) of(t tensor.Tensor, write bool) binding {
	if t.IsNone() {
		return binding{n: 1}
	}
	return binding{buf: t.Buf, off: t.Off, n: t.Len(), write: write}
}

// in binds a tensor that is read, out one that is written (and may be read).
func (e *encoder) in(t tensor.Tensor) binding  { return e.of(t, false) }
func (e *encoder) out(t tensor.Tensor) binding { return e.of(t, true) }

// temp is a scratch buffer of n numbers, the call's own until it ends.
func (e *encoder) temp(n int) binding {
	e.temps++
	if e.temps > len(e.scratch) {
		e.scratch = append(e.scratch, 0)
	}
	e.scratch[e.temps-1] = max(e.scratch[e.temps-1], n)
	return binding{scratch: e.temps, n: n, write: true}
}

// read is the same scratch buffer, to be read.
func (b binding) read() binding {
	b.write = false
	return b
}

func (e *encoder) place(b binding) {
	if b.scratch > 0 {
		e.patches = append(e.patches, len(e.steps))
		e.steps = append(e.steps, uint32(b.scratch-1), uint32(4*b.off))
		return
	}
	e.steps = append(e.steps, uint32(b.buf), uint32(4*b.off))
}

func (e *encoder) copy(to, from binding) {
	e.work.Copies++
	e.steps = append(e.steps, stepCopy)
	e.place(from)
	e.place(to)
	e.steps = append(e.steps, uint32(4*to.n))
}

func (e *encoder) clear(b binding) {
	e.work.Copies++
	e.steps = append(e.steps, stepClear)
	e.place(b)
	e.steps = append(e.steps, uint32(4*b.n))
}

// dispatch runs a shader, "file entry", over groups of threads. uniforms are the
// fields of its struct Params, of which a float is given by bits.
func (e *encoder) dispatch(shader string, groups [3]int, uniforms []uint32, bindings ...binding) {
	if len(uniforms) > blockWords {
		panic("webgpu: too many uniforms for " + shader)
	}
	var back []func()
	name := []byte(shader + " ")
	for i, b := range bindings {
		if b.write {
			name = append(name, 'w')
		} else {
			name = append(name, 'r')
		}
		if b.scratch == 0 && (b.off%tensor.Align != 0 || (!b.write && b.buf > 0 && writes(bindings, b.buf))) {
			t := e.temp(b.n)
			t.write = b.write
			e.copy(t, b)
			if b.write {
				back = append(back, func() { e.copy(b, t) })
			}
			bindings[i] = t
		}
	}
	at := len(e.uniforms)
	e.uniforms = append(e.uniforms, uniforms...)
	e.uniforms = append(e.uniforms, make([]uint32, uniformWords-len(uniforms))...)
	for _, g := range groups {
		if g > e.be.device.Limits().Groups && e.err == nil {
			e.err = &backend.DeviceError{Why: fmt.Sprintf("%s%v needs %d workgroups, and the GPU's limit is %d", e.call.Kind, e.call.In, g, e.be.device.Limits().Groups)}
		}
	}
	e.work.Dispatches++
	e.steps = append(e.steps, stepDispatch, e.be.shader(string(name)), uint32(4*at),
		uint32(groups[0]), uint32(groups[1]), uint32(groups[2]), uint32(len(bindings)))
	for _, b := range bindings {
		e.place(b)
		e.steps = append(e.steps, uint32(4*b.n))
	}
	for _, f := range back {
		f()
	}
}

func writes(bs []binding, buf tensor.Buffer) bool {
	return slices.ContainsFunc(bs, func(b binding) bool { return b.write && b.scratch == 0 && b.buf == buf })
}

// shader is the number of a shader with these accesses, told to the device once.
func (be *Backend) shader(name string) uint32 {
	id, ok := be.shaders[name]
	if !ok {
		id = uint32(len(be.shaders))
		be.shaders[name] = id
		be.stream.shader(id, name)
	}
	return id
}

func bits(x float32) uint32 { return math.Float32bits(x) }

// ceil is ⌈a/b⌉.
func ceil(a, b int) int { return (a + b - 1) / b }

// flag is 1 for true.
func flag(b bool) uint32 {
	if b {
		return 1
	}
	return 0
}
