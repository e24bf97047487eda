package simd

import (
	"sprout/core/op"
	"sprout/core/tensor"
)

func init() {
	register("attention", attention)
	register("attention_grad", attentionGrad)
}

// fewQueries is the number of queries below which packing keys and values would
// cost more than it saves: decoding takes them as they lie. Both ways add the
// same products in the same order.
const fewQueries = 4

// window finds the heads and visible keys of one attention call.
type window struct {
	op.Attention
	op.AttentionDims
	scale       float32
	start, from []int32
}

func (be *Backend) window(c *op.Call, q, k, v, start, from tensor.Tensor) window {
	p := c.Params.(op.Attention)
	d, err := p.Dims(q, k, v)
	if err != nil {
		op.Panic(c.Kind, c.In, err.Error())
	}
	w := window{p, d, 1 / sqrt1(float32(d.D)), be.i32(start), be.i32(from)}
	for _, s := range w.start {
		if s < 0 || int(s)+d.Tq > d.Tk {
			op.Panic(c.Kind, c.In, "start lies outside the keys")
		}
	}
	return w
}

// keys is the range of keys that query i of row b sees; empty where first = end.
func (w *window) keys(b, i int) (first, end int) {
	end = int(w.start[b]) + i + 1
	if w.from != nil {
		first = min(max(int(w.from[b*w.Tq+i]), 0), end)
	}
	return first, end
}

// seen is the number of keys of row b that any query may see.
func (w *window) seen(b int) int { return int(w.start[b]) + w.Tq }

// q is the offset of head h of query i in row b of q, y and their gradients.
func (w *window) q(b, i, h int) int { return ((b*w.Tq+i)*w.Heads + h) * w.D }

// kv is the offset of key-value head g at position j in row b.
func (w *window) kv(b, j, g int) int { return ((b*w.Tk+j)*w.KVHeads + g) * w.D }

// lse is the offset of query i of head h in row b of lse [B,H,Tq].
func (w *window) lse(b, i, h int) int { return (b*w.Heads+h)*w.Tq + i }

func attention(be *Backend, c *op.Call) {
	w := be.window(c, c.In[0], c.In[1], c.In[2], c.In[3], c.In[4])
	q, k, v := be.f32(c.In[0]), be.f32(c.In[1]), be.f32(c.In[2])
	y, lse := be.f32(c.Out[0]), be.f32(c.Out[1])
	be.arena.reset()
	if w.Tq < fewQueries {
		scores := be.arena.take(w.Tk)
		for b := range w.B {
			for h := range w.Heads {
				for i := range w.Tq {
					lse[w.lse(b, i, h)] = w.query(y, q, k, v, scores, b, i, h)
				}
			}
		}
		return
	}
	width := tileUp(w.Tk)
	keys, values := be.arena.takeQuads(panelsLen(w.D, w.Tk)), be.arena.takeQuads(panelsLen(w.Tk, w.D))
	scores := be.arena.take(tileRows * width)
	qs, kvs := w.Heads*w.D, w.KVHeads*w.D
	for b := range w.B {
		seen := w.seen(b)
		for h := range w.Heads {
			g := h * w.KVHeads / w.Heads
			if h == 0 || g != (h-1)*w.KVHeads/w.Heads {
				packPanels(keys, matrix{k[w.kv(b, 0, g):], 1, kvs}, w.D, seen)
				packPanels(values, matrix{v[w.kv(b, 0, g):], kvs, 1}, seen, w.D)
			}
			for i := 0; i < w.Tq; i += tileRows {
				rows := min(tileRows, w.Tq-i)
				_, end := w.keys(b, i+rows-1)
				at := w.q(b, i, h)
				be.gm.gemm(scores, width, rows, tileUp(end), w.D, matrix{q[at:], qs, 1}, keys, false)
				var sums, highest, logs quad
				for r := range rows {
					sums[r], highest[r] = w.softmax(scores[r*width:][:tileUp(end)], b, i+r)
				}
				store(&logs, log4(load(&sums)))
				for r := range rows {
					lse[w.lse(b, i+r, h)] = logSum(sums[r], highest[r], logs[r])
				}
				be.gm.gemmRange(y[at:], qs, rows, w.D, 0, end, seen, matrix{scores, width, 1}, values, false)
				for r := range rows {
					o := y[at+r*qs:][:w.D]
					scaleRow(o, o, inverse(sums[r]))
				}
			}
		}
	}
}

// softmax turns the raw products of one query with all keys into exp(s - max),
// 0 where the key is not visible, and returns the sum and max.
func (w *window) softmax(scores []float32, b, i int) (sum, highest float32) {
	first, end := w.keys(b, i)
	clear(scores[:first])
	clear(scores[end:])
	if first == end {
		return 0, 0
	}
	s := scores[first:end]
	highest = w.scale * maxOf(s)
	return expShifted(s, s, w.scale, highest), highest
}

// logSum is the log-sum-exp of a query, 0 where it sees no key.
func logSum(sum, highest, log float32) float32 {
	if sum == 0 {
		return 0
	}
	return highest + log
}

// inverse is 1/x, and 0 for the sum of no keys.
func inverse(x float32) float32 {
	if x == 0 {
		return 0
	}
	return 1 / x
}

// query computes one head of one query from keys and values as they lie.
func (w *window) query(y, q, k, v, scores []float32, b, i, h int) float32 {
	g := h * w.KVHeads / w.Heads
	stride := w.KVHeads * w.D
	first, end := w.keys(b, i)
	out, row := y[w.q(b, i, h):][:w.D], q[w.q(b, i, h):][:w.D]
	if first == end {
		clear(out)
		return 0
	}
	keyDots(scores[first:end], row, k[w.kv(b, first, g):], stride)
	sum, highest := w.softmax(scores[:end], b, i)
	weightedSum(out, scores[first:end], v[w.kv(b, first, g):], stride)
	scaleRow(out, out, inverse(sum))
	return logSum(sum, highest, log1(sum))
}

// keyDots computes s[j] = q·k[j], each in ascending d with one accumulator.
func keyDots(s, q, k []float32, stride int) {
	j := 0
	for ; j+4 <= len(s); j += 4 {
		k0, k1 := k[j*stride:][:len(q)], k[(j+1)*stride:][:len(q)]
		k2, k3 := k[(j+2)*stride:][:len(q)], k[(j+3)*stride:][:len(q)]
		var s0, s1, s2, s3 float32
		for d, x := range q {
			s0 += float32(x * k0[d])
			s1 += float32(x * k1[d])
			s2 += float32(x * k2[d])
			s3 += float32(x * k3[d])
		}
		s[j], s[j+1], s[j+2], s[j+3] = s0, s1, s2, s3
	}
	for ; j < len(s); j++ {
		var sum float32
		for d, x := range q {
			sum += float32(x * k[j*stride+d])
		}
		s[j] = sum
	}
}

// weightedSum computes y = Σⱼ p[j]·v[j] in ascending j.
func weightedSum(y, p, v []float32, stride int) {
	d := 0
	for ; d+16 <= len(y); d += 16 {
		var a0, a1, a2, a3 vec
		for j, x := range p {
			s, r := splat(x), (*[16]float32)(v[j*stride+d:])
			a0 = a0.Add(s.Mul(load((*quad)(r[0:]))))
			a1 = a1.Add(s.Mul(load((*quad)(r[4:]))))
			a2 = a2.Add(s.Mul(load((*quad)(r[8:]))))
			a3 = a3.Add(s.Mul(load((*quad)(r[12:]))))
		}
		r := (*[16]float32)(y[d:])
		store((*quad)(r[0:]), a0)
		store((*quad)(r[4:]), a1)
		store((*quad)(r[8:]), a2)
		store((*quad)(r[12:]), a3)
	}
	for ; d < len(y); d++ {
		var sum float32
		for j, x := range p {
			sum += float32(x * v[j*stride+d])
		}
		y[d] = sum
	}
}

// tileUp rounds a number of columns up to whole panels.
func tileUp(n int) int { return (n + tileCols - 1) / tileCols * tileCols }
