package simd

// Elementary functions on four lanes. Each is a fixed sequence of exactly
// specified operations (no fused multiply-add, no library call), so a value
// depends on its argument alone: not on the lane, the row, or the browser.

const (
	log2e = 1.44269504088896341
	// ln 2 split so that n·ln2Hi is exact for |n| < 2⁹ (Cody and Waite).
	ln2Hi = 0.693359375
	ln2Lo = -2.12194440e-4
)

// expK are the numbers of the exponential, in memory: a load from a fixed
// address is one instruction, where making a number in all lanes takes three
// and keeping a dozen of them would take all registers.
var expK = struct {
	top, bottom, log2e, shift, ln2Hi, ln2Lo quad
	c7, c6, c5, c4, c3, c2, one             quad
}{
	top: lanesOf(89), bottom: lanesOf(-104), log2e: lanesOf(log2e), ln2Hi: lanesOf(ln2Hi), ln2Lo: lanesOf(ln2Lo),
	// At this size a float32 has no fraction: adding it rounds to an integer, to
	// even as Round does. The low bits of the sum are then 254 more than that.
	shift: lanesOf(0x1.8p23 + 254),
	c7:    lanesOf(1.0 / 5040), c6: lanesOf(1.0 / 720), c5: lanesOf(1.0 / 120), c4: lanesOf(1.0 / 24), c3: lanesOf(1.0 / 6), c2: lanesOf(0.5),
	one: lanesOf(1),
}

func lanesOf(x float32) quad { return quad{x, x, x, x} }

// exp4 is eˣ within 1 ulp. -Inf gives 0, overflow +Inf, NaN stays NaN; below
// the normal range results are denormal.
//
// It is too long to be inlined, and a call costs more than its arithmetic: hot
// loops write out its three parts, which are inlined, for two vectors at once.
func exp4(x vec) vec {
	t, r := expSplit(x)
	return expJoin(expSeries(r), t, x)
}

// expSplit finds t = n + shift and r with x = n·ln2 + r, |r| ≤ ln2/2. Above 89
// n stays (the bits of positive numbers are in order) and r grows: eˣ is +Inf
// there. Below -104 n may be anything.
func expSplit(x vec) (t, r vec) {
	y := fromBits(bitsOf(x).Min(bitsOf(load(&expK.top))))
	t = y.Mul(load(&expK.log2e)).Add(load(&expK.shift))
	n := t.Sub(load(&expK.shift))
	return t, x.Sub(n.Mul(load(&expK.ln2Hi))).Sub(n.Mul(load(&expK.ln2Lo)))
}

// expSeries is eʳ by Taylor's series up to r⁷; the remainder is below 6e-9.
func expSeries(r vec) vec {
	p := load(&expK.c7).Mul(r).Add(load(&expK.c6))
	p = p.Mul(r).Add(load(&expK.c5))
	p = p.Mul(r).Add(load(&expK.c4))
	p = p.Mul(r).Add(load(&expK.c3))
	p = p.Mul(r).Add(load(&expK.c2))
	return p.Mul(r).Mul(r).Add(r).Add(load(&expK.one))
}

// expJoin is p·2ⁿ, in two factors because n reaches -150 and 128, beyond one
// exponent field. The low bits of t are n + 254, two exponents' bias. Where x
// is below -104, eˣ is 0.
func expJoin(p, t, x vec) vec {
	b := bitsOf(t)
	h := b.ShiftAllRight(1)
	p = p.Mul(fromBits(h.ShiftAllLeft(23))).Mul(fromBits(b.Sub(h).ShiftAllLeft(23)))
	return zeroIfLess(x, load(&expK.bottom), p)
}

// log4 is the natural logarithm within 2 ulp. 0 gives -Inf, a negative number
// NaN, +Inf stays +Inf, NaN stays NaN.
func log4(x vec) vec {
	const (
		minNormal = 0x1p-126
		inf       = 0x7f800000
	)
	// A denormal is scaled into the normal range first.
	tiny := splat(minNormal)
	y := ifLess(x, tiny, x.Mul(splat(0x1p23)), x)
	bias := ifLess(x, tiny, splat(-23), splat(0))
	// x = m·2ᵉ with m in [√½, √2): subtracting the bits of √½ moves the
	// boundary of the exponent field there.
	const sqrtHalf = 0x3f3504f3
	b := bitsOf(y).Sub(isplat(sqrtHalf))
	e := b.ShiftAllRight(23).ConvertToFloat32().Add(bias)
	m := fromBits(b.And(isplat(0x007fffff)).Add(isplat(sqrtHalf)))
	f := m.Sub(splat(1))
	// Minimax coefficients of log(1+f) (Cephes logf).
	z := f.Mul(f)
	p := splat(7.0376836292e-2).Mul(f).Add(splat(-1.1514610310e-1))
	p = p.Mul(f).Add(splat(1.1676998740e-1))
	p = p.Mul(f).Add(splat(-1.2420140846e-1))
	p = p.Mul(f).Add(splat(1.4249322787e-1))
	p = p.Mul(f).Add(splat(-1.6668057665e-1))
	p = p.Mul(f).Add(splat(2.0000714765e-1))
	p = p.Mul(f).Add(splat(-2.4999993993e-1))
	p = p.Mul(f).Add(splat(3.3333331174e-1))
	p = p.Mul(f).Mul(z).Add(e.Mul(splat(ln2Lo))).Sub(z.Mul(splat(0.5)))
	p = f.Add(p).Add(e.Mul(splat(ln2Hi)))
	infinity := fromBits(isplat(inf))
	zero := splat(0)
	p = ifLess(x, infinity, p, x) // +Inf and NaN pass through
	p = ifEqual(x, zero, infinity.Neg(), p)
	return ifLess(x, zero, fromBits(isplat(0x7fc00000)), p)
}

// sigmoid4 is 1/(1+e⁻ˣ).
func sigmoid4(x vec) vec {
	return splat(1).Div(splat(1).Add(exp4(x.Neg())))
}

// log1p4 is log(1+x) for x in [0, 1], relatively accurate down to 0: the
// rounding error of 1+x is divided out.
func log1p4(x vec) vec {
	u := splat(1).Add(x)
	lost := x.Sub(u.Sub(splat(1)))
	return log4(u).Add(lost.Div(u))
}

// logSigmoid4 is log σ(x) = min(x, 0) - log(1 + e^-|x|).
func logSigmoid4(x vec) vec {
	return ifLess(x, splat(0), x, splat(0)).Sub(log1p4(exp4(x.Abs().Neg())))
}

// tail reads fewer than four values; the missing lanes are fill.
func tail(s []float32, fill float32) vec {
	t := [4]float32{fill, fill, fill, fill}
	copy(t[:], s)
	return load(&t)
}

// putTail writes the first len(d) lanes.
func putTail(d []float32, v vec) {
	var t [4]float32
	store(&t, v)
	copy(d, t[:])
}
