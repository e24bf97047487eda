package simd

import (
	"math"
	"unsafe"

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

// group is the key-value head that query head h reads.
func (w *window) group(h int) int { return h * w.KVHeads / w.Heads }

// q is the offset of head h of query i in row b of q, y and their gradients.
func (w *window) q(b, i, h int) int { return ((b*w.Tq+i)*w.Heads + h) * w.D }

// kv is the offset of key-value head g at position j in row b.
func (w *window) kv(b, j, g int) int { return ((b*w.Tk+j)*w.KVHeads + g) * w.D }

// lse is the offset of query i of head h in row b of lse [B,H,Tq].
func (w *window) lse(b, i, h int) int { return (b*w.Heads+h)*w.Tq + i }

// attention works on eight queries of one head at a time, a query in each lane:
// scores and weights are [keys][8], so that what softmax does, it does to eight
// rows at once, and the weights are a right operand as they lie.
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
	deep, wide := up4(w.D), up4(w.Tk)
	keys, values := be.arena.takeQuads(wide*deep), be.arena.takeQuads(wide*deep)
	queries, out, weights := be.arena.takeQuads(2*deep), be.arena.takeQuads(2*deep), be.arena.takeQuads(2*wide)
	qs, kvs := w.Heads*w.D, w.KVHeads*w.D
	for b := range w.B {
		seen := w.seen(b)
		for h := range w.Heads {
			if g := w.group(h); h == 0 || g != w.group(h-1) {
				packBlocks(keys, k[w.kv(b, 0, g):], kvs, seen, w.D)
				packBlocksTurned(values, v[w.kv(b, 0, g):], kvs, seen, w.D)
			}
			for i := 0; i < w.Tq; i += 8 {
				rows, at := min(8, w.Tq-i), w.q(b, i, h)
				from, to := w.visible(b, i, rows)
				if from == to {
					for r := range rows {
						clear(y[at+r*qs:][:w.D])
						lse[w.lse(b, i+r, h)] = 0
					}
					continue
				}
				freshRegisters()
				p := weights[:2*(to-from)]
				turnPanel(queries, q[at:], qs, rows, w.D)
				multiplyStack(p, keys[from*deep:], 4*deep, (to-from)/4, queries)
				w.hide(p, b, i, from)
				s := softmaxLanes(p, w.scale)
				multiplyStack(out, values[4*from:], 4*up4(seen), deep/4, p)
				copy(lse[w.lse(b, i, h):][:rows], s.logs[:])
				scaleColumns(out, &s.inverse)
				unturn(y[at:], qs, rows, w.D, out)
			}
		}
	}
}

// visible is the range of keys, from one multiple of four to another, that some
// of the queries i … i+rows-1 of row b see.
func (w *window) visible(b, i, rows int) (from, to int) {
	from = w.Tk
	for r := range rows {
		if first, end := w.keys(b, i+r); first < end {
			from, to = min(from, first), max(to, end)
		}
	}
	return min(from, to) &^ 3, up4(to)
}

// causal[t] is -Inf in the lanes of the queries that do not see key t after the
// first one's own, and 0 in the others.
var causal = func() (c [8 + 3][2]quad) {
	for t := range c {
		for r := range min(t, 8) {
			c[t][r/4][r%4] = float32(math.Inf(-1))
		}
	}
	return c
}()

// hide sets the scores of keys that a query does not see to -Inf, whose
// exponential is 0. Key j is scores[2·(j-from)] and the one after it.
func (w *window) hide(scores []quad, b, i, from int) {
	if w.from == nil && i+8 <= w.Tq {
		s, zero := scores[2*(int(w.start[b])+i-from):], splat(0)
		for t := 1; t < len(s)/2; t++ {
			x, c := (*[2]quad)(s[2*t:]), &causal[t]
			c0, c1 := load(&c[0]), load(&c[1])
			ifLess(c0, zero, c0, load(&x[0])).StoreArray(&x[0])
			ifLess(c1, zero, c1, load(&x[1])).StoreArray(&x[1])
		}
		return
	}
	hidden := float32(math.Inf(-1))
	flat := unsafe.Slice(&scores[0][0], lanes*len(scores))
	for r := range 8 {
		first, end := from, from // no query
		if i+r < w.Tq {
			first, end = w.keys(b, i+r)
		}
		for at := r; at < min(8*(first-from), len(flat)); at += 8 {
			flat[at] = hidden
		}
		for at := 8*max(end-from, 0) + r; at < len(flat); at += 8 {
			flat[at] = hidden
		}
	}
}

// laneSums are what softmax leaves besides the weights: 1/Σ and log Σ exp(s) of
// eight queries, both 0 for one that sees no key.
type laneSums struct{ inverse, logs [8]float32 }

// softmaxLanes turns the raw products [keys][2] of eight queries into
// exp(scale·s − max). Every sum is in ascending order of keys.
func softmaxLanes(p []quad, scale float32) (sums laneSums) {
	by, lowest, zero := splat(scale), splat(float32(math.Inf(-1))), splat(0)
	m0, m1, m2, m3 := lowest, lowest, lowest, lowest
	at, o, turns := unsafe.Pointer(&p[0]), uintptr(0), len(p)/4
	for {
		x := (*[4]quad)(unsafe.Add(at, o))
		x0, x1, x2, x3 := load(&x[0]), load(&x[1]), load(&x[2]), load(&x[3])
		m0, m1 = ifLess(m0, x0, x0, m0), ifLess(m1, x1, x1, m1)
		m2, m3 = ifLess(m2, x2, x2, m2), ifLess(m3, x3, x3, m3)
		o += 4 * quadBytes
		if turns--; turns == 0 {
			break
		}
	}
	m0, m1 = ifLess(m0, m2, m2, m0).Mul(by), ifLess(m1, m3, m3, m1).Mul(by)
	m0, m1 = ifEqual(m0, lowest, zero, m0), ifEqual(m1, lowest, zero, m1)
	sum0, sum1 := zero, zero
	o, turns = 0, len(p)/4
	for {
		x := (*[4]quad)(unsafe.Add(at, o))
		x0, x1 := load(&x[0]).Mul(by).Sub(m0), load(&x[1]).Mul(by).Sub(m1)
		x2, x3 := load(&x[2]).Mul(by).Sub(m0), load(&x[3]).Mul(by).Sub(m1)
		t0, r0 := expSplit(x0)
		t1, r1 := expSplit(x1)
		t2, r2 := expSplit(x2)
		t3, r3 := expSplit(x3)
		e0 := expJoin(expSeries(r0), t0, x0)
		e1 := expJoin(expSeries(r1), t1, x1)
		e2 := expJoin(expSeries(r2), t2, x2)
		e3 := expJoin(expSeries(r3), t3, x3)
		e0.StoreArray(&x[0])
		e1.StoreArray(&x[1])
		e2.StoreArray(&x[2])
		e3.StoreArray(&x[3])
		sum0, sum1 = sum0.Add(e0).Add(e2), sum1.Add(e1).Add(e3)
		o += 4 * quadBytes
		if turns--; turns == 0 {
			break
		}
	}
	one := splat(1)
	store((*quad)(sums.inverse[:4]), ifEqual(sum0, zero, zero, one.Div(sum0)))
	store((*quad)(sums.inverse[4:]), ifEqual(sum1, zero, zero, one.Div(sum1)))
	store((*quad)(sums.logs[:4]), ifEqual(sum0, zero, zero, m0.Add(log4(sum0))))
	store((*quad)(sums.logs[4:]), ifEqual(sum1, zero, zero, m1.Add(log4(sum1))))
	return sums
}

// query computes one head of one query from keys and values as they lie, with
// the sums of softmaxLanes.
func (w *window) query(y, q, k, v, scores []float32, b, i, h int) float32 {
	g := w.group(h)
	stride := w.KVHeads * w.D
	first, end := w.keys(b, i)
	out, row := y[w.q(b, i, h):][:w.D], q[w.q(b, i, h):][:w.D]
	if first == end {
		clear(out)
		return 0
	}
	p := scores[first:end]
	keyDots(p, row, k[w.kv(b, first, g):], stride)
	highest := w.scale * maxOf(p)
	expShifted(p, p, w.scale, highest)
	sum := weightedSum(out, p, v[w.kv(b, first, g):], stride)
	scaleRow(out, out, 1/sum)
	return highest + log1(sum)
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

// weightedSum computes y = Σⱼ p[j]·v[j] and returns Σⱼ p[j], both in ascending j.
func weightedSum(y, p, v []float32, stride int) float32 {
	d := 0
	var total vec
	for ; d+16 <= len(y); d += 16 {
		var a0, a1, a2, a3, sum vec
		for j, x := range p {
			s, r := splat(x), (*[16]float32)(v[j*stride+d:])
			a0 = a0.Add(s.Mul(load((*quad)(r[0:]))))
			a1 = a1.Add(s.Mul(load((*quad)(r[4:]))))
			a2 = a2.Add(s.Mul(load((*quad)(r[8:]))))
			a3 = a3.Add(s.Mul(load((*quad)(r[12:]))))
			sum = sum.Add(s)
		}
		r := (*[16]float32)(y[d:])
		store((*quad)(r[0:]), a0)
		store((*quad)(r[4:]), a1)
		store((*quad)(r[8:]), a2)
		store((*quad)(r[12:]), a3)
		total = sum
	}
	for ; d < len(y); d++ {
		var sum float32
		for j, x := range p {
			sum += float32(x * v[j*stride+d])
		}
		y[d] = sum
	}
	if len(y) >= 16 {
		return total.GetElem(0)
	}
	var sum float32
	for _, x := range p {
		sum += x
	}
	return sum
}
