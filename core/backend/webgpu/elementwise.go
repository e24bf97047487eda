package webgpu

import (
	"sprout/core/op"
	"sprout/core/tensor"
)

// groupSize is the number of threads of a workgroup of the simple shaders, their
// WG; mostGroups bounds the workgroups of those that go through a tensor in
// strides.
const (
	groupSize  = 256
	mostGroups = 4096
)

// threads are workgroups for n elements, each thread taking every so manyth.
func threads(n int) [3]int { return [3]int{min(ceil(n, groupSize), mostGroups), 1, 1} }

// rows are workgroups for n rows, one each, a few times over where there are many.
func rows(n int) [3]int { return [3]int{min(n, 32768), 1, 1} }

// elementwise registers a shader whose uniforms are the lengths of the outputs'
// elements and of every input, and which binds all inputs, then all outputs.
func elementwise(kind op.Kind, shader string) {
	register(kind, func(e *encoder, c *op.Call) {
		n := c.Out[0].Len()
		uniforms, bindings := []uint32{uint32(n)}, make([]binding, 0, 8)
		for _, t := range c.In {
			uniforms = append(uniforms, uint32(t.Len()))
			bindings = append(bindings, e.in(t))
		}
		for _, t := range c.Out {
			bindings = append(bindings, e.out(t))
		}
		e.dispatch(shader, threads(n), uniforms, bindings...)
	})
}

// rowwise registers a shader with one workgroup per row of its last input among
// those of the first output's or input's width. Its uniforms are the number of
// rows and their width.
func rowwise(kind op.Kind, shader string, wide func(c *op.Call) tensor.Tensor) {
	register(kind, func(e *encoder, c *op.Call) {
		s := wide(c).Shape
		bindings := make([]binding, 0, 8)
		for _, t := range c.In {
			bindings = append(bindings, e.in(t))
		}
		for _, t := range c.Out {
			bindings = append(bindings, e.out(t))
		}
		e.dispatch(shader, rows(s.Rows()), []uint32{uint32(s.Rows()), uint32(s.Last())}, bindings...)
	})
}

func input(i int) func(*op.Call) tensor.Tensor {
	return func(c *op.Call) tensor.Tensor { return c.In[i] }
}

// divergence registers a distance of two rows of logits and its gradient, whose
// shaders take dY after the other inputs, so that both bind those alike.
func divergence(kind op.Kind) {
	rowwise(kind, string(kind)+" main", input(0))
	register(kind+"_grad", func(e *encoder, c *op.Call) {
		s := c.In[1].Shape
		bindings := make([]binding, 0, 8)
		for _, t := range c.In[1:] {
			bindings = append(bindings, e.in(t))
		}
		bindings = append(bindings, e.in(c.In[0]), e.out(c.Out[0]))
		e.dispatch(string(kind)+" gradient", rows(s.Rows()), []uint32{uint32(s.Rows()), uint32(s.Last())}, bindings...)
	})
}
