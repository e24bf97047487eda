//go:build goexperiment.simd && go1.27 && (wasm || amd64 || arm64)

package simd

import "simd/archsimd"

// Enabled says whether SIMD instructions are compiled in.
const Enabled = true

// vec is four float32 lanes. Every kernel except matmul's inner tile is written
// once on this type; vec_plain.go gives it the same operations in plain Go. All
// operations used are exact or correctly rounded, so that the lanes of every
// wasm engine agree to the last bit.
type vec = archsimd.Float32x4

// ivec is four int32 lanes: the bits of a vec.
type ivec = archsimd.Int32x4

func load(p *[4]float32) vec     { return archsimd.LoadFloat32x4Array(p) }
func store(p *[4]float32, v vec) { v.StoreArray(p) }
func splat(x float32) vec        { return archsimd.BroadcastFloat32x4(x) }
func isplat(x int32) ivec        { return archsimd.BroadcastInt32x4(x) }
func bitsOf(v vec) ivec          { return v.ToBits().BitsToInt32() }
func fromBits(v ivec) vec        { return v.ToBits().BitsToFloat32() }

// Per-lane choice: where the comparison holds a, else b. A NaN compares false.
func ifLess(x, y, a, b vec) vec      { return a.IfElse(x.Less(y), b) }
func ifLessEqual(x, y, a, b vec) vec { return a.IfElse(x.LessEqual(y), b) }
func ifEqual(x, y, a, b vec) vec     { return a.IfElse(x.Equal(y), b) }

// zeroIfLess is 0 where x < y, else a.
func zeroIfLess(x, y, a vec) vec { return fromBits(bitsOf(a).AndNot(x.Less(y).ToInt32x4())) }

// sum4 adds the lanes as (0+1)+(2+3).
func sum4(v vec) float32 {
	return (v.GetElem(0) + v.GetElem(1)) + (v.GetElem(2) + v.GetElem(3))
}

// max4 is the largest lane.
func max4(v vec) float32 {
	return max(max(v.GetElem(0), v.GetElem(1)), max(v.GetElem(2), v.GetElem(3)))
}
