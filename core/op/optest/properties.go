package optest

import (
	"fmt"
	"math"

	"sprout/core/backend"
	"sprout/core/op"
	"sprout/core/tensor"
)

// Properties checks what must hold between calls: attention looks only back,
// gives the same from a cache as in training, shares heads rightly and hides
// what it is told to; rotary scores depend on distances alone.
func Properties(be backend.Backend) []Result { return Exact.properties(be) }

func (s Standard) properties(be backend.Backend) []Result {
	p := properties{be, s}
	check := func(kind op.Kind, name string, f func() error) Result {
		return guarded(be, Result{Kind: kind, Name: name}, f)
	}
	return []Result{
		check("attention", "attention looks only back", p.causal),
		check("attention", "attention from a cache equals training", p.cached),
		check("attention", "grouped attention equals repeated heads", p.grouped),
		check("attention", "packed documents do not see each other", p.packed),
		check("rope", "rope: scores depend on distance alone", p.relative),
		check("rope", "rope: the inverse turns back", p.inverse),
	}
}

type properties struct {
	be backend.Backend
	Standard
}

// call computes one operation and returns its outputs.
func (p properties) call(kind op.Kind, params any, in ...Value) ([][]float32, error) {
	k := recorded{kind: kind, params: params, in: in}
	specs := make([]tensor.Tensor, len(in))
	for i, v := range in {
		if !v.absent() {
			specs[i] = tensor.Tensor{Buf: 1, DType: v.spec().DType, Shape: v.Shape}
		}
	}
	out, err := op.Infer(kind, params, specs)
	if err != nil {
		return nil, err
	}
	for _, s := range out {
		k.out = append(k.out, Value{Shape: s.Shape, F: make([]float32, s.Shape.Len())})
	}
	return k.run(p.be)
}

const (
	propT     = 37
	propHeads = 4
	propD     = 10
)

func (p properties) qkv(kv int) (q, k, v Value) {
	rng := tensor.NewRNG(4)
	return normal(&rng, 1, 1, propT, propHeads*propD), normal(&rng, 1, 1, propT, kv*propD), normal(&rng, 1, 1, propT, kv*propD)
}

func (p properties) causal() error {
	q, k, v := p.qkv(2)
	params := op.Attention{Heads: propHeads, KVHeads: 2}
	before, err := p.call("attention", params, q, k, v, ints(0), Value{})
	if err != nil {
		return err
	}
	for _, t := range []int{1, 20, propT - 1} {
		later := func(x Value) Value {
			x.F = append([]float32(nil), x.F...)
			for i := t * x.Shape[2]; i < len(x.F); i++ {
				x.F[i] = 1e9
			}
			return x
		}
		after, err := p.call("attention", params, q, later(k), later(v), ints(0), Value{})
		if err != nil {
			return err
		}
		n := t * propHeads * propD
		if !sameBits(before[0][:n], after[0][:n]) {
			return fmt.Errorf("keys from %d on change earlier outputs: %s", t, worst(after[0][:n], before[0][:n]))
		}
		if sameBits(before[0][n:], after[0][n:]) {
			return fmt.Errorf("key %d changes nothing", t)
		}
	}
	return nil
}

func (p properties) cached() error {
	q, k, v := p.qkv(2)
	params := op.Attention{Heads: propHeads, KVHeads: 2}
	want, err := p.call("attention", params, q, k, v, ints(0), Value{})
	if err != nil {
		return err
	}
	longer := func(x Value) Value { // what lies beyond in the cache does not count
		x.F = append(append([]float32(nil), x.F...), make([]float32, 28*x.Shape[2])...)
		for i := propT * x.Shape[2]; i < len(x.F); i++ {
			x.F[i] = 1e9
		}
		return x.of(1, propT+28, x.Shape[2])
	}
	kc, vc := longer(k), longer(v)
	size := propHeads * propD
	for _, part := range [][2]int{{0, 1}, {7, 1}, {36, 1}, {0, 16}, {16, 21}} {
		t, n := part[0], part[1]
		some := q
		some.F = q.F[t*size : (t+n)*size]
		got, err := p.call("attention", params, some.of(1, n, size), kc, vc, ints(int32(t)), Value{})
		if err != nil {
			return err
		}
		if !sameBits(got[0], want[0][t*size:(t+n)*size]) {
			return fmt.Errorf("%d queries from %d on differ: %s", n, t, worst(got[0], want[0][t*size:(t+n)*size]))
		}
	}
	return nil
}

func (p properties) grouped() error {
	q, k, v := p.qkv(2)
	repeated := func(x Value) Value {
		r := Value{Shape: tensor.Shape{1, propT, propHeads * propD}}
		for t := range propT {
			for h := range propHeads {
				at := (t*2 + h*2/propHeads) * propD
				r.F = append(r.F, x.F[at:at+propD]...)
			}
		}
		return r
	}
	grouped, err := p.call("attention", op.Attention{Heads: propHeads, KVHeads: 2}, q, k, v, ints(0), Value{})
	if err != nil {
		return err
	}
	full, err := p.call("attention", op.Attention{Heads: propHeads, KVHeads: propHeads}, q, repeated(k), repeated(v), ints(0), Value{})
	if err != nil {
		return err
	}
	for i := range full {
		if !sameBits(grouped[i], full[i]) {
			return fmt.Errorf("output %d: %s", i, worst(grouped[i], full[i]))
		}
	}
	return nil
}

// packed puts two documents into one row; each must come out as it does alone,
// to the bit where the standard asks for it, since its sums have the same length.
func (p properties) packed() error {
	const cut = 14
	q, k, v := p.qkv(2)
	params := op.Attention{Heads: propHeads, KVHeads: 2}
	from := Value{Shape: tensor.Shape{1, propT}, I: make([]int32, propT)}
	for i := cut; i < propT; i++ {
		from.I[i] = cut
	}
	both, err := p.call("attention", params, q, k, v, ints(0), from)
	if err != nil {
		return err
	}
	size := propHeads * propD
	for _, d := range [][2]int{{0, cut}, {cut, propT - cut}} {
		part := func(x Value) Value {
			c := x.Shape[2]
			x.F = x.F[d[0]*c : (d[0]+d[1])*c]
			return x.of(1, d[1], c)
		}
		alone, err := p.call("attention", params, part(q), part(k), part(v), ints(0), Value{})
		if err != nil {
			return err
		}
		if got := both[0][d[0]*size : (d[0]+d[1])*size]; !(sameBits(got, alone[0]) || !p.Bits && nmse(got, alone[0]) <= p.Limit) {
			return fmt.Errorf("the document at %d differs from itself alone: %s", d[0], worst(got, alone[0]))
		}
	}
	return nil
}

func (p properties) relative() error {
	rng := tensor.NewRNG(5)
	const d = 8
	q, k := normal(&rng, 1, 1, d), normal(&rng, 1, 1, d)
	table := ropeTable(64, d)
	score := func(pq, pk int32) (float64, error) {
		a, err := p.call("rope", op.RoPE{Heads: 1}, q, ints(pq), table)
		if err != nil {
			return 0, err
		}
		b, err := p.call("rope", op.RoPE{Heads: 1}, k, ints(pk), table)
		if err != nil {
			return 0, err
		}
		sum := 0.0
		for i := range d {
			sum += float64(a[0][i]) * float64(b[0][i])
		}
		return sum, nil
	}
	for _, distance := range []int32{0, 1, 9} {
		want, err := score(distance, 0)
		if err != nil {
			return err
		}
		for _, at := range []int32{1, 17, 50} {
			got, err := score(at+distance, at)
			if err != nil {
				return err
			}
			if !(math.Abs(got-want) < 1e-5) {
				return fmt.Errorf("distance %d scores %v at 0 and %v at %d", distance, want, got, at)
			}
		}
	}
	return nil
}

func (p properties) inverse() error {
	rng := tensor.NewRNG(6)
	x := normal(&rng, 1, 5, 3*6)
	table, pos := ropeTable(32, 6), ints(0, 1, 5, 30, 31)
	turned, err := p.call("rope", op.RoPE{Heads: 3}, x, pos, table)
	if err != nil {
		return err
	}
	back, err := p.call("rope", op.RoPE{Heads: 3, Inverse: true}, Value{Shape: x.Shape, F: turned[0]}, pos, table)
	if err != nil {
		return err
	}
	if e := nmse(back[0], x.F); !(e < 1e-12) {
		return fmt.Errorf("NMSE %.3g: %s", e, worst(back[0], x.F))
	}
	return nil
}
