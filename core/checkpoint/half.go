package checkpoint

import "math"

// toHalf rounds to the nearest IEEE 754 binary16, ties to even. Values that
// round beyond 65504 become infinities.
func toHalf(x float32) uint16 {
	bits := math.Float32bits(x)
	sign := uint16(bits >> 16 & 0x8000)
	exp := int(bits>>23&0xff) - 127
	frac := bits & 0x7fffff
	switch {
	case exp == 128: // infinity, or NaN that stays one
		if frac != 0 {
			return sign | 0x7e00
		}
		return sign | 0x7c00
	case exp > 15:
		return sign | 0x7c00
	case exp >= -14: // normal; a carry out of the fraction raises the exponent
		return sign + uint16(exp+15)<<10 + uint16(roundShift(frac, 13))
	case exp >= -25: // denormal, in units of 2^-24
		return sign + uint16(roundShift(frac|0x800000, uint(-exp-1)))
	}
	return sign
}

// roundShift is x / 2^n, rounded to the nearest integer, ties to even.
func roundShift(x uint32, n uint) uint32 {
	half := uint32(1) << (n - 1)
	q, rest := x>>n, x&(1<<n-1)
	if rest > half || rest == half && q&1 == 1 {
		q++
	}
	return q
}

// fromHalf widens an IEEE 754 binary16; every value fits exactly.
func fromHalf(h uint16) float32 {
	sign := uint32(h&0x8000) << 16
	exp := uint32(h >> 10 & 0x1f)
	frac := uint32(h & 0x3ff)
	switch exp {
	case 0: // zero or denormal, in units of 2^-24
		x := float32(frac) * (1.0 / (1 << 24))
		return math.Float32frombits(math.Float32bits(x) | sign)
	case 31:
		return math.Float32frombits(sign | 0x7f800000 | frac<<13)
	}
	return math.Float32frombits(sign | (exp+112)<<23 | frac<<13)
}

// fromBrain widens a bfloat16, the upper half of a float32.
func fromBrain(h uint16) float32 { return math.Float32frombits(uint32(h) << 16) }
