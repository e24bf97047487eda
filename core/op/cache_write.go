package op

import (
	"fmt"

	"sprout/core/tensor"
)

func init() {
	Register(Def{
		Kind:    "cache_write",
		Doc:     "cache[b, start[b]+i] = x[b, i], in place",
		In:      "cache x start:i32",
		Out:     "cache",
		InPlace: []int{0},
		Shape: func(_ any, in []tensor.Tensor) ([]tensor.Spec, error) {
			c, x := in[0].Shape, in[1].Shape
			if len(c) != 3 || len(x) != 3 || c[0] != x[0] || c[2] != x[2] || x[1] > c[1] {
				return nil, fmt.Errorf("cache must be [B,Tmax,C], x [B,T,C]")
			}
			return []tensor.Spec{like(in[0])}, length("start", in[2], c[0])
		},
		Bytes: func(_ any, in []tensor.Tensor) int64 { return 8 * int64(in[1].Len()) },
	})
}
