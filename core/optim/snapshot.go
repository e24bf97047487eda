package optim

import (
	"fmt"

	"sprout/core/autograd"
	"sprout/core/backend"
	"sprout/core/tensor"
)

// Snapshot keeps one earlier state of some slabs on their own backend, so that
// training that diverged can go back to where its loss was still a number.
type Snapshot struct {
	be            backend.Backend
	copies        []tensor.Tensor
	keep, restore *autograd.Plan
}

// NewSnapshot reserves room for a copy of every slab.
func NewSnapshot(be backend.Backend, slabs ...tensor.Tensor) (*Snapshot, error) {
	s := &Snapshot{be: be}
	keep, restore := autograd.NewTape(), autograd.NewTape()
	for _, x := range slabs {
		buf, err := be.Alloc(tensor.F32, x.Len())
		if err != nil {
			s.Close()
			return nil, fmt.Errorf("reserving memory for the last good state: %w", err)
		}
		c := tensor.Tensor{Buf: buf, DType: tensor.F32, Shape: x.Shape}
		s.copies = append(s.copies, c)
		keep.Bind(x, c)
		restore.Bind(c, x)
	}
	var err error
	if s.keep, err = keep.Compile(be); err == nil {
		s.restore, err = restore.Compile(be)
	}
	if err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// Keep copies the slabs.
func (s *Snapshot) Keep() error { return s.keep.Run() }

// Restore writes back what Keep copied last.
func (s *Snapshot) Restore() error { return s.restore.Run() }

// Bytes is the memory that the copies take.
func (s *Snapshot) Bytes() int64 {
	n := int64(0)
	for _, c := range s.copies {
		n += 4 * int64(c.Len())
	}
	return n
}

// Close gives the memory back.
func (s *Snapshot) Close() {
	for _, p := range []*autograd.Plan{s.keep, s.restore} {
		if p != nil {
			p.Close()
		}
	}
	for _, c := range s.copies {
		s.be.Free(c.Buf)
	}
	s.copies = nil
}
