package nn

import (
	"sprout/core/autograd"
	"sprout/core/op"
	"sprout/core/tensor"
)

// Head reads one number per position off Output.Final: a reward, a value. Its
// weight [1,C] and bias [1] lie behind the decoder's weights in the same slab,
// so that the optimiser, checkpoints and workers carry them like any other.
// They start at zero and do not decay: the first numbers are all 0.
type Head string

const (
	// Score is the head of a reward model, named as in Hugging Face's
	// LlamaForSequenceClassification with one label.
	Score Head = "score"
	// Value is the head of a critic: what an answer is expected to earn from each
	// position on.
	Value Head = "value"
)

// Weight is the name of the head's tensor [1,C].
func (h Head) Weight() string { return string(h) + ".weight" }

// Bias is the name of the head's tensor [1].
func (h Head) Bias() string { return string(h) + ".bias" }

// WithHeads is the layout of a decoder with heads behind it.
func (c Config) WithHeads(heads ...Head) (params []Param, length int) {
	params, length = c.Layout()
	for _, h := range heads {
		for _, p := range []Param{
			{Name: h.Weight(), Shape: tensor.Shape{1, c.Channels}},
			{Name: h.Bias(), Shape: tensor.Shape{1}},
		} {
			p.Off, p.Head = length, true
			params = append(params, p)
			length = align(length + p.Shape.Len())
		}
	}
	return params, length
}

// Read records x·w of a head for rows x [N,C]: [N]. The bias is not in it; a
// loss of differences could not learn it.
func (p *Params) Read(t *autograd.Tape, h Head, x tensor.Tensor) tensor.Tensor {
	y := t.Emit("matmul", op.MatMul{TransB: true}, x, p.At(h.Weight()))[0] // [N,1]
	return y.Reshape(y.Len())
}
