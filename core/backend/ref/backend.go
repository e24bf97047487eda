// Package ref is the reference backend: every operation as the plain loop of
// its formula, in float32 as the oracle of the fast backends and in float64 for
// checking gradients. Sums run in ascending order with one accumulator.
package ref

import (
	"fmt"
	"math"

	"sprout/core/op"
	"sprout/core/tensor"
)

// Float is the type that F32 tensors are computed in.
type Float interface{ float32 | float64 }

// view is a tensor's memory.
type view[F Float] struct {
	f     []F
	i     []int32
	shape tensor.Shape
}

func (v view[F]) rows() int { return v.shape.Rows() }
func (v view[F]) cols() int { return v.shape.Last() }

// row is the n-th innermost row of a float tensor.
func (v view[F]) row(n int) []F {
	c := v.cols()
	return v.f[n*c : (n+1)*c]
}

// kernel computes one call; shapes have been accepted by the op's rule.
type kernel[F Float] func(_ any, in, out []view[F])

type kernelPair struct {
	f32 kernel[float32]
	f64 kernel[float64]
}

var kernels = map[op.Kind]kernelPair{}

// register adds the two instances of a kernel; called from init functions only.
func register(k op.Kind, f32 kernel[float32], f64 kernel[float64]) {
	if _, dup := kernels[k]; dup {
		panic("ref: " + string(k) + " registered twice")
	}
	kernels[k] = kernelPair{f32, f64}
}

type buffer[F Float] struct {
	f []F
	i []int32
}

// Backend implements backend.Backend.
type Backend[F Float] struct{ bufs []buffer[F] } // index = handle; entry 0 stays empty

// New returns an empty backend that computes in F.
func New[F Float]() *Backend[F] { return &Backend[F]{bufs: make([]buffer[F], 1)} }

// Name is "ref".
func (be *Backend[F]) Name() string { return "ref" }

// Supports reports whether Run accepts the operation.
func (be *Backend[F]) Supports(k op.Kind) bool {
	_, ok := kernels[k]
	return ok
}

// Alloc reserves a zeroed buffer of n elements. It never fails.
func (be *Backend[F]) Alloc(dt tensor.DType, n int) (tensor.Buffer, error) {
	var b buffer[F]
	if dt == tensor.I32 {
		b.i = make([]int32, n)
	} else {
		b.f = make([]F, n)
	}
	be.bufs = append(be.bufs, b)
	return tensor.Buffer(len(be.bufs) - 1), nil
}

// Free gives a buffer back.
func (be *Backend[F]) Free(b tensor.Buffer) {
	be.check(b)
	be.bufs[b] = buffer[F]{}
}

// check panics for a handle that this backend has not given out or has freed.
func (be *Backend[F]) check(b tensor.Buffer) {
	if b <= 0 || int(b) >= len(be.bufs) || (be.bufs[b].f == nil && be.bufs[b].i == nil) {
		panic(fmt.Sprintf("ref: no buffer %d", b))
	}
}

// view finds a tensor's memory; the zero view stands for an absent tensor.
func (be *Backend[F]) view(t tensor.Tensor) view[F] {
	if t.IsNone() {
		return view[F]{}
	}
	be.check(t.Buf)
	v, b, end := view[F]{shape: t.Shape}, be.bufs[t.Buf], t.Off+t.Len()
	switch {
	case t.DType == tensor.I32 && b.i != nil && end <= len(b.i):
		v.i = b.i[t.Off:end:end]
	case t.DType == tensor.F32 && b.f != nil && end <= len(b.f):
		v.f = b.f[t.Off:end:end]
	default:
		panic(fmt.Sprintf("ref: %v at %d does not lie in buffer %d", t, t.Off, t.Buf))
	}
	return v
}

func (be *Backend[F]) floats(t tensor.Tensor, n int) []F {
	v := be.view(t)
	if v.f == nil || len(v.f) != n {
		panic(fmt.Sprintf("ref: %d host values for %v", n, t))
	}
	return v.f
}

// Write copies host values into t.
func (be *Backend[F]) Write(t tensor.Tensor, src []float32) error {
	convert(be.floats(t, len(src)), src)
	return nil
}

// Write64 is Write without rounding to float32 when F is float64.
func (be *Backend[F]) Write64(t tensor.Tensor, src []float64) {
	convert(be.floats(t, len(src)), src)
}

// WriteInts copies host values into an I32 tensor.
func (be *Backend[F]) WriteInts(t tensor.Tensor, src []int32) error {
	v := be.view(t)
	if v.i == nil || len(v.i) != len(src) {
		panic(fmt.Sprintf("ref: %d host integers for %v", len(src), t))
	}
	copy(v.i, src)
	return nil
}

// Read copies t into dst.
func (be *Backend[F]) Read(dst []float32, t tensor.Tensor) error {
	convert(dst, be.floats(t, len(dst)))
	return nil
}

// Read64 is Read without rounding to float32.
func (be *Backend[F]) Read64(dst []float64, t tensor.Tensor) {
	convert(dst, be.floats(t, len(dst)))
}

// Ints copies an I32 tensor to the host.
func (be *Backend[F]) Ints(t tensor.Tensor) []int32 { return append([]int32{}, be.view(t).i...) }

// Run executes the calls in order.
func (be *Backend[F]) Run(calls []op.Call) error {
	for _, c := range calls {
		k, ok := kernels[c.Kind]
		if !ok {
			op.Panic(c.Kind, c.In, "the backend ref does not know this operation")
		}
		in, out := be.views(c.In), be.views(c.Out)
		switch in := any(in).(type) {
		case []view[float32]:
			k.f32(c.Params, in, any(out).([]view[float32]))
		case []view[float64]:
			k.f64(c.Params, in, any(out).([]view[float64]))
		}
	}
	return nil
}

func (be *Backend[F]) views(ts []tensor.Tensor) []view[F] {
	vs := make([]view[F], len(ts))
	for i, t := range ts {
		vs[i] = be.view(t)
	}
	return vs
}

// Close frees everything.
func (be *Backend[F]) Close() error {
	be.bufs = be.bufs[:1]
	return nil
}

func convert[D, S Float](dst []D, src []S) {
	for i, x := range src {
		dst[i] = D(x)
	}
}

func exp[F Float](x F) F  { return F(math.Exp(float64(x))) }
func ln[F Float](x F) F   { return F(math.Log(float64(x))) }
func sqrt[F Float](x F) F { return F(math.Sqrt(float64(x))) }

// sigmoid is 1 / (1 + exp(−x)).
func sigmoid[F Float](x F) F { return 1 / (1 + exp(-x)) }

// logSumExp is ln Σ exp(x); the largest x is taken out so that nothing overflows.
func logSumExp[F Float](x []F) F {
	top := x[0]
	for _, v := range x {
		top = max(top, v)
	}
	var sum F
	for _, v := range x {
		sum += exp(v - top)
	}
	return top + ln(sum)
}
