package ref

import (
	"math"

	"sprout/core/op"
)

func init() {
	register("attention", attention[float32], attention[float64])
	register("attention_grad", attentionGrad[float32], attentionGrad[float64])
}

// attentionAxes finds the heads and visible keys of one attention call.
type attentionAxes struct {
	op.Attention
	op.AttentionDims
	start, from []int32
}

// keys is the range of keys that query i of row b sees.
func (a attentionAxes) keys(b, i int) (first, end int) {
	if a.from != nil {
		first = int(a.from[b*a.Tq+i])
	}
	return first, int(a.start[b]) + i + 1
}

// q is the offset of head h of query i in row b, kv that of the key and value
// it reads at position j.
func (a attentionAxes) q(b, i, h int) int { return ((b*a.Tq+i)*a.Heads + h) * a.D }

func (a attentionAxes) kv(b, j, h int) int {
	return ((b*a.Tk+j)*a.KVHeads + h*a.KVHeads/a.Heads) * a.D
}

func axesOf[F Float](params any, q, k, start, from view[F]) attentionAxes {
	p := params.(op.Attention)
	return attentionAxes{
		p,
		op.AttentionDims{B: q.shape[0], Tq: q.shape[1], Tk: k.shape[1], D: q.shape[2] / p.Heads},
		start.i, from.i,
	}
}

func attention[F Float](params any, in, out []view[F]) {
	q, k, v, y, lse := in[0].f, in[1].f, in[2].f, out[0].f, out[1].f
	a := axesOf(params, in[0], in[1], in[3], in[4])
	scale := F(1 / math.Sqrt(float64(a.D)))
	clear(y)
	for b := range a.B {
		for h := range a.Heads {
			for i := range a.Tq {
				at := (b*a.Heads+h)*a.Tq + i
				first, end := a.keys(b, i)
				if first >= end {
					lse[at] = 0
					continue
				}
				scores := make([]F, end-first)
				for j := range scores {
					scores[j] = scale * dot(q[a.q(b, i, h):], k[a.kv(b, first+j, h):], a.D)
				}
				lse[at] = logSumExp(scores)
				for j, s := range scores {
					p := exp(s - lse[at])
					for d := range a.D {
						y[a.q(b, i, h)+d] += F(p * v[a.kv(b, first+j, h)+d])
					}
				}
			}
		}
	}
}

func attentionGrad[F Float](params any, in, out []view[F]) {
	dy, q, k, v, y, lse := in[0].f, in[1].f, in[2].f, in[3].f, in[6].f, in[7].f
	dq, dk, dv := out[0].f, out[1].f, out[2].f
	a := axesOf(params, in[1], in[2], in[4], in[5])
	scale := F(1 / math.Sqrt(float64(a.D)))
	clear(dq)
	clear(dk)
	clear(dv)
	for b := range a.B {
		for h := range a.Heads {
			for i := range a.Tq {
				row := a.q(b, i, h)
				delta := dot(dy[row:], y[row:], a.D)
				first, end := a.keys(b, i)
				for j := first; j < end; j++ {
					col := a.kv(b, j, h)
					p := exp(F(scale*dot(q[row:], k[col:], a.D)) - lse[(b*a.Heads+h)*a.Tq+i])
					ds := scale * p * (dot(dy[row:], v[col:], a.D) - delta)
					for d := range a.D {
						dv[col+d] += F(p * dy[row+d])
						dq[row+d] += F(ds * k[col+d])
						dk[col+d] += F(ds * q[row+d])
					}
				}
			}
		}
	}
}

// dot is Σ x·y over the first n elements.
func dot[F Float](x, y []F, n int) F {
	var sum F
	for i := range n {
		sum += F(x[i] * y[i])
	}
	return sum
}
