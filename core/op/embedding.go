package op

import (
	"fmt"

	"sprout/core/tensor"
)

// EmbeddingGrad carries the number of rows of the table, which the gradient's
// inputs do not show.
type EmbeddingGrad struct{ Vocab int }

func init() {
	Register(Def{
		Kind: "embedding",
		Doc:  "y[n] = W[ids[n]]",
		In:   "W ids:i32",
		Out:  "y",
		Shape: func(_ any, in []tensor.Tensor) ([]tensor.Spec, error) {
			if len(in[0].Shape) != 2 {
				return nil, fmt.Errorf("W must be [V,C]")
			}
			return []tensor.Spec{f32(in[1].Len(), in[0].Shape.Last())}, nil
		},
		Grad: func(b Builder, c Call, dOut []tensor.Tensor) []tensor.Tensor {
			dW := b.Emit("embedding_grad", EmbeddingGrad{Vocab: c.In[0].Shape[0]}, dOut[0], c.In[1])
			return []tensor.Tensor{dW[0], tensor.None}
		},
		Bytes: func(_ any, in []tensor.Tensor) int64 {
			return 4 * int64(in[1].Len()) * int64(2*in[0].Shape.Last()+1)
		},
	})
	Register(Def{
		Kind: "embedding_grad",
		Doc:  "dW[v] = Σ dY[n] over all n with ids[n] = v, in ascending n",
		In:   "dY ids:i32",
		Out:  "dW",
		Shape: func(params any, in []tensor.Tensor) ([]tensor.Spec, error) {
			p, err := paramsOf[EmbeddingGrad](params)
			if err != nil {
				return nil, err
			}
			return []tensor.Spec{f32(p.Vocab, in[0].Shape.Last())}, length("ids", in[1], in[0].Shape.Rows())
		},
		FLOPs: perElement(1),
	})
}
