package op

import (
	"fmt"

	"sprout/core/tensor"
)

// MatMul says which operands enter transposed.
type MatMul struct{ TransA, TransB bool }

// Dims are the three lengths of a product: C [M,N] sums over K. Leading axes of
// A and B flatten into rows.
func (p MatMul) Dims(a, b tensor.Tensor) (m, n, k int, err error) {
	m, k = a.Shape.Rows(), a.Shape.Last()
	if p.TransA {
		m, k = k, m
	}
	kb, n := b.Shape.Rows(), b.Shape.Last()
	if p.TransB {
		kb, n = n, kb
	}
	if k != kb {
		return 0, 0, 0, fmt.Errorf("A sums over %d, B over %d", k, kb)
	}
	return m, n, k, nil
}

func init() {
	Register(Def{
		Kind: "matmul",
		Doc:  "C[m,n] = Σₖ A[m,k]·B[k,n]",
		In:   "A B",
		Out:  "C",
		Shape: func(params any, in []tensor.Tensor) ([]tensor.Spec, error) {
			p, err := paramsOf[MatMul](params)
			if err != nil {
				return nil, err
			}
			m, n, _, err := p.Dims(in[0], in[1])
			return []tensor.Spec{f32(m, n)}, err
		},
		// With C = AB: dA = dC·Bᵀ and dB = Aᵀ·dC. Where an operand entered
		// transposed, its gradient is the transpose, which swaps the factors.
		Grad: func(b Builder, c Call, dOut []tensor.Tensor) []tensor.Tensor {
			p, A, B, dC := c.Params.(MatMul), c.In[0], c.In[1], dOut[0]
			dA := []tensor.Tensor{dC, B}
			pA := MatMul{false, !p.TransB}
			if p.TransA {
				dA = []tensor.Tensor{B, dC}
				pA = MatMul{p.TransB, true}
			}
			dB := []tensor.Tensor{A, dC}
			pB := MatMul{!p.TransA, false}
			if p.TransB {
				dB = []tensor.Tensor{dC, A}
				pB = MatMul{true, p.TransA}
			}
			return []tensor.Tensor{b.Emit("matmul", pA, dA...)[0], b.Emit("matmul", pB, dB...)[0]}
		},
		FLOPs: func(params any, in []tensor.Tensor) int64 {
			m, n, k, _ := params.(MatMul).Dims(in[0], in[1])
			return 2 * int64(m) * int64(n) * int64(k)
		},
	})
}
