package simd

import (
	"unsafe"

	"sprout/core/op"
)

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
	i := len(x) &^ 15
	if turns := i / 16; turns > 0 {
		_, _ = w[i-1], y[i-1]
		px, pw, py, o := unsafe.Pointer(&x[0]), unsafe.Pointer(&w[0]), unsafe.Pointer(&y[0]), uintptr(0)
		for {
			p, q, r := (*[4]quad)(unsafe.Add(px, o)), (*[4]quad)(unsafe.Add(pw, o)), (*[4]quad)(unsafe.Add(py, o))
			load(&p[0]).Mul(v).Mul(load(&q[0])).StoreArray(&r[0])
			load(&p[1]).Mul(v).Mul(load(&q[1])).StoreArray(&r[1])
			load(&p[2]).Mul(v).Mul(load(&q[2])).StoreArray(&r[2])
			load(&p[3]).Mul(v).Mul(load(&q[3])).StoreArray(&r[3])
			o += 16 * floatBytes
			if turns--; turns == 0 {
				break
			}
		}
	}
	for ; i < len(x); i += 4 {
		n := min(4, len(x)-i)
		putTail(y[i:i+n], tail(x[i:i+n], 0).Mul(v).Mul(tail(w[i:i+n], 0)))
	}
}

func rmsNormGrad(be *Backend, c *op.Call) {
	dY, x, w, rstd := be.f32(c.In[0]), be.f32(c.In[1]), be.f32(c.In[2]), be.f32(c.In[3])
	dX, dW := be.f32(c.Out[0]), be.f32(c.Out[1])
	cols := len(w)
	clear(dW)
	for n, r := range rstd {
		dy, row, dx := dY[n*cols:(n+1)*cols], x[n*cols:(n+1)*cols], dX[n*cols:(n+1)*cols]
		// mean(dY·w·x̂)·x̂ = x·(Σ dY·w·x)·rstd²/C
		mean := dot3(dy, w, row) / float32(cols)
		rmsNormGradRow(dx, dW, dy, w, row, r, float32(mean*r)*r)
	}
}

// rmsNormGradRow computes dx = r·(dy·w − x·pull) and adds dy·(x·r) to dW.
func rmsNormGradRow(dx, dW, dy, w, x []float32, r, pull float32) {
	vr, vp := splat(r), splat(pull)
	i := len(x) &^ 7
	if turns := i / 8; turns > 0 {
		_, _, _, _ = dx[i-1], dW[i-1], dy[i-1], w[i-1]
		pdx, pdw, pdy, pw, px := unsafe.Pointer(&dx[0]), unsafe.Pointer(&dW[0]), unsafe.Pointer(&dy[0]), unsafe.Pointer(&w[0]), unsafe.Pointer(&x[0])
		o := uintptr(0)
		for {
			xs, dys, ws := (*[2]quad)(unsafe.Add(px, o)), (*[2]quad)(unsafe.Add(pdy, o)), (*[2]quad)(unsafe.Add(pw, o))
			dxs, dws := (*[2]quad)(unsafe.Add(pdx, o)), (*[2]quad)(unsafe.Add(pdw, o))
			x0, d0, x1, d1 := load(&xs[0]), load(&dys[0]), load(&xs[1]), load(&dys[1])
			d0.Mul(load(&ws[0])).Sub(x0.Mul(vp)).Mul(vr).StoreArray(&dxs[0])
			d1.Mul(load(&ws[1])).Sub(x1.Mul(vp)).Mul(vr).StoreArray(&dxs[1])
			load(&dws[0]).Add(d0.Mul(x0.Mul(vr))).StoreArray(&dws[0])
			load(&dws[1]).Add(d1.Mul(x1.Mul(vr))).StoreArray(&dws[1])
			o += 8 * floatBytes
			if turns--; turns == 0 {
				break
			}
		}
	}
	for ; i < len(x); i += 4 {
		n := min(4, len(x)-i)
		v, d := tail(x[i:i+n], 0), tail(dy[i:i+n], 0)
		putTail(dx[i:i+n], d.Mul(tail(w[i:i+n], 0)).Sub(v.Mul(vp)).Mul(vr))
		putTail(dW[i:i+n], tail(dW[i:i+n], 0).Add(d.Mul(v.Mul(vr))))
	}
}
