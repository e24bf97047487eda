package simd

import (
	"unsafe"

	"sprout/core/op"
)

func init() { register("rope", rope) }

func rope(be *Backend, c *op.Call) {
	x, pos, table := be.f32(c.In[0]), be.i32(c.In[1]), be.f32(c.In[2])
	y := be.f32(c.Out[0])
	p := c.Params.(op.RoPE)
	d := c.In[2].Shape.Last()
	sign := float32(1)
	if p.Inverse {
		sign = -1
	}
	for n, at := range pos {
		if at < 0 || int(at) >= c.In[2].Shape[0] {
			op.Panic(c.Kind, c.In, "a position lies outside the table")
		}
		angles, o, width := table[int(at)*d:][:d], n*p.Heads*d, p.Heads*d
		turn(y[o:o+width], x[o:o+width], angles[:d/2], angles[d/2:], sign)
	}
}

// turn computes (y₁, y₂) = (x₁·cos − x₂·sin, x₂·cos + x₁·sin) for each head of
// one token, with sign·sin for sin.
func turn(y, x, cos, sin []float32, sign float32) {
	h := len(cos)
	i := 0
	for ; i+16 <= h; i += 16 {
		turn16(y, x, cos, sin, i, sign)
	}
	for ; i < h; i += 4 {
		w := min(4, h-i)
		c, s := tail(cos[i:i+w], 0), tail(sin[i:i+w], 0).Mul(splat(sign))
		for o := i; o < len(x); o += 2 * h {
			a, b := tail(x[o:o+w], 0), tail(x[o+h:o+h+w], 0)
			putTail(y[o:o+w], a.Mul(c).Sub(b.Mul(s)))
			putTail(y[o+h:o+h+w], b.Mul(c).Add(a.Mul(s)))
		}
	}
}

// turn16 turns the sixteen pairs from i on of every head.
func turn16(y, x, cos, sin []float32, i int, sign float32) {
	h := len(cos)
	heads := len(x) / (2 * h)
	if heads == 0 {
		return
	}
	c, s, by := (*[4]quad)(unsafe.Pointer((*[16]float32)(cos[i:]))), (*[4]quad)(unsafe.Pointer((*[16]float32)(sin[i:]))), splat(sign)
	c0, c1, c2, c3 := load(&c[0]), load(&c[1]), load(&c[2]), load(&c[3])
	s0, s1, s2, s3 := load(&s[0]).Mul(by), load(&s[1]).Mul(by), load(&s[2]).Mul(by), load(&s[3]).Mul(by)
	_ = y[len(x)-1]
	px, py, half, o := unsafe.Pointer(&x[0]), unsafe.Pointer(&y[0]), uintptr(h)*floatBytes, uintptr(i)*floatBytes
	for {
		p, q := (*[4]quad)(unsafe.Add(px, o)), (*[4]quad)(unsafe.Add(px, o+half))
		u, v := (*[4]quad)(unsafe.Add(py, o)), (*[4]quad)(unsafe.Add(py, o+half))
		a, b := load(&p[0]), load(&q[0])
		a.Mul(c0).Sub(b.Mul(s0)).StoreArray(&u[0])
		b.Mul(c0).Add(a.Mul(s0)).StoreArray(&v[0])
		a, b = load(&p[1]), load(&q[1])
		a.Mul(c1).Sub(b.Mul(s1)).StoreArray(&u[1])
		b.Mul(c1).Add(a.Mul(s1)).StoreArray(&v[1])
		a, b = load(&p[2]), load(&q[2])
		a.Mul(c2).Sub(b.Mul(s2)).StoreArray(&u[2])
		b.Mul(c2).Add(a.Mul(s2)).StoreArray(&v[2])
		a, b = load(&p[3]), load(&q[3])
		a.Mul(c3).Sub(b.Mul(s3)).StoreArray(&u[3])
		b.Mul(c3).Add(a.Mul(s3)).StoreArray(&v[3])
		o += 2 * half
		if heads--; heads == 0 {
			return
		}
	}
}
