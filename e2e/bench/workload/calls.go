package workload

import (
	"fmt"

	"sprout/core/backend"
	"sprout/core/op"
	"sprout/core/tensor"
)

// stepCall is one of a training step's calls and how often the step makes it.
type stepCall struct {
	op.Call
	count   int
	weights []bool // by input: the same for all shards of a step
}

// stepCalls lists the distinct calls of a workload's step in the order in which
// they first occur.
func stepCalls(name string) ([]*stepCall, error) {
	shape, err := shapeOf(name)
	if err != nil {
		return nil, err
	}
	t, err := NewTrainer(Host{}, &paper{}, shape, 1)
	if err != nil {
		return nil, err
	}
	defer t.Close()
	timings, err := t.profile()
	if err != nil {
		return nil, err
	}
	var list []*stepCall
	at := map[string]*stepCall{}
	for _, x := range timings {
		name := describe(x.Call)
		s := at[name]
		if s == nil {
			s = &stepCall{Call: x.Call, weights: make([]bool, len(x.Call.In))}
			for i, in := range x.Call.In {
				s.weights[i] = in.Buf == t.model.Slab.Buf
			}
			at[name] = s
			list = append(list, s)
		}
		s.count += x.times
	}
	return list, nil
}

// bench is a call on memory of its own.
type bench struct {
	be    backend.Backend
	calls []op.Call
	// Views of one element of what changes between two calls, and of what
	// changes once per step.
	fresh, weights []tensor.Tensor
	turn           int
}

// callsPerStep is how often weights are read before they change.
const callsPerStep = 4

// newBench gives a call numbers of the usual size.
func newBench(be backend.Backend, s *stepCall) (*bench, error) {
	b := &bench{be: be}
	call := op.Call{Kind: s.Kind, Params: s.Params}
	put := func(dt tensor.DType, shape tensor.Shape) (tensor.Tensor, error) {
		buf, err := be.Alloc(dt, shape.Len())
		return tensor.Tensor{Buf: buf, DType: dt, Shape: shape}, err
	}
	for i, x := range s.In {
		if x.IsNone() {
			call.In = append(call.In, x)
			continue
		}
		t, err := put(x.DType, x.Shape)
		if err != nil {
			return nil, err
		}
		call.In = append(call.In, t)
		if err := fill(be, t, s.Kind); err != nil {
			return nil, err
		}
		one := tensor.Tensor{Buf: t.Buf, DType: t.DType, Shape: tensor.Shape{1}}
		switch {
		case t.DType == tensor.I32:
		case s.weights[i]:
			b.weights = append(b.weights, one)
		default:
			b.fresh = append(b.fresh, one)
		}
	}
	inPlace := op.Lookup(s.Kind).InPlace
	for i, x := range s.Out {
		if inPlace != nil && inPlace[i] >= 0 {
			call.Out = append(call.Out, call.In[inPlace[i]])
			continue
		}
		t, err := put(x.DType, x.Shape)
		if err != nil {
			return nil, err
		}
		call.Out = append(call.Out, t)
	}
	b.calls = []op.Call{call}
	return b, nil
}

// fill writes numbers in [0, 1), or ids that every table has.
func fill(be backend.Backend, t tensor.Tensor, kind op.Kind) error {
	if t.DType == tensor.I32 {
		ids := make([]int32, t.Len())
		if kind != "attention" && kind != "attention_grad" { // whose integers are where rows start: 0
			for i := range ids {
				ids[i] = int32(i % 64)
			}
		}
		return be.WriteInts(t, ids)
	}
	rng := tensor.NewRNG(1, uint64(t.Len()))
	values := make([]float32, t.Len())
	for i := range values {
		values[i] = float32(rng.Float64())
	}
	return be.Write(t, values)
}

var half = []float32{0.5}

// run makes the call once. A backend that keeps something of an operand, such
// as its packed form, may keep it as long as it may in a step and no longer.
func (b *bench) run() error {
	for _, x := range b.fresh {
		if err := b.be.Write(x, half); err != nil {
			return err
		}
	}
	if b.turn%callsPerStep == 0 {
		for _, x := range b.weights {
			if err := b.be.Write(x, half); err != nil {
				return err
			}
		}
	}
	b.turn++
	return b.be.Run(b.calls)
}

func describe(c op.Call) string {
	s := string(c.Kind)
	if c.Params != nil {
		s += fmt.Sprintf("%+v", c.Params)
	}
	for _, x := range c.In {
		if x.IsNone() {
			s += " –"
			continue
		}
		s += fmt.Sprint(" ", []int(x.Shape))
	}
	return s
}
