package webgpu

import (
	"math"

	"sprout/core/op"
	"sprout/core/tensor"
)

// A workgroup of attention computes a block of queries (for dK and dV: of keys)
// of one head, and a slice of its dimensions.
const (
	attentionBlock = 32
	attentionSlice = 64
)

func init() {
	register("attention", func(e *encoder, c *op.Call) {
		a := attentionOf(c, c.In[0], c.In[1], c.In[2], c.In[4])
		e.dispatch("attention main", a.groups(a.Tq, a.Heads), a.uniforms,
			e.in(c.In[0]), e.in(c.In[1]), e.in(c.In[2]), e.in(c.In[3]), e.in(c.In[4]), e.out(c.Out[0]), e.out(c.Out[1]))
	})
	register("attention_grad", func(e *encoder, c *op.Call) {
		a := attentionOf(c, c.In[1], c.In[2], c.In[3], c.In[5])
		dY, q, k, v := e.in(c.In[0]), e.in(c.In[1]), e.in(c.In[2]), e.in(c.In[3])
		n := a.B * a.Heads * a.Tq
		queries := e.temp(4 * n) // of each query: lse, Σ dY·y, first key, last key
		e.dispatch("attention_grad prepare", threads(n), append([]uint32{uint32(n)}, a.uniforms[1:]...),
			dY, e.in(c.In[6]), e.in(c.In[7]), e.in(c.In[4]), e.in(c.In[5]), queries)
		e.dispatch("attention_grad dq_", a.groups(a.Tq, a.Heads), a.uniforms, dY, q, k, v, queries.read(), e.out(c.Out[0]))
		e.dispatch("attention_grad dkv", a.groups(a.Tk, a.KVHeads), a.uniforms,
			dY, q, k, v, queries.read(), e.in(c.In[4]), e.out(c.Out[1]), e.out(c.Out[2]))
	})
}

type attentionCall struct {
	op.Attention
	op.AttentionDims
	uniforms []uint32
}

func attentionOf(c *op.Call, q, k, v, from tensor.Tensor) attentionCall {
	a := attentionCall{Attention: c.Params.(op.Attention)}
	a.AttentionDims, _ = a.Dims(q, k, v)
	a.uniforms = []uint32{
		uint32(a.B), uint32(a.Tq), uint32(a.Tk), uint32(a.D), uint32(a.Heads), uint32(a.KVHeads),
		flag(!from.IsNone()), bits(float32(1 / math.Sqrt(float64(a.D)))),
	}
	return a
}

// groups for so many positions and heads.
func (a attentionCall) groups(positions, heads int) [3]int {
	return [3]int{ceil(positions, attentionBlock), a.B * heads, ceil(a.D, attentionSlice)}
}
