package simd

import "sprout/core/op"

func init() {
	register("rms_norm", rmsNorm)
	register("rms_norm_grad", rmsNormGrad)
}

func rmsNorm(be *Backend, c *op.Call) {
	x, w := be.f32(c.In[0]), be.f32(c.In[1])
	y, rstd := be.f32(c.Out[0]), be.f32(c.Out[1])
	cols := len(w)
	eps := c.Params.(op.RMSNorm).Eps
	for n := range rstd {
		row := x[n*cols : (n+1)*cols]
		r := 1 / sqrt1(dot(row, row)/float32(cols)+eps)
		rstd[n] = r
		scaledMul(y[n*cols:(n+1)*cols], row, w, r)
	}
}

// scaledMul computes y = (x·s)·w.
func scaledMul(y, x, w []float32, s float32) {
	v := splat(s)
	i := 0
	for ; i+16 <= len(x); i += 16 {
		p, q, r := (*[16]float32)(x[i:]), (*[16]float32)(w[i:]), (*[16]float32)(y[i:])
		store((*quad)(r[0:]), load((*quad)(p[0:])).Mul(v).Mul(load((*quad)(q[0:]))))
		store((*quad)(r[4:]), load((*quad)(p[4:])).Mul(v).Mul(load((*quad)(q[4:]))))
		store((*quad)(r[8:]), load((*quad)(p[8:])).Mul(v).Mul(load((*quad)(q[8:]))))
		store((*quad)(r[12:]), load((*quad)(p[12:])).Mul(v).Mul(load((*quad)(q[12:]))))
	}
	for ; i+4 <= len(x); i += 4 {
		store(quadAt(y, i), load(quadAt(x, i)).Mul(v).Mul(load(quadAt(w, i))))
	}
	if i < len(x) {
		putTail(y[i:], tail(x[i:], 0).Mul(v).Mul(tail(w[i:], 0)))
	}
}

func rmsNormGrad(be *Backend, c *op.Call) {
	dY, x, w, rstd := be.f32(c.In[0]), be.f32(c.In[1]), be.f32(c.In[2]), be.f32(c.In[3])
	dX, dW := be.f32(c.Out[0]), be.f32(c.Out[1])
	cols := len(w)
	be.arena.reset()
	dYw := be.arena.take(cols)
	clear(dW)
	for n, r := range rstd {
		dy, row, dx := dY[n*cols:(n+1)*cols], x[n*cols:(n+1)*cols], dX[n*cols:(n+1)*cols]
		mulRow(dYw, dy, w)
		// mean(dY·w·x̂)·x̂ = x·(Σ dY·w·x)·rstd²/C
		mean := dot(dYw, row) / float32(cols)
		rmsNormGradRow(dx, dW, dYw, dy, row, r, float32(mean*r)*r)
	}
}

// rmsNormGradRow computes dx = r·(dYw − x·pull) and adds dy·(x·r) to dW.
func rmsNormGradRow(dx, dW, dYw, dy, x []float32, r, pull float32) {
	vr, vp := splat(r), splat(pull)
	i := 0
	for ; i+4 <= len(x); i += 4 {
		v := load(quadAt(x, i))
		store(quadAt(dx, i), load(quadAt(dYw, i)).Sub(v.Mul(vp)).Mul(vr))
		store(quadAt(dW, i), load(quadAt(dW, i)).Add(load(quadAt(dy, i)).Mul(v.Mul(vr))))
	}
	if i < len(x) {
		v := tail(x[i:], 0)
		putTail(dx[i:], tail(dYw[i:], 0).Sub(v.Mul(vp)).Mul(vr))
		putTail(dW[i:], tail(dW[i:], 0).Add(tail(dy[i:], 0).Mul(v.Mul(vr))))
	}
}
