package simd

import "sprout/core/op"

// distributions holds a row of a teacher's (p) and a student's (q) distribution
// at temperature 1/invT, and room for what is made of them.
type distributions struct {
	p, lnP, q, lnQ, lnM, terms []float32
}

// divergence calls row with the distributions of each pair of rows; the two
// logits and invT are inputs number at, at+1 and at+2 of the call.
func (be *Backend) divergence(c *op.Call, at int, row func(n int, d *distributions)) {
	teacher, student, invT := be.f32(c.In[at]), be.f32(c.In[at+1]), be.scalar(c.In[at+2])
	cols := c.In[at].Shape.Last()
	be.arena.reset()
	d := &be.rows
	*d = distributions{be.arena.take(cols), be.arena.take(cols), be.arena.take(cols), be.arena.take(cols), be.arena.take(cols), be.arena.take(cols)}
	for n := range len(teacher) / max(cols, 1) {
		distribution(d.p, d.lnP, teacher[n*cols:(n+1)*cols], invT)
		distribution(d.q, d.lnQ, student[n*cols:(n+1)*cols], invT)
		row(n, d)
	}
}

// distribution computes p = softmax(invT·x) and its logarithm.
func distribution(p, lnP, x []float32, invT float32) {
	scaleRow(lnP, x, invT)
	addNumber(lnP, lnP, -logSumExp(lnP, p))
	expShifted(p, lnP, 1, 0)
}

// klOf is Σ a·(lnA − lnB), in whose terms b − a is added: the sum of that is 0,
// and with it no term is negative and an error in lnB, which the normaliser brings
// into a whole row, changes nothing to first order. For distributions that hardly
// differ, as at high temperatures, that is the difference between four digits and
// six.
func klOf(d *distributions, a, lnA, b, lnB []float32) float32 {
	excess(d.terms, a, lnA, lnB)
	map2(d.lnM, b, a, vec.Sub)
	map2(d.terms, d.terms, d.lnM, vec.Add)
	return sumOf(d.terms)
}

// excess sets out = a·(lnA − lnB), 0 where a is 0.
func excess(out, a, lnA, lnB []float32) {
	map2(out, lnA, lnB, vec.Sub)
	map2(out, a, out, func(a, d vec) vec {
		zero := splat(0)
		return ifEqual(a, zero, zero, a.Mul(d))
	})
}
