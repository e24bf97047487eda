package nn

import (
	"math"

	"sprout/core/autograd"
	"sprout/core/op"
	"sprout/core/tensor"
)

// dora learns direction and magnitude of each output's weights apart.
//
//	DoRA (Liu et al. 2024, arXiv 2402.09353, eq. 5):  h = m ⊙ V x/‖V‖,  V = W₀ + (α/r)·B A
//
// ‖V‖ is the norm of each row of V [out,in] (the paper writes weights the other
// way round and speaks of columns); m [out] starts as the norms of W₀.
//
// Differs: the gradient also passes through ‖V‖, which the paper, to save
// memory, takes for a constant. V is made anew in every pass: merged weights
// sample faster. Strength 0 leaves V = W₀, but also the learnt m.
type dora struct{}

// <loss>

// linear is the line of the paper.
func (dora) linear(t *autograd.Tape, x, w tensor.Tensor, p pair, scale tensor.Tensor) tensor.Tensor {
	delta := t.Emit("matmul", op.MatMul{}, p.b, p.a)[0] // [out,in]
	v := t.Emit("add", nil, w, t.Emit("scale", nil, delta, scale)[0])[0]
	// RMSNorm of a row is √in times the row by its norm.
	unit := t.Emit("rms_norm", op.RMSNorm{Eps: evenEps}, v, p.even)[0]
	return t.Emit("mul", nil, product(t, x, unit), p.magnitude)[0] // [N,out]
}

// </loss>

// evenEps keeps a row of zeros finite and no other from its norm.
const evenEps = 1e-20

func (dora) merge(v []float64, magnitude []float32) {
	in := len(v) / len(magnitude)
	for o, m := range magnitude {
		row := v[o*in : (o+1)*in]
		g := float64(m) / norm(row)
		for i := range row {
			row[i] *= g
		}
	}
}

func norm(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v * v
	}
	return math.Sqrt(sum)
}

// reserveNorms fills in what DoRA's pairs have more than LoRA's.
func (a *Adapter) reserveNorms(weights []Param) (err error) {
	at := map[int]int{} // of the vector for a width
	length := 0
	for _, w := range weights {
		if _, there := at[w.Shape[1]]; !there {
			at[w.Shape[1]] = length
			length = align(length + w.Shape[1])
		}
	}
	if a.even, err = a.alloc(length); err != nil {
		return err
	}
	for _, w := range weights {
		p, in := a.pairs[w.Name], w.Shape[1]
		p.magnitude = a.At(adapterName(w.Name, adapterMagnitude))
		p.even = tensor.Tensor{Buf: a.even.Buf, Off: at[in], DType: tensor.F32, Shape: tensor.Shape{in}}
		a.pairs[w.Name] = p
		even := make([]float32, in)
		for i := range even {
			even[i] = float32(1 / math.Sqrt(float64(in)))
		}
		if err := a.be.Write(p.even, even); err != nil {
			return err
		}
	}
	return nil
}

// measure sets the magnitudes to the norms of the rows of the model's weight.
func (a *Adapter) measure(w Param, p pair) error {
	data := make([]float32, w.Shape.Len())
	if err := a.be.Read(data, w.In(a.base.Slab)); err != nil {
		return err
	}
	out, in := w.Shape[0], w.Shape[1]
	m, row := make([]float32, out), make([]float64, in)
	for o := range m {
		for i := range row {
			row[i] = float64(data[o*in+i])
		}
		m[o] = float32(norm(row))
	}
	return a.be.Write(p.magnitude, m)
}
