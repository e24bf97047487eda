package nn

import (
	"fmt"

	"sprout/core/tensor"
)

// Param is one weight tensor and its place in a slab. Gradients and moments
// live in slabs of the same layout.
type Param struct {
	Name  string // as in Hugging Face's LlamaForCausalLM
	Shape tensor.Shape
	Off   int // first element, a multiple of tensor.Align
	// Residual marks the projections that write into the residual stream; they
	// start smaller, because 2L of them add up.
	Residual bool
	// Head marks the tensors of a Head: zero at first, and nothing that a model
	// to start from must have.
	Head bool
}

// Matrix reports whether the tensor is a matrix; norms are vectors. Weight
// decay acts on matrices.
func (p Param) Matrix() bool { return len(p.Shape) == 2 }

// Names of the weights inside a layer, after "model.layers.N.".
const (
	Embed     = "model.embed_tokens.weight" // also the head
	FinalNorm = "model.norm.weight"

	AttentionNorm = "input_layernorm.weight"
	QProj         = "self_attn.q_proj.weight"
	KProj         = "self_attn.k_proj.weight"
	VProj         = "self_attn.v_proj.weight"
	OProj         = "self_attn.o_proj.weight"
	MLPNorm       = "post_attention_layernorm.weight"
	GateProj      = "mlp.gate_proj.weight"
	UpProj        = "mlp.up_proj.weight"
	DownProj      = "mlp.down_proj.weight"
)

// InLayer is the full name of a layer's weight.
func InLayer(layer int, name string) string {
	return fmt.Sprintf("model.layers.%d.%s", layer, name)
}

// Layout lists the weights in the order of their memory and the slab's length
// in elements, both fixed by the configuration alone. Matrices come first, then
// the norms: what decays and what does not are two ranges.
func (c Config) Layout() (params []Param, length int) {
	add := func(name string, shape ...int) {
		params = append(params, Param{Name: name, Shape: shape, Off: length})
		length = align(length + tensor.Shape(shape).Len())
	}
	residual := func(name string, shape ...int) {
		add(name, shape...)
		params[len(params)-1].Residual = true
	}
	C, F, KV := c.Channels, c.Hidden, c.KVChannels()
	add(Embed, c.Vocab, C)
	for l := range c.Layers {
		add(InLayer(l, QProj), C, C)
		add(InLayer(l, KProj), KV, C)
		add(InLayer(l, VProj), KV, C)
		residual(InLayer(l, OProj), C, C)
		add(InLayer(l, GateProj), F, C)
		add(InLayer(l, UpProj), F, C)
		residual(InLayer(l, DownProj), C, F)
	}
	for l := range c.Layers {
		add(InLayer(l, AttentionNorm), C)
		add(InLayer(l, MLPNorm), C)
	}
	add(FinalNorm, C)
	return params, length
}

// MatrixRange is the part of a slab that holds matrices, [0, end).
func (c Config) MatrixRange() (end int) {
	params, _ := c.Layout()
	for _, p := range params {
		if p.Matrix() {
			end = align(p.Off + p.Shape.Len())
		}
	}
	return end
}

func align(n int) int { return (n + tensor.Align - 1) / tensor.Align * tensor.Align }

// ParamCount is the number of weights, the tied head counted once.
func (c Config) ParamCount() int {
	params, _ := c.Layout()
	n := 0
	for _, p := range params {
		n += p.Shape.Len()
	}
	return n
}
