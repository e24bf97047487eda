package workload

import (
	"sprout/core/op"
	"sprout/core/tensor"
)

// paper is a backend without memory. A step of any size can be recorded on it,
// to see which calls it makes.
type paper struct{ buffers tensor.Buffer }

func (p *paper) Name() string                              { return "paper" }
func (p *paper) Supports(op.Kind) bool                     { return true }
func (p *paper) Free(tensor.Buffer)                        {}
func (p *paper) Write(tensor.Tensor, []float32) error      { return nil }
func (p *paper) WriteInts(tensor.Tensor, []int32) error    { return nil }
func (p *paper) Read(dst []float32, _ tensor.Tensor) error { clear(dst); return nil }
func (p *paper) Run([]op.Call) error                       { return nil }
func (p *paper) Close() error                              { return nil }

func (p *paper) Alloc(tensor.DType, int) (tensor.Buffer, error) {
	p.buffers++
	return p.buffers, nil
}
