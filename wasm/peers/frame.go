package peers

import (
	"encoding/binary"
	"math"
	"unsafe"

	"sprout/core/parallel"
)

// A frame is a head of four uint32 (kind, bytes of the body, number of floats,
// 0), the body, zeros up to a multiple of four, and the floats: weights of a
// job, gradients or other values of a result. Wasm is little-endian.
const headBytes = 16

// Kinds of frames.
const (
	jobFrame    = 1 + iota // body: appendJob
	resultFrame            // body: JSON, may be empty
	errorFrame             // body: what went wrong
)

type head struct{ kind, body, floats int }

// floatsAt is where the floats of a frame begin.
func (h head) floatsAt() int { return headBytes + (h.body+3)&^3 }

// size of the frame in bytes.
func (h head) size() int { return h.floatsAt() + 4*h.floats }

// begin makes room for the head in a buffer that is used again.
func begin(buf []byte) []byte { return append(buf[:0], make([]byte, headBytes)...) }

// finish pads what follows the head and fills the head in.
func finish(buf []byte, kind, floats int) head {
	h := head{kind, len(buf) - headBytes, floats}
	for i, v := range []int{h.kind, h.body, h.floats, 0} {
		binary.LittleEndian.PutUint32(buf[4*i:], uint32(v))
	}
	return h
}

func parseHead(buf []byte) head {
	at := func(i int) int { return int(binary.LittleEndian.Uint32(buf[4*i:])) }
	return head{at(0), at(1), at(2)}
}

// bytesOf views numbers as bytes.
func bytesOf[E int32 | float32](x []E) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(x))), 4*len(x))
}

// appendJob writes everything of a job but the weights.
func appendJob(buf []byte, j *parallel.Job) []byte {
	buf = appendText(buf, []byte(j.Kind))
	buf = appendText(buf, j.Options)
	buf = appendInt(buf, len(j.Nodes))
	for _, n := range j.Nodes {
		buf = appendInt(appendInt(buf, n.First), n.Count)
	}
	b := j.Batch
	if b == nil {
		return appendInt(buf, -1)
	}
	buf = appendInt(appendInt(buf, b.Rows), b.Width)
	buf = binary.LittleEndian.AppendUint32(buf, math.Float32bits(b.Scale))
	return appendArrays(appendArrays(buf, b.Ints), b.Floats)
}

func appendInt(buf []byte, v int) []byte {
	return binary.LittleEndian.AppendUint32(buf, uint32(v))
}

func appendText(buf, s []byte) []byte { return append(appendInt(buf, len(s)), s...) }

func appendArrays[E int32 | float32](buf []byte, arrays [][]E) []byte {
	buf = appendInt(buf, len(arrays))
	for _, a := range arrays {
		buf = append(appendInt(buf, len(a)), bytesOf(a)...)
	}
	return buf
}

// jobReader reads jobs into memory that it uses again: a job is valid until the
// next one.
type jobReader struct {
	rest    []byte
	job     parallel.Job
	batch   parallel.Batch
	options []byte
}

// read panics where the body is cut short.
func (r *jobReader) read(body []byte) *parallel.Job {
	r.rest = body
	if kind := r.text(); string(kind) != r.job.Kind {
		r.job.Kind = string(kind)
	}
	r.job.Options = nil
	if options := r.text(); len(options) > 0 {
		r.options = append(r.options[:0], options...)
		r.job.Options = r.options
	}
	r.job.Nodes = r.job.Nodes[:0]
	for range r.int() {
		first := r.int()
		r.job.Nodes = append(r.job.Nodes, parallel.Node{First: first, Count: r.int()})
	}
	r.job.Batch = nil
	if rows := r.int(); rows >= 0 {
		r.batch.Rows, r.batch.Width = rows, r.int()
		r.batch.Scale = math.Float32frombits(uint32(r.int()))
		r.batch.Ints = readArrays(r, r.batch.Ints)
		r.batch.Floats = readArrays(r, r.batch.Floats)
		r.job.Batch = &r.batch
	}
	return &r.job
}

func (r *jobReader) take(n int) []byte {
	out := r.rest[:n]
	r.rest = r.rest[n:]
	return out
}

func (r *jobReader) int() int { return int(int32(binary.LittleEndian.Uint32(r.take(4)))) }

func (r *jobReader) text() []byte { return r.take(r.int()) }

func readArrays[E int32 | float32](r *jobReader, old [][]E) [][]E {
	n := r.int()
	for len(old) < n {
		old = append(old, nil)
	}
	old = old[:n]
	for i := range old {
		count := r.int()
		old[i] = resize(old[i], count)
		copy(bytesOf(old[i]), r.take(4*count))
	}
	return old
}

// resize keeps the memory where it is large enough; the values are undefined.
func resize[E any](s []E, n int) []E {
	if cap(s) < n {
		return make([]E, n)
	}
	return s[:n]
}
