package op

import (
	"fmt"

	"sprout/core/tensor"
)

// Attention shares each key-value head among Heads/KVHeads query heads: query
// head h reads key-value head h·KVHeads/Heads.
type Attention struct{ Heads, KVHeads int }

// AttentionDims are the axis lengths of one call.
type AttentionDims struct{ B, Tq, Tk, D int }

// Dims reads the lengths off q [B,Tq,H·D] and k, v [B,Tk,KV·D].
func (p Attention) Dims(q, k, v tensor.Tensor) (AttentionDims, error) {
	if len(q.Shape) != 3 || len(k.Shape) != 3 || !k.Shape.Equal(v.Shape) {
		return AttentionDims{}, fmt.Errorf("q must be [B,Tq,H·D], k and v [B,Tk,KV·D]")
	}
	if p.Heads <= 0 || p.KVHeads <= 0 || p.Heads%p.KVHeads != 0 {
		return AttentionDims{}, fmt.Errorf("%d heads cannot share %d key-value heads", p.Heads, p.KVHeads)
	}
	d := AttentionDims{B: q.Shape[0], Tq: q.Shape[1], Tk: k.Shape[1], D: q.Shape[2] / p.Heads}
	if p.Heads*d.D != q.Shape[2] || p.KVHeads*d.D != k.Shape[2] || k.Shape[0] != d.B || d.Tq > d.Tk {
		return AttentionDims{}, fmt.Errorf("q and k do not fit %d and %d heads", p.Heads, p.KVHeads)
	}
	return d, nil
}

// pairs is the number of query-key pairs of a causal call whose last query sees
// the last key.
func (d AttentionDims) pairs() int64 {
	return int64(d.B) * (int64(d.Tq)*int64(d.Tk) - int64(d.Tq)*int64(d.Tq-1)/2)
}

func attentionWindow(d AttentionDims, start, from tensor.Tensor) error {
	if !from.IsNone() {
		if err := length("from", from, d.B*d.Tq); err != nil {
			return err
		}
	}
	return length("start", start, d.B)
}

func init() {
	Register(Def{
		Kind: "attention",
		// Query i of row b sees the keys j with from[b,i] ≤ j ≤ start[b]+i.
		// One that sees none gives y = 0 and lse = 0.
		Doc: "y = softmax(q·kᵀ/√D)·v over the visible keys, lse = log Σ exp(q·kᵀ/√D)",
		In:  "q k v start:i32 from?:i32",
		Out: "y lse",
		Shape: func(params any, in []tensor.Tensor) ([]tensor.Spec, error) {
			p, err := paramsOf[Attention](params)
			if err != nil {
				return nil, err
			}
			d, err := p.Dims(in[0], in[1], in[2])
			if err != nil {
				return nil, err
			}
			return []tensor.Spec{like(in[0]), f32(d.B, p.Heads, d.Tq)}, attentionWindow(d, in[3], in[4])
		},
		Grad: func(b Builder, c Call, dOut []tensor.Tensor) []tensor.Tensor {
			noGradient(c, dOut, 1)
			d := b.Emit("attention_grad", c.Params, dOut[0], c.In[0], c.In[1], c.In[2], c.In[3], c.In[4], c.Out[0], c.Out[1])
			return append(d, tensor.None, tensor.None)
		},
		FLOPs: func(params any, in []tensor.Tensor) int64 {
			p := params.(Attention)
			d, _ := p.Dims(in[0], in[1], in[2])
			return 4 * d.pairs() * int64(p.Heads*d.D)
		},
	})
	Register(Def{
		Kind: "attention_grad",
		// p = exp(q·kᵀ/√D − lse) is computed again instead of being stored
		// (arXiv 2205.14135).
		Doc: "dV = pᵀ·dY, dS = p·(dY·vᵀ − Σ dY·y)/√D, dQ = dS·k, dK = dSᵀ·q",
		In:  "dY q k v start:i32 from?:i32 y lse",
		Out: "dQ dK dV",
		Shape: func(params any, in []tensor.Tensor) ([]tensor.Spec, error) {
			p, err := paramsOf[Attention](params)
			if err != nil {
				return nil, err
			}
			d, err := p.Dims(in[1], in[2], in[3])
			if err != nil {
				return nil, err
			}
			return []tensor.Spec{like(in[1]), like(in[2]), like(in[3])}, first(
				attentionWindow(d, in[4], in[5]),
				sameShape("dY", "q", in[0], in[1]), sameShape("y", "q", in[6], in[1]),
				length("lse", in[7], d.B*p.Heads*d.Tq))
		},
		FLOPs: func(params any, in []tensor.Tensor) int64 {
			p := params.(Attention)
			d, _ := p.Dims(in[1], in[2], in[3])
			return 10 * d.pairs() * int64(p.Heads*d.D)
		},
	})
}
