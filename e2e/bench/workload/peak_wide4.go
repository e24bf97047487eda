//go:build goexperiment.simd && go1.27 && (wasm || arm64)

package workload

import "simd/archsimd"

// wide is the widest vector that exact kernels can use here.
type wide = archsimd.Float32x4

const lanes = 4

func spread(x float32) wide { return archsimd.BroadcastFloat32x4(x) }
func first(v wide) float32  { return v.GetElem(0) }
