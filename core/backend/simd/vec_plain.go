//go:build !(goexperiment.simd && go1.27 && (wasm || amd64 || arm64))

package simd

import "math"

// Enabled says whether SIMD instructions are compiled in.
const Enabled = false

// vec is four float32 values; see vec_simd.go. A struct, not an array, so that
// the compiler keeps the lanes in registers.
type vec struct{ a, b, c, d float32 }

// ivec is four int32 values.
type ivec struct{ a, b, c, d int32 }

func load(p *[4]float32) vec     { return vec{p[0], p[1], p[2], p[3]} }
func store(p *[4]float32, v vec) { p[0], p[1], p[2], p[3] = v.a, v.b, v.c, v.d }
func splat(x float32) vec        { return vec{x, x, x, x} }
func isplat(x int32) ivec        { return ivec{x, x, x, x} }

func bitsOf(v vec) ivec {
	return ivec{int32(math.Float32bits(v.a)), int32(math.Float32bits(v.b)), int32(math.Float32bits(v.c)), int32(math.Float32bits(v.d))}
}

func fromBits(v ivec) vec {
	return vec{math.Float32frombits(uint32(v.a)), math.Float32frombits(uint32(v.b)), math.Float32frombits(uint32(v.c)), math.Float32frombits(uint32(v.d))}
}

// GetElem is lane i.
func (x vec) GetElem(i uint8) float32 {
	switch i {
	case 0:
		return x.a
	case 1:
		return x.b
	case 2:
		return x.c
	default:
		return x.d
	}
}

// StoreArray is store as a method.
func (x vec) StoreArray(p *[4]float32) { p[0], p[1], p[2], p[3] = x.a, x.b, x.c, x.d }

func (x vec) Add(y vec) vec { return vec{x.a + y.a, x.b + y.b, x.c + y.c, x.d + y.d} }
func (x vec) Sub(y vec) vec { return vec{x.a - y.a, x.b - y.b, x.c - y.c, x.d - y.d} }

// Mul rounds each product, so that no compiler fuses it with a later addition.
func (x vec) Mul(y vec) vec {
	return vec{float32(x.a * y.a), float32(x.b * y.b), float32(x.c * y.c), float32(x.d * y.d)}
}
func (x vec) Div(y vec) vec { return vec{x.a / y.a, x.b / y.b, x.c / y.c, x.d / y.d} }
func (x vec) Max(y vec) vec { return vec{max(x.a, y.a), max(x.b, y.b), max(x.c, y.c), max(x.d, y.d)} }

func (x vec) Min(y vec) vec { return vec{min(x.a, y.a), min(x.b, y.b), min(x.c, y.c), min(x.d, y.d)} }
func (x vec) Neg() vec      { return vec{-x.a, -x.b, -x.c, -x.d} }
func (x vec) Abs() vec      { return vec{abs(x.a), abs(x.b), abs(x.c), abs(x.d)} }
func (x vec) Sqrt() vec     { return vec{sqrt(x.a), sqrt(x.b), sqrt(x.c), sqrt(x.d)} }
func (x vec) Round() vec    { return vec{round(x.a), round(x.b), round(x.c), round(x.d)} }

// ConvertToInt32 truncates; a NaN or a value out of range gives any integer.
func (x vec) ConvertToInt32() ivec { return ivec{int32(x.a), int32(x.b), int32(x.c), int32(x.d)} }

func (x ivec) ConvertToFloat32() vec {
	return vec{float32(x.a), float32(x.b), float32(x.c), float32(x.d)}
}
func (x ivec) Add(y ivec) ivec { return ivec{x.a + y.a, x.b + y.b, x.c + y.c, x.d + y.d} }
func (x ivec) Sub(y ivec) ivec { return ivec{x.a - y.a, x.b - y.b, x.c - y.c, x.d - y.d} }
func (x ivec) And(y ivec) ivec { return ivec{x.a & y.a, x.b & y.b, x.c & y.c, x.d & y.d} }
func (x ivec) Or(y ivec) ivec  { return ivec{x.a | y.a, x.b | y.b, x.c | y.c, x.d | y.d} }
func (x ivec) Min(y ivec) ivec {
	return ivec{min(x.a, y.a), min(x.b, y.b), min(x.c, y.c), min(x.d, y.d)}
}

func (x ivec) ShiftAllLeft(n uint64) ivec {
	return ivec{x.a << n, x.b << n, x.c << n, x.d << n}
}

func (x ivec) ShiftAllRight(n uint64) ivec {
	return ivec{x.a >> n, x.b >> n, x.c >> n, x.d >> n}
}

func abs(x float32) float32   { return math.Float32frombits(math.Float32bits(x) &^ (1 << 31)) }
func sqrt(x float32) float32  { return float32(math.Sqrt(float64(x))) }
func round(x float32) float32 { return float32(math.RoundToEven(float64(x))) }

func pick(c bool, a, b float32) float32 {
	if c {
		return a
	}
	return b
}

// Per-lane choice: where the comparison holds a, else b. A NaN compares false.
func ifLess(x, y, a, b vec) vec {
	return vec{pick(x.a < y.a, a.a, b.a), pick(x.b < y.b, a.b, b.b), pick(x.c < y.c, a.c, b.c), pick(x.d < y.d, a.d, b.d)}
}

func ifLessEqual(x, y, a, b vec) vec {
	return vec{pick(x.a <= y.a, a.a, b.a), pick(x.b <= y.b, a.b, b.b), pick(x.c <= y.c, a.c, b.c), pick(x.d <= y.d, a.d, b.d)}
}

func ifEqual(x, y, a, b vec) vec {
	return vec{pick(x.a == y.a, a.a, b.a), pick(x.b == y.b, a.b, b.b), pick(x.c == y.c, a.c, b.c), pick(x.d == y.d, a.d, b.d)}
}

// zeroIfLess is 0 where x < y, else a.
func zeroIfLess(x, y, a vec) vec { return ifLess(x, y, vec{}, a) }

// sum4 adds the lanes as (0+1)+(2+3).
func sum4(v vec) float32 { return (v.a + v.b) + (v.c + v.d) }

// max4 is the largest lane.
func max4(v vec) float32 { return max(max(v.a, v.b), max(v.c, v.d)) }
