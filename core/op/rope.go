package op

import (
	"fmt"

	"sprout/core/tensor"
)

// RoPE turns each of Heads heads; Inverse turns it back, which is the gradient.
type RoPE struct {
	Heads   int
	Inverse bool
}

func init() {
	Register(Def{
		Kind: "rope",
		Doc:  "(y₁, y₂) = (x₁·cos − x₂·sin, x₂·cos + x₁·sin) for the halves x₁, x₂ of each head (arXiv 2104.09864)",
		In:   "x pos:i32 table",
		Out:  "y",
		Shape: func(params any, in []tensor.Tensor) ([]tensor.Spec, error) {
			p, err := paramsOf[RoPE](params)
			if err != nil {
				return nil, err
			}
			c, d := in[0].Shape.Last(), in[2].Shape.Last()
			if len(in[2].Shape) != 2 || d%2 != 0 || p.Heads*d != c {
				return nil, fmt.Errorf("a table [P,D] with even D and %d·D = %d is needed", p.Heads, c)
			}
			return []tensor.Spec{like(in[0])}, length("pos", in[1], in[0].Shape.Rows())
		},
		Grad: func(b Builder, c Call, dOut []tensor.Tensor) []tensor.Tensor {
			p := c.Params.(RoPE)
			p.Inverse = !p.Inverse
			return []tensor.Tensor{b.Emit("rope", p, dOut[0], c.In[1], c.In[2])[0], tensor.None, tensor.None}
		},
		FLOPs: perElement(3),
		Bytes: func(_ any, in []tensor.Tensor) int64 { return 8 * int64(in[0].Len()) },
	})
}
