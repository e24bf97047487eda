package simd

import "sprout/core/op"

func init() { register("matmul", matmul) }

func matmul(be *Backend, c *op.Call) {
	p := c.Params.(op.MatMul)
	m, n, k, err := p.Dims(c.In[0], c.In[1])
	if err != nil {
		op.Panic(c.Kind, c.In, err.Error())
	}
	a := matrix{be.f32(c.In[0]), k, 1}
	if p.TransA {
		a.rs, a.cs = 1, m
	}
	b := matrix{be.f32(c.In[1]), n, 1}
	if p.TransB {
		b.rs, b.cs = 1, k
	}
	be.gm.gemm(be.f32(c.Out[0]), m, n, k, a, be.packed(c.In[1], b, k, n))
}
