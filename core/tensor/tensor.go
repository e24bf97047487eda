// Package tensor holds what every layer above it shares: shapes, handles to a
// backend's memory, and the seeded random numbers.
//
// Axis letters, used in every shape comment of this project:
//
//	B batch   T time (tokens)   C channels   H heads   D head dimension
//	F hidden width of the MLP   V vocabulary   L layers   R rank   G group
//	N rows (often B·T)   K the axis that a product sums over
package tensor

import "fmt"

// DType is the element type of a buffer.
type DType uint8

const (
	F32 DType = iota // float32; the float64 reference backend widens it
	I32              // int32: token ids, positions, lengths
)

func (d DType) String() string {
	if d == I32 {
		return "i32"
	}
	return "f32"
}

// Shape lists the axis lengths, outermost first. Memory is row-major and dense.
type Shape []int

// Len is the number of elements; the empty shape is a scalar and has one.
func (s Shape) Len() int {
	n := 1
	for _, d := range s {
		n *= d
	}
	return n
}

// Last is the length of the innermost axis, 1 for a scalar.
func (s Shape) Last() int {
	if len(s) == 0 {
		return 1
	}
	return s[len(s)-1]
}

// Rows is the number of innermost rows: Len / Last.
func (s Shape) Rows() int {
	if s.Last() == 0 {
		return 0
	}
	return s.Len() / s.Last()
}

// Equal reports whether both shapes have the same axes.
func (s Shape) Equal(t Shape) bool {
	if len(s) != len(t) {
		return false
	}
	for i := range s {
		if s[i] != t[i] {
			return false
		}
	}
	return true
}

// Spec is a tensor without memory: what an op's shape rule returns.
type Spec struct {
	DType DType
	Shape Shape
}

// Buffer is a backend's handle to one flat allocation. 0 is no buffer.
// Positive handles belong to a backend; negative ones are virtual, given out by
// a tape while it records and replaced when the tape is compiled.
type Buffer int32

// Tensor is a dense row-major view into a buffer. It owns nothing.
type Tensor struct {
	Buf   Buffer
	Off   int // first element, in elements; multiple of Align for parameters
	DType DType
	Shape Shape
}

// Align is the alignment of parameters inside a slab, in elements: 256 bytes,
// the offset alignment of WebGPU's storage bindings.
const Align = 64

// None is the absent tensor: an optional input, or a gradient that is zero.
var None = Tensor{}

// IsNone reports whether t is absent.
func (t Tensor) IsNone() bool { return t.Buf == 0 }

// Len is the number of elements.
func (t Tensor) Len() int { return t.Shape.Len() }

// Spec drops the memory.
func (t Tensor) Spec() Spec { return Spec{t.DType, t.Shape} }

// Reshape views the same memory under another shape of equal length.
// It panics when the lengths differ: that is a programmer's error.
func (t Tensor) Reshape(shape ...int) Tensor {
	if Shape(shape).Len() != t.Len() {
		panic(fmt.Sprintf("tensor: reshape %v to %v: lengths differ", t.Shape, shape))
	}
	t.Shape = shape
	return t
}

func (t Tensor) String() string { return fmt.Sprintf("%s%v", t.DType, []int(t.Shape)) }
