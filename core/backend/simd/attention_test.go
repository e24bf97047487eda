package simd

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"sprout/core/op"
	"sprout/core/tensor"
)

// attentionCall is a call with random operands.
type attentionCall struct {
	op.Attention
	b, tq, tk, d int
	start, from  []int32
	q, k, v, dY  []float32
}

func newAttentionCall(heads, kvHeads, tq, tk, d int, packed bool) attentionCall {
	c := attentionCall{Attention: op.Attention{Heads: heads, KVHeads: kvHeads}, b: 2, tq: tq, tk: tk, d: d}
	c.q, c.dY = randomValues(c.b*tq*heads*d, 1), randomValues(c.b*tq*heads*d, 2)
	c.k, c.v = randomValues(c.b*tk*kvHeads*d, 3), randomValues(c.b*tk*kvHeads*d, 4)
	rng := tensor.NewRNG(5)
	for range c.b {
		c.start = append(c.start, int32(rng.IntN(tk-tq+1)))
	}
	if packed {
		for i := range c.b * tq { // now and then a query that sees nothing
			c.from = append(c.from, int32(rng.IntN(int(c.start[i/tq])+i%tq+2)))
		}
	}
	return c
}

// run returns y, lse, dQ, dK and dV.
func (c attentionCall) run(q, dY []float32, tq int, start, from []int32) [][]float32 {
	be := New()
	floats := func(x []float32, n int, shape ...int) tensor.Tensor {
		buf, _ := be.Alloc(tensor.F32, n)
		t := tensor.Tensor{Buf: buf, Shape: shape}
		if x != nil {
			_ = be.Write(t, x)
		}
		return t
	}
	ints := func(x []int32, shape ...int) tensor.Tensor {
		if x == nil {
			return tensor.None
		}
		buf, _ := be.Alloc(tensor.I32, len(x))
		t := tensor.Tensor{Buf: buf, DType: tensor.I32, Shape: shape}
		_ = be.WriteInts(t, x)
		return t
	}
	qs, ks := tensor.Shape{c.b, tq, c.Heads * c.d}, tensor.Shape{c.b, c.tk, c.KVHeads * c.d}
	tQ, tK, tV := floats(q, len(q), qs...), floats(c.k, len(c.k), ks...), floats(c.v, len(c.v), ks...)
	tStart, tFrom := ints(start, c.b), ints(from, c.b, tq)
	y, lse := floats(nil, len(q), qs...), floats(nil, c.b*c.Heads*tq, c.b, c.Heads, tq)
	dQ, dK, dV := floats(nil, len(q), qs...), floats(nil, len(c.k), ks...), floats(nil, len(c.v), ks...)
	_ = be.Run([]op.Call{
		{Kind: "attention", Params: c.Attention, In: []tensor.Tensor{tQ, tK, tV, tStart, tFrom}, Out: []tensor.Tensor{y, lse}},
		{
			Kind: "attention_grad", Params: c.Attention, Out: []tensor.Tensor{dQ, dK, dV},
			In: []tensor.Tensor{floats(dY, len(dY), qs...), tQ, tK, tV, tStart, tFrom, y, lse},
		},
	})
	var out [][]float32
	for _, t := range []tensor.Tensor{y, lse, dQ, dK, dV} {
		x := make([]float32, t.Len())
		_ = be.Read(x, t)
		out = append(out, x)
	}
	return out
}

// exact is run by the definition, in double precision.
func (c attentionCall) exact() (y, lse, dQ, dK, dV []float64) {
	y, dQ = make([]float64, len(c.q)), make([]float64, len(c.q))
	dK, dV = make([]float64, len(c.k)), make([]float64, len(c.k))
	lse = make([]float64, c.b*c.Heads*c.tq)
	scale := 1 / math.Sqrt(float64(c.d))
	dot := func(x, z []float32) (s float64) {
		for i := range x {
			s += float64(x[i]) * float64(z[i])
		}
		return s
	}
	for b := range c.b {
		for h := range c.Heads {
			for i := range c.tq {
				first, end := 0, int(c.start[b])+i+1
				if c.from != nil {
					first = min(int(c.from[b*c.tq+i]), end)
				}
				o := ((b*c.tq+i)*c.Heads + h) * c.d
				q, dy := c.q[o:o+c.d], c.dY[o:o+c.d]
				kv := func(j int) int { return ((b*c.tk+j)*c.KVHeads + h*c.KVHeads/c.Heads) * c.d }
				p, sum := make([]float64, end), 0.0
				for j := first; j < end; j++ {
					p[j] = math.Exp(scale * dot(q, c.k[kv(j):][:c.d]))
					sum += p[j]
				}
				if sum == 0 {
					continue
				}
				lse[(b*c.Heads+h)*c.tq+i] = math.Log(sum)
				delta := 0.0
				for j := first; j < end; j++ {
					p[j] /= sum
					delta += p[j] * dot(dy, c.v[kv(j):][:c.d])
				}
				for j := first; j < end; j++ {
					dS := p[j] * (dot(dy, c.v[kv(j):][:c.d]) - delta) * scale
					for e := range c.d {
						y[o+e] += p[j] * float64(c.v[kv(j)+e])
						dQ[o+e] += dS * float64(c.k[kv(j)+e])
						dK[kv(j)+e] += dS * float64(q[e])
						dV[kv(j)+e] += p[j] * float64(dy[e])
					}
				}
			}
		}
	}
	return y, lse, dQ, dK, dV
}

// Blocks of eight queries and four keys, whole and broken, shared and masked.
func TestAttentionIsExactUpToRounding(t *testing.T) {
	for _, c := range []attentionCall{
		newAttentionCall(2, 2, 64, 64, 32, false),
		newAttentionCall(4, 2, 37, 37, 16, false),
		newAttentionCall(3, 1, 24, 24, 6, true),
		newAttentionCall(2, 1, 12, 41, 8, false),
		newAttentionCall(2, 2, 19, 30, 20, true),
		newAttentionCall(2, 2, 3, 9, 4, true),
	} {
		name := fmt.Sprintf("%v tq %d tk %d d %d packed %v", c.Attention, c.tq, c.tk, c.d, c.from != nil)
		got := c.run(c.q, c.dY, c.tq, c.start, c.from)
		y, lse, dQ, dK, dV := c.exact()
		for i, want := range [][]float64{y, lse, dQ, dK, dV} {
			for e := range want {
				require.InDelta(t, want[e], got[i][e], 2e-5, "%s, output %d, element %d", name, i, e)
			}
		}
	}
}

// A query gives the same bits among others as alone.
func TestAttentionOfOneQueryEqualsThatOfMany(t *testing.T) {
	for _, c := range []attentionCall{
		newAttentionCall(2, 2, 32, 32, 32, false),
		newAttentionCall(4, 2, 21, 34, 16, true),
		newAttentionCall(2, 1, 9, 70, 10, true),
	} {
		all := c.run(c.q, c.dY, c.tq, c.start, c.from)
		width := c.Heads * c.d
		for i := range c.tq {
			var q, dY []float32
			var start, from []int32
			for b := range c.b {
				o := (b*c.tq + i) * width
				q, dY = append(q, c.q[o:o+width]...), append(dY, c.dY[o:o+width]...)
				start = append(start, c.start[b]+int32(i))
				if c.from != nil {
					from = append(from, c.from[b*c.tq+i])
				}
			}
			one := c.run(q, dY, 1, start, from)
			for b := range c.b {
				o := (b*c.tq + i) * width
				for _, out := range []int{0, 2} { // y and dQ
					require.Equal(t, bits(all[out][o:o+width]), bits(one[out][b*width:(b+1)*width]), "query %d of row %d, output %d", i, b, out)
				}
				for h := range c.Heads {
					require.Equal(t, math.Float32bits(all[1][(b*c.Heads+h)*c.tq+i]), math.Float32bits(one[1][b*c.Heads+h]), "lse of query %d", i)
				}
			}
		}
	}
}
