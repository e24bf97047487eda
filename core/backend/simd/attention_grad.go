package simd

import (
	"unsafe"

	"sprout/core/op"
)

// attentionGrad works on eight queries of one head at a time, as attention does:
// they give their weights p and dS, kept for all queries, and their dQ. Then dK
// and dV are products over the queries.
func attentionGrad(be *Backend, c *op.Call) {
	w := be.window(c, c.In[1], c.In[2], c.In[3], c.In[4], c.In[5])
	dY, q, k, v := be.f32(c.In[0]), be.f32(c.In[1]), be.f32(c.In[2]), be.f32(c.In[3])
	y, lse := be.f32(c.In[6]), be.f32(c.In[7])
	dQ, dK, dV := be.f32(c.Out[0]), be.f32(c.Out[1]), be.f32(c.Out[2])
	qs, kvs := w.Heads*w.D, w.KVHeads*w.D

	be.arena.reset()
	deep, wide, long := up4(w.D), up4(w.Tk), up8(w.Tq)
	quads := be.arena.takeQuads
	keys, keysT, values := quads(wide*deep), quads(wide*deep), quads(wide*deep)
	queries, dYs, ys, out := quads(2*deep), quads(2*deep), quads(2*deep), quads(2*deep)
	qStrips, dYStrips := quads(up8(w.D)/4*long), quads(up8(w.D)/4*long)
	pitch := 2 * wide // of eight queries
	p, dS := quads(long/8*pitch), quads(long/8*pitch)
	strip, edge := quads(4*long), be.arena.take(4*up8(w.D))
	for b := range w.B {
		seen := w.seen(b)
		for h := range w.Heads {
			g := w.group(h)
			firstOfGroup := h == 0 || g != w.group(h-1)
			if firstOfGroup {
				packBlocks(keys, k[w.kv(b, 0, g):], kvs, seen, w.D)
				packBlocks(values, v[w.kv(b, 0, g):], kvs, seen, w.D)
				packBlocksTurned(keysT, k[w.kv(b, 0, g):], kvs, seen, w.D)
				for j := seen; j < w.Tk; j++ {
					clear(dK[w.kv(b, j, g):][:w.D])
					clear(dV[w.kv(b, j, g):][:w.D])
				}
			}
			packStrips(qStrips, q[w.q(b, 0, h):], qs, w.Tq, w.D)
			packStrips(dYStrips, dY[w.q(b, 0, h):], qs, w.Tq, w.D)
			for i := 0; i < w.Tq; i += 8 {
				rows, at := min(8, w.Tq-i), w.q(b, i, h)
				to := up4(int(w.start[b]) + i + rows)
				freshRegisters()
				pi, dSi := p[i/8*pitch:][:2*to], dS[i/8*pitch:][:2*to]
				turnPanel(queries, q[at:], qs, rows, w.D)
				turnPanel(dYs, dY[at:], qs, rows, w.D)
				turnPanel(ys, y[at:], qs, rows, w.D)
				multiplyStack(pi, keys, 4*deep, to/4, queries)
				multiplyStack(dSi, values, 4*deep, to/4, dYs)
				w.hide(pi, b, i, 0)
				var logs, delta [8]float32
				copy(logs[:], lse[w.lse(b, i, h):][:rows])
				orderedDots(&delta, dYs, ys)
				scoreGrad(pi, dSi, w.scale, &logs, &delta)
				multiplyStack(out, keysT, 4*up4(seen), deep/4, dSi)
				unturn(dQ[at:], qs, rows, w.D, out)
			}
			for j := 0; j < seen; j += 4 {
				rows, o := min(4, seen-j), w.kv(b, j, g)
				freshRegisters()
				// These keys are seen by no query before i.
				i := max(0, j-int(w.start[b])) &^ 7
				pj, dSj, turns := p[i/8*pitch+2*j:], dS[i/8*pitch+2*j:], (long-i)/8
				steps := strip[:32*turns]
				spreadStrip(steps, pj, pitch, turns)
				keyGrad(dV[o:], kvs, rows, w.D, steps, dYStrips[2*i:], 2*long, edge, !firstOfGroup)
				spreadStrip(steps, dSj, pitch, turns)
				keyGrad(dK[o:], kvs, rows, w.D, steps, qStrips[2*i:], 2*long, edge, !firstOfGroup)
			}
		}
	}
}

// keyGrad is multiplyStrip for up to four rows of n columns; edge holds a strip.
func keyGrad(c []float32, ldc, rows, n int, a, b []quad, depth int, edge []float32, accumulate bool) {
	panels := (n + 7) / 8
	if rows == 4 && n%8 == 0 {
		multiplyStrip(c, ldc, a, b, depth, panels, accumulate)
		return
	}
	width := 8 * panels
	if accumulate {
		for r := range rows {
			copy(edge[r*width:][:n], c[r*ldc:])
		}
	}
	multiplyStrip(edge, width, a, b, depth, panels, accumulate)
	for r := range rows {
		copy(c[r*ldc:][:n], edge[r*width:])
	}
}

// scoreGrad turns raw products s = q·k of eight queries into p = exp(s/√D − lse),
// and products dP = dY·v into dS = p·(dP − delta)/√D.
func scoreGrad(p, dS []quad, scale float32, lse, delta *[8]float32) {
	by := splat(scale)
	l0, l1 := load((*quad)(lse[:4])), load((*quad)(lse[4:]))
	d0, d1 := load((*quad)(delta[:4])), load((*quad)(delta[4:]))
	pp, pd, o, turns := unsafe.Pointer(&p[0]), unsafe.Pointer(&dS[0]), uintptr(0), len(p)/4
	_ = dS[len(p)-1]
	for {
		x, y := (*[4]quad)(unsafe.Add(pp, o)), (*[4]quad)(unsafe.Add(pd, o))
		x0, x1 := load(&x[0]).Mul(by).Sub(l0), load(&x[1]).Mul(by).Sub(l1)
		x2, x3 := load(&x[2]).Mul(by).Sub(l0), load(&x[3]).Mul(by).Sub(l1)
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
		load(&y[0]).Sub(d0).Mul(by).Mul(e0).StoreArray(&y[0])
		load(&y[1]).Sub(d1).Mul(by).Mul(e1).StoreArray(&y[1])
		load(&y[2]).Sub(d0).Mul(by).Mul(e2).StoreArray(&y[2])
		load(&y[3]).Sub(d1).Mul(by).Mul(e3).StoreArray(&y[3])
		o += 4 * quadBytes
		if turns--; turns == 0 {
			return
		}
	}
}

// orderedDots are Σ x·y of eight columns, in ascending order, as the products
// dY·v are summed: where one key has all the weight, y is its v and dP − delta is
// exactly 0.
func orderedDots(out *[8]float32, x, y []quad) {
	var s0, s1 vec
	_ = y[len(x)-1]
	px, py, o, turns := unsafe.Pointer(&x[0]), unsafe.Pointer(&y[0]), uintptr(0), len(x)/8
	for {
		a, b := (*[8]quad)(unsafe.Add(px, o)), (*[8]quad)(unsafe.Add(py, o))
		s0, s1 = s0.Add(load(&a[0]).Mul(load(&b[0]))), s1.Add(load(&a[1]).Mul(load(&b[1])))
		s0, s1 = s0.Add(load(&a[2]).Mul(load(&b[2]))), s1.Add(load(&a[3]).Mul(load(&b[3])))
		s0, s1 = s0.Add(load(&a[4]).Mul(load(&b[4]))), s1.Add(load(&a[5]).Mul(load(&b[5])))
		s0, s1 = s0.Add(load(&a[6]).Mul(load(&b[6]))), s1.Add(load(&a[7]).Mul(load(&b[7])))
		o += 8 * quadBytes
		if turns--; turns == 0 {
			break
		}
	}
	store((*quad)(out[:4]), s0)
	store((*quad)(out[4:]), s1)
}
