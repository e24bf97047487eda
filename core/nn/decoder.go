package nn

import (
	"fmt"

	"sprout/core/autograd"
	"sprout/core/op"
	"sprout/core/tensor"
)

// Linear records y = x Wᵀ for the weight of the given full name, x [N,in],
// w [out,in]. An adapter passes its own, Adapter.Linear, which records more for
// the weights that it changes. The embedding and the tied head do not pass
// through it.
type Linear func(t *autograd.Tape, x, w tensor.Tensor, name string) tensor.Tensor

// Dense is the Linear of the model alone.
func Dense(t *autograd.Tape, x, w tensor.Tensor, _ string) tensor.Tensor {
	return t.Emit("matmul", op.MatMul{TransB: true}, x, w)[0]
}

// Input is what a forward pass reads. Its tensors are inputs of the tape.
type Input struct {
	Tokens tensor.Tensor // i32 [B,T]
	Pos    tensor.Tensor // i32 [B,T], rows of the table of rotary positions
	Start  tensor.Tensor // i32 [B], position of the row's first token in its cache; 0 without one
	From   tensor.Tensor // i32 [B,T], first key that each query sees; None for 0. Packed documents
	Cache  []KV          // one per layer, for decoding; nil: keys and values of this pass alone
}

// KV is one layer's cache, owned by the caller: [B, Tmax, KVHeads·D] each, the
// keys after rotation. A pass writes its T tokens at Start.
type KV struct{ Keys, Values tensor.Tensor }

// CacheShape is the shape of a layer's keys, and of its values.
func (c Config) CacheShape(batch, length int) tensor.Shape {
	return tensor.Shape{batch, length, c.KVChannels()}
}

// Output is what a forward pass computes. Values that nobody keeps cost
// nothing: a compiled plan uses their memory again.
type Output struct {
	Logits tensor.Tensor // [N,V]; None where Options.NoHead
	// Final is the input of the head, [N,C]: the last residual stream after the
	// final norm. A value head or a reward head is one more product on it.
	Final  tensor.Tensor
	Layers []LayerOutput
	Embed  tensor.Tensor // [N,C], the residual stream before the first layer
}

// LayerOutput are the insides of a layer, for pictures and for stages that
// match hidden states. The attention of query i on key j is
// exp(q·k/√D − lse), which a page computes for the one head it draws.
type LayerOutput struct {
	Hidden tensor.Tensor // [N,C], the residual stream after the layer
	Q, K   tensor.Tensor // after rotation: [N,H·D], [N,KV·D]
	LSE    tensor.Tensor // [B,H,T], log of the sum of exponentials per query
}

// Options vary a forward pass.
type Options struct {
	Linear Linear // nil: that of the adapter that is plugged in, else Dense
	NoHead bool   // stop at Final
	// Last gives logits only where rows, i32 [R], point into the N positions:
	// decoding after a prefill needs one row a sequence.
	Last tensor.Tensor
}

// Forward records the decoder, N = B·T.
func (p *Params) Forward(t *autograd.Tape, in Input, opt Options) Output {
	if len(in.Tokens.Shape) != 2 || (in.Cache != nil && len(in.Cache) != p.Config.Layers) {
		panic(fmt.Sprintf("nn: forward of tokens %v with %d caches for %d layers", in.Tokens, len(in.Cache), p.Config.Layers))
	}
	if opt.Linear == nil {
		opt.Linear = Dense
		if p.Adapter != nil {
			opt.Linear = p.Adapter.Linear
		}
	}
	N := in.Tokens.Len()
	in.Pos = in.Pos.Reshape(N)
	x := t.Emit("embedding", nil, p.At(Embed), in.Tokens.Reshape(N))[0] // [N,C]
	out := Output{Embed: x}
	for l := range p.Config.Layers {
		var layer LayerOutput
		x, layer = p.block(t, l, x, in, opt.Linear)
		out.Layers = append(out.Layers, layer)
	}
	if !opt.Last.IsNone() {
		x = t.Emit("embedding", nil, x, opt.Last)[0] // [R,C]
	}
	out.Final = p.norm(t, x, p.At(FinalNorm))
	if !opt.NoHead {
		out.Logits = p.head(t, out.Final)
	}
	return out
}

// Unembed records what the final norm and the head make of any residual stream
// x [N,C]: logits [N,V]. On that of the last layer they are the model's own.
func (p *Params) Unembed(t *autograd.Tape, x tensor.Tensor) tensor.Tensor {
	return p.head(t, p.norm(t, x, p.At(FinalNorm)))
}

func (p *Params) head(t *autograd.Tape, final tensor.Tensor) tensor.Tensor {
	return Dense(t, final, p.At(Embed), Embed)
}

// block records layer l: x + attention(norm(x)), then the same with the MLP.
func (p *Params) block(t *autograd.Tape, l int, x tensor.Tensor, in Input, linear Linear) (tensor.Tensor, LayerOutput) {
	cfg := p.Config
	B, T := in.Tokens.Shape[0], in.Tokens.Shape[1]
	weight := func(x tensor.Tensor, name string) tensor.Tensor {
		return linear(t, x, p.Layer(l, name), InLayer(l, name))
	}
	rotate := func(x tensor.Tensor, heads int) tensor.Tensor {
		return t.Emit("rope", op.RoPE{Heads: heads}, x, in.Pos, p.Rope)[0]
	}

	h := p.norm(t, x, p.Layer(l, AttentionNorm))
	q := rotate(weight(h, QProj), cfg.Heads)   // [N,H·D]
	k := rotate(weight(h, KProj), cfg.KVHeads) // [N,KV·D]
	v := weight(h, VProj)                      // [N,KV·D]
	layer := LayerOutput{Q: q, K: k}

	keys := k.Reshape(B, T, cfg.KVChannels())
	values := v.Reshape(B, T, cfg.KVChannels())
	if in.Cache != nil {
		keys = t.Emit("cache_write", nil, in.Cache[l].Keys, keys, in.Start)[0]
		values = t.Emit("cache_write", nil, in.Cache[l].Values, values, in.Start)[0]
	}
	attended := t.Emit("attention", op.Attention{Heads: cfg.Heads, KVHeads: cfg.KVHeads},
		q.Reshape(B, T, cfg.Channels), keys, values, in.Start, in.From)
	layer.LSE = attended[1]
	x = t.Emit("add", nil, x, weight(attended[0].Reshape(B*T, cfg.Channels), OProj))[0]

	h = p.norm(t, x, p.Layer(l, MLPNorm))
	mlp := t.Emit("swiglu", nil, weight(h, GateProj), weight(h, UpProj))[0] // [N,F]
	x = t.Emit("add", nil, x, weight(mlp, DownProj))[0]
	layer.Hidden = x
	return x, layer
}

func (p *Params) norm(t *autograd.Tape, x, w tensor.Tensor) tensor.Tensor {
	return t.Emit("rms_norm", op.RMSNorm{Eps: float32(p.Config.NormEps)}, x, w)[0]
}
