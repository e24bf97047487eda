package simd

import (
	"unsafe"

	"sprout/core/op"
)

func init() {
	register("swiglu", func(be *Backend, c *op.Call) {
		swiglu(be.f32(c.Out[0]), be.f32(c.In[0]), be.f32(c.In[1]))
	})
	register("swiglu_grad", func(be *Backend, c *op.Call) {
		swigluGrad(be.f32(c.Out[0]), be.f32(c.Out[1]), be.f32(c.In[0]), be.f32(c.In[1]), be.f32(c.In[2]))
	})
}

// swiglu computes y = gate·σ(gate)·up, with σ(gate) = 1/(1 + exp(−gate)).
func swiglu(y, gate, up []float32) {
	n := len(gate) &^ 15
	swiglu16(y[:n], gate[:n], up[:n])
	for i := n; i < len(gate); i += 4 {
		w := min(4, len(gate)-i)
		g := tail(gate[i:i+w], 0)
		putTail(y[i:i+w], g.Div(splat(1).Add(exp4(g.Neg()))).Mul(tail(up[i:i+w], 0)))
	}
}

// swiglu16 takes sixteen values a turn: an exponential is a chain of thirty
// instructions, each of which waits for the one before, so four are woven into
// one another. The slices are of one length, a multiple of sixteen.
func swiglu16(y, gate, up []float32) {
	turns := len(gate) / 16
	if turns == 0 {
		return
	}
	py, pg, pu, o := unsafe.Pointer(&y[0]), unsafe.Pointer(&gate[0]), unsafe.Pointer(&up[0]), uintptr(0)
	for {
		to, gates, ups := (*[4]quad)(unsafe.Add(py, o)), (*[4]quad)(unsafe.Add(pg, o)), (*[4]quad)(unsafe.Add(pu, o))
		g0, g1, g2, g3 := load(&gates[0]), load(&gates[1]), load(&gates[2]), load(&gates[3])
		x0, x1, x2, x3 := g0.Neg(), g1.Neg(), g2.Neg(), g3.Neg()
		t0, r0 := expSplit(x0)
		t1, r1 := expSplit(x1)
		t2, r2 := expSplit(x2)
		t3, r3 := expSplit(x3)
		one := load(&expK.one)
		d0 := one.Add(expJoin(expSeries(r0), t0, x0))
		d1 := one.Add(expJoin(expSeries(r1), t1, x1))
		d2 := one.Add(expJoin(expSeries(r2), t2, x2))
		d3 := one.Add(expJoin(expSeries(r3), t3, x3))
		g0.Div(d0).Mul(load(&ups[0])).StoreArray(&to[0])
		g1.Div(d1).Mul(load(&ups[1])).StoreArray(&to[1])
		g2.Div(d2).Mul(load(&ups[2])).StoreArray(&to[2])
		g3.Div(d3).Mul(load(&ups[3])).StoreArray(&to[3])
		o += 16 * floatBytes
		if turns--; turns == 0 {
			return
		}
	}
}

// swigluGrad computes dGate = dY·up·σ·(1 + gate·(1 − σ)) and dUp = dY·gate·σ.
func swigluGrad(dGate, dUp, dY, gate, up []float32) {
	n := len(gate) &^ 15
	swigluGrad16(dGate[:n], dUp[:n], dY[:n], gate[:n], up[:n])
	one := splat(1)
	for i := n; i < len(gate); i += 4 {
		w := min(4, len(gate)-i)
		g := tail(gate[i:i+w], 0)
		s := sigmoid4(g)
		d := tail(dY[i:i+w], 0).Mul(s)
		putTail(dGate[i:i+w], d.Mul(tail(up[i:i+w], 0)).Mul(one.Add(g.Mul(one.Sub(s)))))
		putTail(dUp[i:i+w], d.Mul(g))
	}
}

// swigluGrad16 is to swigluGrad what swiglu16 is to swiglu.
func swigluGrad16(dGate, dUp, dY, gate, up []float32) {
	turns := len(gate) / 16
	if turns == 0 {
		return
	}
	pg, pu, py, o := unsafe.Pointer(&gate[0]), unsafe.Pointer(&up[0]), unsafe.Pointer(&dY[0]), uintptr(0)
	toGate, toUp := unsafe.Pointer(&dGate[0]), unsafe.Pointer(&dUp[0])
	for {
		gates, ups, dys := (*[4]quad)(unsafe.Add(pg, o)), (*[4]quad)(unsafe.Add(pu, o)), (*[4]quad)(unsafe.Add(py, o))
		dGates, dUps := (*[4]quad)(unsafe.Add(toGate, o)), (*[4]quad)(unsafe.Add(toUp, o))
		g0, g1, g2, g3 := load(&gates[0]), load(&gates[1]), load(&gates[2]), load(&gates[3])
		x0, x1, x2, x3 := g0.Neg(), g1.Neg(), g2.Neg(), g3.Neg()
		t0, r0 := expSplit(x0)
		t1, r1 := expSplit(x1)
		t2, r2 := expSplit(x2)
		t3, r3 := expSplit(x3)
		one := load(&expK.one)
		s0 := one.Div(one.Add(expJoin(expSeries(r0), t0, x0)))
		s1 := one.Div(one.Add(expJoin(expSeries(r1), t1, x1)))
		s2 := one.Div(one.Add(expJoin(expSeries(r2), t2, x2)))
		s3 := one.Div(one.Add(expJoin(expSeries(r3), t3, x3)))
		d0, d1, d2, d3 := load(&dys[0]).Mul(s0), load(&dys[1]).Mul(s1), load(&dys[2]).Mul(s2), load(&dys[3]).Mul(s3)
		d0.Mul(g0).StoreArray(&dUps[0])
		d1.Mul(g1).StoreArray(&dUps[1])
		d2.Mul(g2).StoreArray(&dUps[2])
		d3.Mul(g3).StoreArray(&dUps[3])
		d0.Mul(load(&ups[0])).Mul(one.Add(g0.Mul(one.Sub(s0)))).StoreArray(&dGates[0])
		d1.Mul(load(&ups[1])).Mul(one.Add(g1.Mul(one.Sub(s1)))).StoreArray(&dGates[1])
		d2.Mul(load(&ups[2])).Mul(one.Add(g2.Mul(one.Sub(s2)))).StoreArray(&dGates[2])
		d3.Mul(load(&ups[3])).Mul(one.Add(g3.Mul(one.Sub(s3)))).StoreArray(&dGates[3])
		o += 16 * floatBytes
		if turns--; turns == 0 {
			return
		}
	}
}
