package autograd

import (
	"fmt"
	"time"

	"sprout/core/backend"
	"sprout/core/op"
	"sprout/core/tensor"
)

// Plan is a compiled tape: replaying it allocates nothing.
type Plan struct {
	be    backend.Backend
	calls []op.Call
	at    map[tensor.Buffer]tensor.Tensor // real tensors of inputs and of what was kept or bound
	owned []tensor.Buffer
	spare []slot // whose content is of no use once the plan has run
	bytes int64
}

// Run replays the recorded calls.
func (p *Plan) Run() error { return p.be.Run(p.calls) }

// At is the real tensor behind an input or a kept or bound tensor; real tensors
// are returned as they are. It panics for any other: its memory serves several
// tensors in turn.
func (p *Plan) At(x tensor.Tensor) tensor.Tensor {
	if x.Buf >= 0 {
		return x
	}
	real, ok := p.at[x.Buf]
	if !ok {
		panic(fmt.Sprintf("autograd: %v was not kept when its tape was compiled", x))
	}
	x.Buf, x.Off = real.Buf, real.Off+x.Off
	return x
}

// Calls lists the compiled calls.
func (p *Plan) Calls() []op.Call { return p.calls }

// FLOPs counts the multiplications and additions of one replay.
func (p *Plan) FLOPs() int64 {
	var n int64
	for _, c := range p.calls {
		n += c.FLOPs()
	}
	return n
}

// Bytes is the memory that the plan owns.
func (p *Plan) Bytes() int64 { return p.bytes }

// Timing is one call in a profile.
type Timing struct {
	Call  op.Call
	FLOPs int64 // multiplications and additions
	Bytes int64 // read and written
	Time  time.Duration
}

// Profile replays the plan call by call and waits for each. It does what Run
// does, with the same results, only slower.
func (p *Plan) Profile() ([]Timing, error) {
	timings := make([]Timing, len(p.calls))
	var one [1]float32
	for i, c := range p.calls {
		done := c.Out[0]
		done.Shape = tensor.Shape{1}
		began := time.Now()
		if err := p.be.Run(p.calls[i : i+1]); err != nil {
			return nil, err
		}
		if err := p.be.Read(one[:], done); err != nil { // waits for the device
			return nil, err
		}
		timings[i] = Timing{c, c.FLOPs(), c.Bytes(), time.Since(began)}
	}
	return timings, nil
}

// Close frees the plan's buffers.
func (p *Plan) Close() {
	for _, b := range p.owned {
		p.be.Free(b)
	}
	p.owned, p.spare, p.calls = nil, nil, nil
}
