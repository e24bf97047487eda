package webgpu

import "sprout/core/tensor"

// The words of a stream. Sizes and places in buffers are in bytes.
const (
	opAlloc   = iota + 1 // buffer, size
	opFree               // buffer
	opWrite              // buffer, place, size, then the data
	opShader             // shader, number of bytes, then its name, filled up with zeros
	opProgram            // program, number of words that follow: uniforms, then steps
	opDrop               // program
	opRun                // program
	opRead               // buffer, place, size; ends a stream
)

// The steps of a program.
const (
	stepDispatch = iota + 1 // shader, place of its uniforms, groups x y z, number of bindings, then buffer, place, size each
	stepCopy                // buffer, place, buffer, place, size
	stepClear               // buffer, place, size
)

// streamWords is the length at which a stream is submitted though nobody reads.
const streamWords = 1 << 20

type stream []uint32

func (s *stream) put(words ...uint32) { *s = append(*s, words...) }

func (s *stream) alloc(b tensor.Buffer, size int) { s.put(opAlloc, uint32(b), uint32(size)) }
func (s *stream) free(b tensor.Buffer)            { s.put(opFree, uint32(b)) }
func (s *stream) drop(program uint32)             { s.put(opDrop, program) }
func (s *stream) run(program uint32)              { s.put(opRun, program) }

func (s *stream) write(b tensor.Buffer, at int, data []uint32) {
	s.put(opWrite, uint32(b), uint32(4*at), uint32(4*len(data)))
	s.put(data...)
}

func (s *stream) read(b tensor.Buffer, at, n int) {
	s.put(opRead, uint32(b), uint32(4*at), uint32(4*n))
}

func (s *stream) shader(id uint32, name string) {
	s.put(opShader, id, uint32(len(name)))
	for i := 0; i < len(name); i += 4 {
		var w uint32
		for j := i; j < min(i+4, len(name)); j++ {
			w |= uint32(name[j]) << (8 * (j - i))
		}
		s.put(w)
	}
}
