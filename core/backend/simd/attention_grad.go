package simd

import "sprout/core/op"

// attentionPanels are the packed operands of one head's backward pass.
type attentionPanels struct {
	keysT, valuesT []quad // right operands of q·kᵀ and dY·vᵀ
	keys           []quad // of dS·k
	q, dY          []quad // of dSᵀ·q and pᵀ·dY
}

// attentionGrad works one head at a time: four queries give their rows of p and
// dS (kept for all queries) and their dQ; then dK and dV are products over the
// queries.
func attentionGrad(be *Backend, c *op.Call) {
	w := be.window(c, c.In[1], c.In[2], c.In[3], c.In[4], c.In[5])
	dY, q, k, v := be.f32(c.In[0]), be.f32(c.In[1]), be.f32(c.In[2]), be.f32(c.In[3])
	y, lse := be.f32(c.In[6]), be.f32(c.In[7])
	dQ, dK, dV := be.f32(c.Out[0]), be.f32(c.Out[1]), be.f32(c.Out[2])
	qs, kvs := w.Heads*w.D, w.KVHeads*w.D
	width := tileUp(w.Tk)

	be.arena.reset()
	p, dS := be.arena.take(w.Tq*width), be.arena.take(w.Tq*width)
	pack := attentionPanels{
		keysT: be.arena.takeQuads(panelsLen(w.D, w.Tk)), valuesT: be.arena.takeQuads(panelsLen(w.D, w.Tk)),
		keys: be.arena.takeQuads(panelsLen(w.Tk, w.D)),
		q:    be.arena.takeQuads(panelsLen(w.Tq, w.D)), dY: be.arena.takeQuads(panelsLen(w.Tq, w.D)),
	}
	for b := range w.B {
		seen := w.seen(b)
		for h := range w.Heads {
			g := h * w.KVHeads / w.Heads
			firstOfGroup := h == 0 || g != (h-1)*w.KVHeads/w.Heads
			kv, row := w.kv(b, 0, g), w.q(b, 0, h)
			if firstOfGroup {
				packPanels(pack.keysT, matrix{k[kv:], 1, kvs}, w.D, seen)
				packPanels(pack.valuesT, matrix{v[kv:], 1, kvs}, w.D, seen)
				packPanels(pack.keys, matrix{k[kv:], kvs, 1}, seen, w.D)
				for j := seen; j < w.Tk; j++ {
					clear(dK[w.kv(b, j, g):][:w.D])
					clear(dV[w.kv(b, j, g):][:w.D])
				}
			}
			packPanels(pack.q, matrix{q[row:], qs, 1}, w.Tq, w.D)
			packPanels(pack.dY, matrix{dY[row:], qs, 1}, w.Tq, w.D)

			for i := 0; i < w.Tq; i += tileRows {
				rows := min(tileRows, w.Tq-i)
				_, end := w.keys(b, i+rows-1)
				at := w.q(b, i, h)
				pi, dSi := p[i*width:], dS[i*width:]
				be.gm.gemm(pi, width, rows, tileUp(end), w.D, matrix{q[at:], qs, 1}, pack.keysT, false)
				be.gm.gemm(dSi, width, rows, tileUp(end), w.D, matrix{dY[at:], qs, 1}, pack.valuesT, false)
				var delta [tileRows]float32
				orderedDots(delta[:rows], dY[at:], y[at:], qs, w.D)
				for r := range rows {
					w.scoreGrad(pi[r*width:][:width], dSi[r*width:][:width], b, i+r, lse[w.lse(b, i+r, h)], delta[r])
				}
				be.gm.gemmRange(dQ[at:], qs, rows, w.D, 0, end, seen, matrix{dSi, width, 1}, pack.keys, false)
			}

			// A block of keys is seen by no query before the first of them.
			const block = 2 * tileRows
			for j := 0; j < seen; j += block {
				rows := min(block, seen-j)
				from := max(0, j-int(w.start[b]))
				o := w.kv(b, j, g)
				be.gm.gemmRange(dV[o:], kvs, rows, w.D, from, w.Tq, w.Tq, matrix{p[from*width+j:], 1, width}, pack.dY, !firstOfGroup)
				be.gm.gemmRange(dK[o:], kvs, rows, w.D, from, w.Tq, w.Tq, matrix{dS[from*width+j:], 1, width}, pack.q, !firstOfGroup)
			}
		}
	}
}

// scoreGrad turns raw products s = q·k into p = exp(s/√D − lse), and products
// dP = dY·v into dS = p·(dP − delta)/√D; both 0 for keys that are not visible.
func (w *window) scoreGrad(p, dS []float32, b, i int, lse, delta float32) {
	first, end := w.keys(b, i)
	clear(p[:first])
	clear(p[end:])
	clear(dS[:first])
	clear(dS[end:])
	if first == end {
		return
	}
	p, dS = p[first:end], dS[first:end]
	expShifted(p, p, w.scale, lse)
	softmaxGradRow(dS, p, delta, w.scale)
}

// softmaxGradRow computes dS = ((dS − delta)·scale)·p.
func softmaxGradRow(dS, p []float32, delta, scale float32) {
	d, s := splat(delta), splat(scale)
	for len(p) >= 8 && len(dS) >= 8 {
		x, y := (*[8]float32)(p), (*[8]float32)(dS)
		store((*quad)(y[0:]), load((*quad)(y[0:])).Sub(d).Mul(s).Mul(load((*quad)(x[0:]))))
		store((*quad)(y[4:]), load((*quad)(y[4:])).Sub(d).Mul(s).Mul(load((*quad)(x[4:]))))
		p, dS = p[8:], dS[8:]
	}
	for len(p) >= 4 && len(dS) >= 4 {
		store((*quad)(dS), load((*quad)(dS)).Sub(d).Mul(s).Mul(load((*quad)(p))))
		p, dS = p[4:], dS[4:]
	}
	if len(p) > 0 {
		putTail(dS[:len(p)], tail(dS[:len(p)], 0).Sub(d).Mul(s).Mul(tail(p, 0)))
	}
}

// orderedDots are Σ x·y of rows that lie stride apart, in ascending order, as
// the products dY·v are summed: where one key has all the weight, y is its v and
// dP − delta is exactly 0.
func orderedDots(out, x, y []float32, stride, n int) {
	if len(out) == 4 {
		x0, x1, x2, x3 := x[:n], x[stride:][:n], x[2*stride:][:n], x[3*stride:][:n]
		y0, y1, y2, y3 := y[:n], y[stride:][:n], y[2*stride:][:n], y[3*stride:][:n]
		var s0, s1, s2, s3 float32
		for i := range x0 {
			s0 += float32(x0[i] * y0[i])
			s1 += float32(x1[i] * y1[i])
			s2 += float32(x2[i] * y2[i])
			s3 += float32(x3[i] * y3[i])
		}
		out[0], out[1], out[2], out[3] = s0, s1, s2, s3
		return
	}
	for r := range out {
		var sum float32
		for i := range n {
			sum += float32(x[r*stride+i] * y[r*stride+i])
		}
		out[r] = sum
	}
}
