package simd

import "sprout/core/op"

func init() { register("rope", rope) }

func rope(be *Backend, c *op.Call) {
	x, pos, table := be.f32(c.In[0]), be.i32(c.In[1]), be.f32(c.In[2])
	y := be.f32(c.Out[0])
	p := c.Params.(op.RoPE)
	d := c.In[2].Shape.Last()
	for n, at := range pos {
		if at < 0 || int(at) >= c.In[2].Shape[0] {
			op.Panic(c.Kind, c.In, "a position lies outside the table")
		}
		cos := table[int(at)*d:][:d/2]
		sin := table[int(at)*d+d/2:][:d/2]
		o := n * p.Heads * d
		if p.Inverse {
			turnBack(y[o:o+p.Heads*d], x[o:o+p.Heads*d], cos, sin)
		} else {
			turn(y[o:o+p.Heads*d], x[o:o+p.Heads*d], cos, sin)
		}
	}
}

// turn computes (y₁, y₂) = (x₁·cos − x₂·sin, x₂·cos + x₁·sin) for each head of
// one token.
func turn(y, x, cos, sin []float32) {
	for h := len(cos); len(x) > 0; x, y = x[2*h:], y[2*h:] {
		x1, x2, y1, y2 := x[:h], x[h:], y[:h], y[h:]
		i := 0
		for ; i+4 <= h; i += 4 {
			a, b, c, s := load(quadAt(x1, i)), load(quadAt(x2, i)), load(quadAt(cos, i)), load(quadAt(sin, i))
			store(quadAt(y1, i), a.Mul(c).Sub(b.Mul(s)))
			store(quadAt(y2, i), b.Mul(c).Add(a.Mul(s)))
		}
		if i < h {
			a, b, c, s := tail(x1[i:], 0), tail(x2[i:h], 0), tail(cos[i:], 0), tail(sin[i:], 0)
			putTail(y1[i:], a.Mul(c).Sub(b.Mul(s)))
			putTail(y2[i:h], b.Mul(c).Add(a.Mul(s)))
		}
	}
}

// turnBack computes (y₁, y₂) = (x₁·cos + x₂·sin, x₂·cos − x₁·sin).
func turnBack(y, x, cos, sin []float32) {
	for h := len(cos); len(x) > 0; x, y = x[2*h:], y[2*h:] {
		x1, x2, y1, y2 := x[:h], x[h:], y[:h], y[h:]
		i := 0
		for ; i+4 <= h; i += 4 {
			a, b, c, s := load(quadAt(x1, i)), load(quadAt(x2, i)), load(quadAt(cos, i)), load(quadAt(sin, i))
			store(quadAt(y1, i), a.Mul(c).Add(b.Mul(s)))
			store(quadAt(y2, i), b.Mul(c).Sub(a.Mul(s)))
		}
		if i < h {
			a, b, c, s := tail(x1[i:], 0), tail(x2[i:h], 0), tail(cos[i:], 0), tail(sin[i:], 0)
			putTail(y1[i:], a.Mul(c).Add(b.Mul(s)))
			putTail(y2[i:h], b.Mul(c).Sub(a.Mul(s)))
		}
	}
}
